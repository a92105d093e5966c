import * as Measure from "./Measure.ts"
import * as Ranks from "./Ranks.ts"

/**
 * Area under the receiver operating characteristic: the chance that a positive scores higher than a negative, ties
 * counting half (Mann-Whitney; sklearn.metrics.roc_auc_score). Labels are 0 or 1. Undefined for a single class.
 */
export const auRoc: Measure.Compare = Measure.guardedClasses((labels, scores) => {
  const { positive, negative } = Ranks.sortedByClass(labels, scores)
  if (positive.length === 0 || negative.length === 0) {
    return Measure.undefinedBecause(`every row is ${positive.length === 0 ? "negative" : "positive"}`)
  }
  let below = 0
  let notAbove = 0
  let pairs = 0
  for (let i = 0; i < positive.length; i++) {
    while (below < negative.length && negative[below]! < positive[i]!) below++
    while (notAbove < negative.length && negative[notAbove]! <= positive[i]!) notAbove++
    pairs += (below + notAbove) / 2
  }
  return Measure.of(pairs / (positive.length * negative.length))
})
