import * as Measure from "./Measure.ts"
import * as Sorted from "./Sorted.ts"

/**
 * Top-k accuracy of SpliceAI's paper: of as many of the highest scores as there are positives, the share that are
 * positive (precision and recall at once). Where the last places are tied, each row of the tie counts for its share of
 * them. Labels are 0 or 1. Undefined without a positive.
 */
export const topK: Measure.Compare = Measure.guardedClasses((labels, scores) => {
  const { payload, runStart } = Sorted.of(scores, labels)
  const k = payload.reduce((sum, label) => sum + label, 0)
  if (k === 0) return Measure.undefinedBecause("no row is positive")
  let above = 0
  for (let to = payload.length, left = k; left > 0;) {
    const from = runStart(to)
    let found = 0
    for (let i = from; i < to; i++) found += payload[i]!
    const taken = Math.min(left, to - from)
    above += found * (taken / (to - from))
    left -= taken
    to = from
  }
  return Measure.of(above / k)
})
