import * as Measure from "./Measure.ts"

const isConstant = (values: ArrayLike<number>): boolean => {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false
  return true
}

/** Deviations from the mean, scaled to at most 1 so that no square overflows or vanishes. */
const centred = (values: ArrayLike<number>): Float64Array => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  const mean = sum / values.length
  const deviations = new Float64Array(values.length)
  let largest = 0
  for (let i = 0; i < deviations.length; i++) {
    deviations[i] = values[i]! - mean
    largest = Math.max(largest, Math.abs(deviations[i]!))
  }
  for (let i = 0; i < deviations.length; i++) deviations[i]! /= largest
  return deviations
}

/**
 * Pearson's correlation of two arrays, in two passes over float64 (scipy.stats.pearsonr). Undefined for fewer than two
 * rows, for a constant, and for infinite values.
 */
export const pearson: Measure.Compare = Measure.guarded(2, (labels, predictions) => {
  if (isConstant(labels)) return Measure.undefinedBecause("the labels are constant")
  if (isConstant(predictions)) return Measure.undefinedBecause("the predictions are constant")
  const x = centred(labels)
  const y = centred(predictions)
  let xx = 0
  let yy = 0
  let xy = 0
  for (let i = 0; i < x.length; i++) {
    xx += x[i]! * x[i]!
    yy += y[i]! * y[i]!
    xy += x[i]! * y[i]!
  }
  const r = xy / Math.sqrt(xx * yy)
  // Only infinite values, or a mean beyond the range of float64, lead to NaN from here.
  return Number.isNaN(r) ? Measure.undefinedBecause("a value is infinite") : Measure.of(Math.max(-1, Math.min(1, r)))
})
