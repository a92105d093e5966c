import * as Measure from "./Measure.ts"
import * as Ranks from "./Ranks.ts"

/**
 * Average precision, the area under the precision-recall curve as a sum of steps: sum over thresholds of
 * (recall - recall before) x precision, one threshold for all rows of equal score
 * (sklearn.metrics.average_precision_score). Labels are 0 or 1. Undefined without a positive.
 */
export const averagePrecision: Measure.Compare = Measure.guardedClasses((labels, scores) => {
  const order = Ranks.ascending(scores).toReversed()
  let positives = 0
  let sum = 0
  for (let from = 0; from < order.length;) {
    let gained = 0
    let to = from
    for (; to < order.length && scores[order[to]!] === scores[order[from]!]; to++) gained += labels[order[to]!]!
    positives += gained
    sum += gained * (positives / to)
    from = to
  }
  return positives === 0 ? Measure.undefinedBecause("no row is positive") : Measure.of(sum / positives)
})
