/**
 * How much of a gene's predicted expression a regulatory element accounts for: the size of the gradient of the
 * prediction with respect to the sequence around the element, over its mean over the whole input. Gaussian weights, as in
 * AlphaGenome's evaluation on ENCODE-rE2G (Avsec et al. 2026): a window of 2,400 bp, standard deviation 300 bp; here the
 * weights add up to 1, so that 1 is the mean of the input. An element whose window does not lie in the input scores 0.
 */
const width = 2400
const deviation = 300

const weights: Float64Array = (() => {
  const raw = Float64Array.from({ length: width }, (_, i) => Math.exp(-(((i + 0.5 - width / 2) / deviation) ** 2) / 2))
  const sum = raw.reduce((total, weight) => total + weight, 0)
  return raw.map((weight) => weight / sum)
})()

/** `gradient` has one number a base of the input; `centre` is the element's middle, in bases from the input's start. */
export const score = (gradient: ArrayLike<number>, centre: number): number => {
  const from = Math.round(centre) - width / 2
  if (from < 0 || from + width > gradient.length) return 0
  let mean = 0
  for (let i = 0; i < gradient.length; i++) mean += Math.abs(gradient[i]!)
  mean /= gradient.length
  if (mean === 0) return 0
  let local = 0
  for (let i = 0; i < width; i++) local += weights[i]! * Math.abs(gradient[from + i]!)
  return local / mean
}
