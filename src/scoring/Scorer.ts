/**
 * What turns a model's predictions for the two alleles of a variant into scores: for each gene, junction or, where a
 * scorer looks at neither, for the variant, one number a track.
 *
 * A scorer looks at one output of the model. It first plans: with the window, the variant and the genes it says what it
 * wants of that output (`Plan.want`), so that the model computes no more, and then scores what it is given.
 */
import type * as Result from "effect/Result"
import type { Gene } from "../genome/Gene.ts"
import type { GeneIndex } from "../genome/GeneIndex.ts"
import type { Interval } from "../genome/Interval.ts"
import type { PolyaSite } from "../genome/PolyaSite.ts"
import type { Variant } from "../genome/Variant.ts"
import type { Output, TrackValues, Values, Want } from "../model/SequenceModel.ts"
import type { Track } from "../model/Track.ts"

export interface Place {
  readonly output: Output
  /** Those of the output's tracks that are scored. */
  readonly tracks: ReadonlyArray<Track>
  /** The model's input, 0-based half-open; predictions are on the forward strand. */
  readonly window: Interval
  readonly variant: Variant
  readonly genes: GeneIndex
  /** Score this gene only, however it lies; else the genes that the scorer's rule finds. */
  readonly geneId: string | undefined
  /** By gene id without version; for `polyadenylation`. */
  readonly polyaSites: ReadonlyMap<string, ReadonlyArray<PolyaSite>>
}

/** What a row of scores is about; `{}` for the variant as a whole. */
export interface ScoreRow {
  readonly gene?: Gene
  /** What of the gene is looked at, `exons`, `span` or `body`, and the share of its bases inside the model's output. */
  readonly region?: string
  readonly coverage?: number
  /** The intron between two splice sites on the genome, 0-based half-open. */
  readonly junction?: { readonly start: number; readonly end: number }
  /** Polyadenylation sites that were looked at, and base pairs from the variant to the closest. */
  readonly polya?: { readonly sites: number; readonly distance: number }
}

export interface Scores {
  readonly rows: ReadonlyArray<ScoreRow>
  readonly tracks: ReadonlyArray<Track>
  /** [rows, tracks]; NaN where the track is of the strand opposite to the row's gene, and where nothing was to be seen. */
  readonly values: Float64Array
  /** What the score compares, [rows, tracks], for scorers that make one number of each allele. */
  readonly ref: Float64Array | null
  readonly alt: Float64Array | null
}

export interface Plan<V extends Values = Values> {
  readonly want: Want
  /** Values may hold more than was wanted, of other tracks and regions. */
  readonly score: (ref: V, alt: V) => Scores
}

/** The failure says why the place cannot be scored. */
export type Planned<V extends Values = Values> = Result.Result<Plan<V>, string>

export type Scorer<V extends Values = TrackValues> = (place: Place) => Planned<V>
