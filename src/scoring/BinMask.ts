/** Which bins of a prediction an interval of the genome falls on, and how much of each. */
import type { Geometry } from "../model/Architecture.ts"

/** Bins `first`, `first + 1`, ..., each with the fraction (0 to 1) of its base pairs that counts. */
export interface BinMask {
  readonly first: number
  readonly weights: Float64Array
  /** Base pairs that count, over all bins. */
  readonly covered: number
}

/**
 * The overlap of a prediction's bins with intervals (0-based half-open, not overlapping each other). `windowStart` is
 * where the model's input starts, 0-based. What lies outside the output counts nothing.
 */
export const make = (
  { outputOffset, outputLength, binSize }: Geometry,
  windowStart: number,
  intervals: ReadonlyArray<{ readonly start: number; readonly end: number }>
): BinMask => {
  const origin = windowStart + outputOffset
  const weights = new Float64Array(outputLength)
  let covered = 0
  for (const interval of intervals) {
    const start = Math.max(0, interval.start - origin)
    const end = Math.min(outputLength * binSize, interval.end - origin)
    for (let bin = Math.floor(start / binSize); bin * binSize < end; bin++) {
      const overlap = Math.min(end, (bin + 1) * binSize) - Math.max(start, bin * binSize)
      weights[bin]! += overlap / binSize
      covered += overlap
    }
  }
  const first = weights.findIndex((weight) => weight > 0)
  const last = weights.findLastIndex((weight) => weight > 0)
  return first === -1
    ? { first: 0, weights: new Float64Array(0), covered: 0 }
    : { first, weights: weights.slice(first, last + 1), covered }
}

/** Sum over the mask's bins of weight times prediction, for one track of [bins, tracks]; float64. */
export const sum = ({ first, weights }: BinMask, prediction: Float32Array, tracks: number, track: number): number => {
  let total = 0
  for (let i = 0; i < weights.length; i++) total += weights[i]! * prediction[(first + i) * tracks + track]!
  return total
}

/** The same divided by the sum of the weights. */
export const mean = (mask: BinMask, prediction: Float32Array, tracks: number, track: number): number => {
  let total = 0
  for (const weight of mask.weights) total += weight
  return sum(mask, prediction, tracks, track) / total
}
