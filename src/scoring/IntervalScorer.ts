/**
 * Scores of an interval, not of a variant: the mean or the sum of the predictions over each gene's exons, of genes with a
 * transcript that starts in the `width` bp about the interval's centre, as far as the exons lie there. After the gene-mask
 * interval scorer of AlphaGenome (Avsec et al. 2026), which is recommended for RNA_SEQ with a width of 200,001 bp.
 */
import * as Result from "effect/Result"
import type { Gene } from "../genome/Gene.ts"
import type { GeneIndex } from "../genome/GeneIndex.ts"
import type { Interval } from "../genome/Interval.ts"
import type { Output, TrackValues, Want } from "../model/SequenceModel.ts"
import type { Track } from "../model/Track.ts"
import * as BinMask from "./BinMask.ts"
import * as Bins from "./Bins.ts"
import * as GeneRows from "./GeneRows.ts"
import * as RowReader from "./RowReader.ts"

export type IntervalAggregation = "MEAN" | "SUM"

export interface IntervalScores {
  readonly genes: ReadonlyArray<Gene>
  /** [genes, tracks]; NaN where the track is of the other strand, and for a mean over no exon. */
  readonly values: Float64Array
}

export interface IntervalPlan {
  readonly want: Want
  readonly score: (values: TrackValues) => IntervalScores
}

/** `width` bp about the centre, as AlphaGenome's client resizes an interval; all of it for a width of null. */
export const resize = (interval: Interval, width: number | null): Interval => {
  if (width === null) return interval
  const length = interval.end - interval.start
  const centre = Math.floor((interval.start + interval.end) / 2) + (length % 2)
  return { chrom: interval.chrom, start: centre - Math.floor((width + 1) / 2), end: centre + Math.floor(width / 2) }
}

export const plan = (
  place: {
    readonly output: Output
    readonly tracks: ReadonlyArray<Track>
    /** The model's input, on the forward strand. */
    readonly window: Interval
    readonly genes: GeneIndex
  },
  width: number | null,
  aggregation: IntervalAggregation
): Result.Result<IntervalPlan, string> => {
  const { output, tracks, window, genes } = place
  const bins = Bins.make(output, window)
  const part = resize(window, width)
  if (part.start < window.start || part.end > window.end) {
    return Result.fail(`a width of ${width} bp is more than the ${window.end - window.start} bp of the window`)
  }
  const found = GeneRows.exons({ window: part, genes, geneId: undefined }).map(({ gene, spans }) => {
    const inside = spans
      .map(({ start, end }) => ({ start: Math.max(start, part.start), end: Math.min(end, part.end) }))
      .filter(({ start, end }) => start < end)
    return { gene, inside, mask: BinMask.make(bins, inside) }
  })
  if (found.length === 0) return Result.fail("no gene of the annotation starts there")
  return Result.succeed({
    want: {
      output: output.name,
      tracks: tracks.map(({ track }) => track),
      regions: Bins.inWindow(
        bins,
        Bins.clip(
          bins,
          found.flatMap(({ inside }) => inside)
        )
      )
    },
    score: (given) => {
      const read = RowReader.make(given, tracks)
      const row = new Float64Array(tracks.length)
      const values = new Float64Array(found.length * tracks.length)
      for (const [at, { gene, mask }] of found.entries()) {
        const sums = values.subarray(at * tracks.length, (at + 1) * tracks.length)
        for (const [i, bin] of mask.bins.entries()) {
          read(bin, row)
          for (let track = 0; track < row.length; track++) sums[track]! += mask.weights[i]! * row[track]!
        }
        const divisor = aggregation === "MEAN" ? BinMask.totalWeight(mask) : 1
        for (const [i, track] of tracks.entries()) {
          sums[i] = GeneRows.isOpposite(track, gene) ? Number.NaN : sums[i]! / divisor
        }
      }
      return { genes: found.map(({ gene }) => gene), values }
    }
  })
}
