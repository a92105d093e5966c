import * as Measure from "./Measure.ts"
import * as Ranks from "./Ranks.ts"

/**
 * Average precision, the area under the precision-recall curve as a sum of steps: sum over thresholds of
 * (recall - recall before) x precision, one threshold for all rows of equal score
 * (sklearn.metrics.average_precision_score). Labels are 0 or 1. Undefined without a positive.
 */
export const averagePrecision: Measure.Compare = Measure.guardedClasses((labels, scores) => {
  const { positive, negative } = Ranks.sortedByClass(labels, scores)
  if (positive.length === 0) return Measure.undefinedBecause("no row is positive")
  // Recall only rises at the scores of positives: from the highest of them down.
  let sum = 0
  let below = negative.length
  for (let to = positive.length; to > 0;) {
    const threshold = positive[to - 1]!
    let from = to
    while (from > 0 && positive[from - 1] === threshold) from--
    while (below > 0 && negative[below - 1]! >= threshold) below--
    const right = positive.length - from
    sum += (to - from) * (right / (right + negative.length - below))
    to = from
  }
  return Measure.of(sum / positive.length)
})
