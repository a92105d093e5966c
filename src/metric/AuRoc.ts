import * as Measure from "./Measure.ts"
import * as Ranks from "./Ranks.ts"

/**
 * Area under the receiver operating characteristic: the chance that a positive scores higher than a negative, ties
 * counting half (Mann-Whitney; sklearn.metrics.roc_auc_score). Labels are 0 or 1. Undefined for a single class.
 */
export const auRoc: Measure.Compare = Measure.guardedClasses((labels, scores) => {
  const ranks = Ranks.average(scores)
  let positives = 0
  let rankSum = 0
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 0) continue
    positives++
    rankSum += ranks[i]!
  }
  const negatives = labels.length - positives
  if (positives === 0 || negatives === 0) {
    return Measure.undefinedBecause(`every row is ${positives === 0 ? "negative" : "positive"}`)
  }
  return Measure.of((rankSum - (positives * (positives + 1)) / 2) / (positives * negatives))
})
