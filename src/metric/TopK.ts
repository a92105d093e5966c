import * as Measure from "./Measure.ts"
import * as Ranks from "./Ranks.ts"

/**
 * Top-k accuracy of SpliceAI's paper: of as many of the highest scores as there are positives, the share that are
 * positive (precision and recall at once). Where the last places are tied, each row of the tie counts for its share of
 * them. Labels are 0 or 1. Undefined without a positive.
 */
export const topK: Measure.Compare = Measure.guardedClasses((labels, scores) => {
  const { positive, negative } = Ranks.sortedByClass(labels, scores)
  const k = positive.length
  if (k === 0) return Measure.undefinedBecause("no row is positive")
  let above = 0
  let wrong = 0
  // Runs of equal scores from the highest down, until k rows are taken.
  for (let p = k, q = negative.length; above + wrong < k;) {
    const score = Math.max(positive[p - 1] ?? -Infinity, negative[q - 1] ?? -Infinity)
    const [hits, misses] = [p, q]
    while (p > 0 && positive[p - 1] === score) p--
    while (q > 0 && negative[q - 1] === score) q--
    const tied = hits - p + misses - q
    const share = Math.min(1, (k - above - wrong) / tied)
    above += share * (hits - p)
    wrong += share * (misses - q)
  }
  return Measure.of(above / k)
})
