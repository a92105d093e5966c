import * as Sorted from "./Sorted.ts"

/** Ranks from 1; tied values share the mean of the ranks they span (scipy.stats.rankdata, method `average`). */
export const average = (values: ArrayLike<number>): Float64Array => {
  const { payload, runEnd } = Sorted.of(values)
  const ranks = new Float64Array(payload.length)
  for (let from = 0; from < ranks.length;) {
    const to = runEnd(from)
    for (let i = from; i < to; i++) ranks[payload[i]!] = (from + 1 + to) / 2
    from = to
  }
  return ranks
}
