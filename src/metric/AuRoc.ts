import * as Measure from "./Measure.ts"
import * as Sorted from "./Sorted.ts"

/**
 * Area under the receiver operating characteristic: the chance that a positive scores higher than a negative, ties
 * counting half (Mann-Whitney; sklearn.metrics.roc_auc_score). Labels are 0 or 1. Undefined for a single class.
 */
export const auRoc: Measure.Compare = Measure.guardedClasses((labels, scores) => {
  const { payload, runEnd } = Sorted.of(scores, labels)
  let negatives = 0
  let positives = 0
  let pairs = 0
  for (let from = 0; from < payload.length;) {
    const to = runEnd(from)
    let found = 0
    for (let i = from; i < to; i++) found += payload[i]!
    const tied = to - from - found
    pairs += found * (negatives + tied / 2)
    positives += found
    negatives += tied
    from = to
  }
  if (positives === 0 || negatives === 0) {
    return Measure.undefinedBecause(`every row is ${positives === 0 ? "negative" : "positive"}`)
  }
  return Measure.of(pairs / (positives * negatives))
})
