/**
 * What a metric must be on made-up scores, from the law that they were drawn from: its expectation, in closed form or as
 * an integral, and its standard error. Nothing here uses the metrics' own code.
 */

/** The normal distribution function (West, Wilmott Magazine 2005: 15 digits). */
export const normal = (x: number): number => {
  const size = Math.abs(x)
  if (size > 37) return x > 0 ? 1 : 0
  const top = [
    0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
    220.206867912376
  ]
  const bottom = [
    0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
    793.826512519948, 440.413735824752
  ]
  const horner = (coefficients: ReadonlyArray<number>) => coefficients.reduce((sum, c) => sum * size + c, 0)
  const density = Math.exp((-size * size) / 2)
  const tail =
    size < 7.07106781186547
      ? (density * horner(top)) / horner(bottom)
      : density / (size + 1 / (size + 2 / (size + 3 / (size + 4 / (size + 0.65))))) / 2.506628274631
  return x > 0 ? 1 - tail : tail
}

/** What is known of a sample before it is drawn. */
export interface Expectation {
  readonly value: number
  readonly error: number
}

/** auROC of scores N(d, 1) of positives and N(0, 1) of negatives: Phi(d / sqrt 2); error after Hanley and McNeil 1982. */
export const auRoc = (d: number, positives: number, negatives: number): Expectation => {
  const value = normal(d / Math.SQRT2)
  const [q1, q2] = [value / (2 - value), (2 * value * value) / (1 + value)]
  const variance =
    (value * (1 - value) + (positives - 1) * (q1 - value * value) + (negatives - 1) * (q2 - value * value)) /
    (positives * negatives)
  return { value, error: Math.sqrt(variance) }
}

/**
 * Average precision of the same scores: precision over recall, integrated numerically. Error: that of a proportion of
 * the positives, sqrt(v (1 - v) / positives) (Boyd, Eng and Page 2013).
 */
export const averagePrecision = (d: number, share: number, positives: number): Expectation => {
  const steps = 4000
  let value = 0
  for (let i = 0; i < steps; i++) {
    // Thresholds from 8 above the positives' mean to 8 below; recall rises by the step's part of the distribution.
    const [upper, lower] = [8 - (16 * i) / steps, 8 - (16 * (i + 1)) / steps]
    const threshold = (upper + lower) / 2 + d
    const hits = share * (1 - normal(threshold - d))
    const misses = (1 - share) * (1 - normal(threshold))
    value += (normal(upper) - normal(lower)) * (hits / (hits + misses))
  }
  return { value, error: Math.sqrt((value * (1 - value)) / positives) }
}

/** Pearson's correlation of n pairs of a bivariate normal. */
export const pearson = (rho: number, n: number): Expectation => ({
  value: rho,
  error: (1 - rho * rho) / Math.sqrt(n - 1)
})

/** Spearman's: 6 / pi arcsin(rho / 2) (Pearson 1907); error after Bonett and Wright 2000. */
export const spearman = (rho: number, n: number): Expectation => {
  const value = (6 / Math.PI) * Math.asin(rho / 2)
  return { value, error: (1 - value * value) * Math.sqrt((1 + (value * value) / 2) / (n - 3)) }
}
