/** The scores of each class, ascending; infinities stand at the ends. Labels are 0 or 1. */
export const sortedByClass = (labels: ArrayLike<number>, scores: ArrayLike<number>) => {
  const both = new Float64Array(scores.length)
  let positives = 0
  let negatives = 0
  for (let i = 0; i < scores.length; i++) {
    if (labels[i] === 1) both[positives++] = scores[i]!
    else both[scores.length - ++negatives] = scores[i]!
  }
  return { positive: both.subarray(0, positives).sort(), negative: both.subarray(positives).sort() }
}

/** The first index of an ascending array whose value is not below `value`. */
const lowerBound = (ascending: Float64Array, value: number): number => {
  let from = 0
  let to = ascending.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if (ascending[middle]! < value) from = middle + 1
    else to = middle
  }
  return from
}

/** Ranks from 1; tied values share the mean of the ranks they span (scipy.stats.rankdata, method `average`). */
export const average = (values: ArrayLike<number>): Float64Array => {
  const ascending = new Float64Array(values).sort()
  /** At the first index of each run of equal values, their rank. */
  const shared = new Float64Array(ascending.length)
  for (let from = 0; from < ascending.length;) {
    let to = from + 1
    while (to < ascending.length && ascending[to] === ascending[from]) to++
    shared[from] = (from + 1 + to) / 2
    from = to
  }
  const ranks = new Float64Array(values.length)
  for (let i = 0; i < ranks.length; i++) ranks[i] = shared[lowerBound(ascending, values[i]!)]!
  return ranks
}
