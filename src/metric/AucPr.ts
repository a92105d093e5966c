import * as Measure from "./Measure.ts"
import * as Sorted from "./Sorted.ts"

/**
 * Area under the precision-recall curve by the trapezoid rule, from recall 0 with precision 1, one threshold for all rows
 * of equal score (sklearn.metrics.auc of precision_recall_curve). It interpolates between thresholds, which average
 * precision does not, and so is the greater of the two as a rule. Labels are 0 or 1. Undefined without a positive.
 */
export const aucPr: Measure.Compare = Measure.guardedClasses((labels, scores) => {
  const { payload, runStart } = Sorted.of(scores, labels)
  let [area, positives, before] = [0, 0, 1]
  for (let to = payload.length; to > 0;) {
    const from = runStart(to)
    let found = 0
    for (let i = from; i < to; i++) found += payload[i]!
    positives += found
    const precision = positives / (payload.length - from)
    area += (found * (precision + before)) / 2
    before = precision
    to = from
  }
  return positives === 0 ? Measure.undefinedBecause("no row is positive") : Measure.of(area / positives)
})
