/** Which bins of a prediction intervals of the genome fall on, and how much of each. */
import type { Bins } from "./Bins.ts"

export interface BinMask {
  /** Ascending. */
  readonly bins: Int32Array
  /** The fraction (above 0, at most 1) of each bin's base pairs that counts. */
  readonly weights: Float64Array
  /** Base pairs that count, over all bins. */
  readonly covered: number
}

/** The overlap of bins with intervals (0-based half-open, ascending, disjoint). What lies outside the bins counts nothing. */
export const make = (
  { origin, size, count }: Bins,
  intervals: ReadonlyArray<{ readonly start: number; readonly end: number }>
): BinMask => {
  const bins: Array<number> = []
  const weights: Array<number> = []
  let covered = 0
  for (const interval of intervals) {
    const start = Math.max(0, interval.start - origin)
    const end = Math.min(count * size, interval.end - origin)
    for (let bin = Math.floor(start / size); bin * size < end; bin++) {
      const overlap = Math.min(end, (bin + 1) * size) - Math.max(start, bin * size)
      if (bins.at(-1) === bin) weights[weights.length - 1]! += overlap / size
      else {
        bins.push(bin)
        weights.push(overlap / size)
      }
      covered += overlap
    }
  }
  return { bins: Int32Array.from(bins), weights: Float64Array.from(weights), covered }
}

export const totalWeight = ({ weights }: BinMask): number => weights.reduce((total, weight) => total + weight, 0)
