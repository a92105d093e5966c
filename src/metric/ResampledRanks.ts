/**
 * Average ranks (from 1; ties share their mean) within resamples of one array, each in linear time because the order is
 * found once: what makes the bootstrap of a rank correlation affordable.
 *
 * The function returned takes the drawn indices and gives the rank of every value drawn, by its index in `values`;
 * ranks of values that were not drawn mean nothing.
 */
export const resampledRanks = (values: Float64Array): ((drawn: ArrayLike<number>) => Float64Array) => {
  const order = Uint32Array.from(values, (_, index) => index).sort((a, b) => values[a]! - values[b]!)
  const counts = new Uint32Array(values.length)
  const ranks = new Float64Array(values.length)
  return (drawn) => {
    counts.fill(0)
    for (let i = 0; i < drawn.length; i++) counts[drawn[i]!]!++
    let below = 0
    for (let from = 0; from < order.length;) {
      let to = from
      let tied = 0
      for (; to < order.length && values[order[to]!] === values[order[from]!]; to++) tied += counts[order[to]!]!
      for (let i = from; i < to; i++) ranks[order[i]!] = below + (tied + 1) / 2
      below += tied
      from = to
    }
    return ranks
  }
}
