/** Rounding to half precision (IEEE 754 binary16), ties to even. */

/** The closest float16 of a number: at least 65,520 in size is infinite, below 2^-25 is 0. */
export const round = (value: number): number => {
  if (!Number.isFinite(value) || value === 0) return value
  const size = Math.abs(value)
  // Steps of 2^-10 of the power of two below the number, never finer than 2^-24.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)))
  const unit = 2 ** ((size < 2 ** exponent && exponent > -14 ? exponent - 1 : exponent) - 10)
  const steps = size / unit
  const floor = Math.floor(steps)
  const rest = steps - floor
  const whole = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
  const rounded = whole * unit
  return Math.sign(value) * (rounded > 65_504 ? Infinity : rounded)
}
