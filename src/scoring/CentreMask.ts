/**
 * `centre_mask`: the change of the prediction around the variant.
 *
 * The bins are n = ceil(width / bin size) whole bins from c - floor(n / 2) on, where c is the bin of the variant's first
 * base; those outside the output are left out. Both alleles are read at the same bins. After the centre-mask scorer of
 * AlphaGenome (Avsec et al. 2026).
 */
import * as Result from "effect/Result"
import * as Interval from "../genome/Interval.ts"
import * as Bins from "./Bins.ts"
import * as RowReader from "./RowReader.ts"
import type { Scorer } from "./Scorer.ts"

/** How a track's bins of the reference, r, and of the alternative, a, become a score. */
interface Aggregation {
  readonly formula: string
  /** Whether the sign says in which direction the variant works. */
  readonly signed: boolean
  /** What is summed over the bins of an allele. */
  readonly term: (value: number) => number
  /** One number of each allele's sum over n bins. */
  readonly ofSum?: (sum: number, n: number) => number
  /** From those two to the score. */
  readonly compare?: (ref: number, alt: number) => number
  /** Instead: the root of the sum of the squared differences of the terms. */
  readonly distance?: true
}

const identity = (value: number): number => value
const difference = (ref: number, alt: number): number => alt - ref
const mean = (sum: number, n: number): number => sum / n

export const log2Change = (ref: number, alt: number): number => Math.log2(1 + alt) - Math.log2(1 + ref)

export const aggregations = {
  DIFF_MEAN: { formula: "mean a - mean r", signed: true, term: identity, ofSum: mean, compare: difference },
  DIFF_SUM: { formula: "sum a - sum r", signed: true, term: identity, compare: difference },
  DIFF_SUM_LOG2: {
    formula: "sum of log2(1 + a) - sum of log2(1 + r)",
    signed: true,
    term: (value) => Math.log2(1 + value),
    compare: difference
  },
  DIFF_LOG2_SUM: {
    formula: "log2(1 + sum a) - log2(1 + sum r)",
    signed: true,
    term: identity,
    compare: log2Change
  },
  L2_DIFF: { formula: "root of the sum of (a - r)^2", signed: false, term: identity, distance: true },
  L2_DIFF_LOG1P: {
    formula: "root of the sum of (ln(1 + a) - ln(1 + r))^2",
    signed: false,
    term: Math.log1p,
    distance: true
  },
  ACTIVE_MEAN: {
    formula: "the greater of mean a and mean r",
    signed: false,
    term: identity,
    ofSum: mean,
    compare: Math.max
  },
  ACTIVE_SUM: { formula: "the greater of sum a and sum r", signed: false, term: identity, compare: Math.max }
} as const satisfies Record<string, Aggregation>

export type AggregationName = keyof typeof aggregations

/** The bins of the mask, from and to before; all of the output for a width of null, none for a variant outside it. */
export const binsOf = (width: number | null, pos: number, bins: Bins.Bins): readonly [from: number, to: number] => {
  if (width === null) return [0, bins.count]
  const centre = Math.floor((pos - 1 - bins.origin) / bins.size)
  if (centre < 0 || centre >= bins.count) return [0, 0]
  const n = Math.ceil(width / bins.size)
  const from = centre - Math.floor(n / 2)
  return [Math.max(0, from), Math.min(bins.count, from + n)]
}

/** `width` in base pairs; null for the whole output. */
export const make =
  (width: number | null, aggregation: AggregationName): Scorer =>
  ({ output, tracks, window, variant }) => {
    const bins = Bins.make(output, window)
    const [from, to] = binsOf(width, variant.pos, bins)
    if (from >= to) {
      const extent = Interval.format({ chrom: window.chrom, ...Bins.extent(bins) })
      return Result.fail(`the variant lies outside the model's output of this window (${extent})`)
    }
    const count = tracks.length
    const { term, ofSum = identity, compare, distance }: Aggregation = aggregations[aggregation]
    return Result.succeed({
      want: {
        output: output.name,
        tracks: tracks.map(({ track }) => track),
        regions: [[bins.offset + from * bins.size, bins.offset + to * bins.size]]
      },
      score: (refValues, altValues) => {
        const [readRef, readAlt] = [RowReader.make(refValues, tracks), RowReader.make(altValues, tracks)]
        const [r, a] = [new Float64Array(count), new Float64Array(count)]
        const [refSums, altSums, squares] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)]
        for (let bin = from; bin < to; bin++) {
          readRef(bin, r)
          readAlt(bin, a)
          for (let i = 0; i < count; i++) {
            const [ref, alt] = [term(r[i]!), term(a[i]!)]
            refSums[i]! += ref
            altSums[i]! += alt
            squares[i]! += (alt - ref) ** 2
          }
        }
        const rows = [{}]
        if (distance !== undefined || compare === undefined) {
          return { rows, tracks, values: squares.map(Math.sqrt), ref: null, alt: null }
        }
        const ref = refSums.map((sum) => ofSum(sum, to - from))
        const alt = altSums.map((sum) => ofSum(sum, to - from))
        return { rows, tracks, values: ref.map((value, i) => compare(value, alt[i]!)), ref, alt }
      }
    })
  }
