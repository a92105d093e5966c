import * as Measure from "./Measure.ts"

const isConstant = (values: ArrayLike<number>): boolean => {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false
  return true
}

/** Rows whose sums are added up by themselves first: what keeps the error of a sum of millions small. */
const block = 1024

/** Summed as differences from the first, so that a large offset costs no digits. */
const meanOf = (values: ArrayLike<number>): number => {
  const first = values[0]!
  let sum = 0
  for (let from = 0; from < values.length; from += block) {
    const to = Math.min(from + block, values.length)
    let part = 0
    for (let i = from; i < to; i++) part += values[i]! - first
    sum += part
  }
  return first + sum / values.length
}

/** Deviations from the mean, scaled to at most 1 so that no square overflows or vanishes. */
const scaled = (values: ArrayLike<number>): Float64Array => {
  const mean = meanOf(values)
  const deviations = Float64Array.from(values, (value) => value - mean)
  const largest = deviations.reduce((most, deviation) => Math.max(most, Math.abs(deviation)), 0)
  return deviations.map((deviation) => deviation / largest)
}

/** Squares within these bounds have lost nothing to overflow or underflow, and neither has the product of two. */
const isSound = (squares: number): boolean => squares > 1e-150 && squares < 1e150

const correlation = (labels: ArrayLike<number>, predictions: ArrayLike<number>): number => {
  const [meanX, meanY] = [meanOf(labels), meanOf(predictions)]
  const n = labels.length
  let [sumX, sumY, xx, yy, xy] = [0, 0, 0, 0, 0]
  for (let from = 0; from < n; from += block) {
    const to = Math.min(from + block, n)
    let [partX, partY, partXX, partYY, partXY] = [0, 0, 0, 0, 0]
    for (let i = from; i < to; i++) {
      const dx = labels[i]! - meanX
      const dy = predictions[i]! - meanY
      partX += dx
      partY += dy
      partXX += dx * dx
      partYY += dy * dy
      partXY += dx * dy
    }
    sumX += partX
    sumY += partY
    xx += partXX
    yy += partYY
    xy += partXY
  }
  if (!isSound(xx) || !isSound(yy)) return Number.NaN
  // What the means are off by, as rounding left them.
  return (xy - (sumX * sumY) / n) / Math.sqrt((xx - (sumX * sumX) / n) * (yy - (sumY * sumY) / n))
}

/**
 * Pearson's correlation of two arrays, in two passes over float64 (scipy.stats.pearsonr); no memory but for numbers whose
 * squares float64 does not hold. Undefined for fewer than two rows, for a constant, and for infinite values.
 */
export const pearson: Measure.Compare = Measure.guarded(2, (labels, predictions) => {
  if (isConstant(labels)) return Measure.undefinedBecause("the labels are constant")
  if (isConstant(predictions)) return Measure.undefinedBecause("the predictions are constant")
  const plain = correlation(labels, predictions)
  const r = Number.isNaN(plain) ? correlation(scaled(labels), scaled(predictions)) : plain
  // Only infinite values, or a mean beyond the range of float64, lead to NaN from here.
  return Number.isNaN(r) ? Measure.undefinedBecause("a value is infinite") : Measure.of(Math.max(-1, Math.min(1, r)))
})
