import * as Sorted from "./Sorted.ts"

/**
 * Average ranks (from 1; ties share their mean) within resamples of one array, each in linear time because the order is
 * found once: what makes the bootstrap of a rank correlation affordable.
 *
 * The function returned takes how often each value was drawn and gives the rank of every value drawn, by its index in
 * `values`; ranks of values that were not drawn mean nothing.
 */
export const resampledRanks = (values: Float64Array): ((counts: Uint32Array) => Float64Array) => {
  const { payload, runEnd } = Sorted.of(values)
  const ranks = new Float64Array(values.length)
  return (counts) => {
    let below = 0
    for (let from = 0; from < payload.length;) {
      const to = runEnd(from)
      let tied = 0
      for (let i = from; i < to; i++) tied += counts[payload[i]!]!
      for (let i = from; i < to; i++) ranks[payload[i]!] = below + (tied + 1) / 2
      below += tied
      from = to
    }
    return ranks
  }
}
