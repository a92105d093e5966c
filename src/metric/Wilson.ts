/** The score interval of a proportion (Wilson 1927, J. Am. Stat. Assoc. 22:209), without continuity correction. */

export interface Proportion {
  /** hits / n; null when n is 0. */
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
  readonly n: number
}

/** The 0.975 quantile of the standard normal distribution. */
const z = 1.959963984540054

/** The share of `hits` among `n`, with its 95 % interval, which stays within [0, 1] and is exact at the ends. */
export const proportion = (hits: number, n: number): Proportion => {
  if (n === 0) return { value: null, low: null, high: null, n }
  const value = hits / n
  const centre = (hits + (z * z) / 2) / (n + z * z)
  const half = (z / (n + z * z)) * Math.sqrt((hits * (n - hits)) / n + (z * z) / 4)
  return { value, low: hits === 0 ? 0 : centre - half, high: hits === n ? 1 : centre + half, n }
}
