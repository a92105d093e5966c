/** Indices in ascending order of value; equal values keep their order. Infinities sort at the ends. */
export const ascending = (values: ArrayLike<number>): Uint32Array =>
  Uint32Array.from({ length: values.length }, (_, i) => i).sort((i, j) => {
    const a = values[i]!
    const b = values[j]!
    return a < b ? -1 : a > b ? 1 : i - j
  })

/** Ranks from 1; tied values share the mean of the ranks they span (scipy.stats.rankdata, method `average`). */
export const average = (values: ArrayLike<number>): Float64Array => {
  const order = ascending(values)
  const ranks = new Float64Array(values.length)
  for (let from = 0; from < order.length;) {
    let to = from + 1
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++
    for (let k = from; k < to; k++) ranks[order[k]!] = (from + 1 + to) / 2
    from = to
  }
  return ranks
}
