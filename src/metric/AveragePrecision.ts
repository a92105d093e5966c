import * as Measure from "./Measure.ts"
import * as Sorted from "./Sorted.ts"

/**
 * Average precision, the area under the precision-recall curve as a sum of steps: sum over thresholds of
 * (recall - recall before) x precision, one threshold for all rows of equal score
 * (sklearn.metrics.average_precision_score). Labels are 0 or 1. Undefined without a positive.
 */
export const averagePrecision: Measure.Compare = Measure.guardedClasses((labels, scores) => {
  const { payload, runStart } = Sorted.of(scores, labels)
  let sum = 0
  let positives = 0
  for (let to = payload.length; to > 0;) {
    const from = runStart(to)
    let found = 0
    for (let i = from; i < to; i++) found += payload[i]!
    positives += found
    sum += found * (positives / (payload.length - from))
    to = from
  }
  return positives === 0 ? Measure.undefinedBecause("no row is positive") : Measure.of(sum / positives)
})
