/**
 * What a benchmark must find on measurements that were made up: the laws that the bounds of the synthetic workflow
 * follow from. t is a true effect, m = t + noise its measurement, p a prediction of t that knows nothing of the noise.
 */

/**
 * Pearson correlation of prediction and measurement, corr(p, m) = corr(p, t) sqrt(reliability), where reliability =
 * corr(t, m)^2 = var(t) / (var(t) + var(noise)): Spearman's attenuation (Am J Psychol 15:72, 1904). It holds for any
 * distribution of t, as cov(p, m) = cov(p, t) when the noise is independent of p.
 */
export const attenuated = (correlation: number, reliability: number): number => correlation * Math.sqrt(reliability)

/** Variance of the noise that gives the reliability: var(t) (1 - reliability) / reliability. */
export const noiseVariance = (trueVariance: number, reliability: number): number =>
  (trueVariance * (1 - reliability)) / reliability

/**
 * Share of pairs of the same sign, 1/2 + arcsin(rho)/pi, for a centred bivariate normal of correlation rho (Sheppard,
 * Phil Trans R Soc A 192:101, 1899). Effects that keep away from zero, such as the strongest of several, agree more
 * often; effects that cluster at zero agree less often.
 */
export const signAccuracy = (rho: number): number => 0.5 + Math.asin(rho) / Math.PI

/** Standard error of a sample correlation of n pairs about rho, (1 - rho^2) / sqrt(n - 1), for a bivariate normal. */
export const correlationError = (rho: number, n: number): number => (1 - rho * rho) / Math.sqrt(n - 1)
