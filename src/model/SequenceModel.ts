/**
 * A model that answers for sequences, wherever it runs: a program on this machine, a service over gRPC, a child process.
 *
 * Coordinates are base pairs of the window that is asked about, 0-based half-open, on the strand of the given sequence.
 */
import * as Effect from "effect/Effect"
import { ModelError, type ModelFailure } from "./ModelError.ts"
import type { Interval } from "../genome/Interval.ts"
import type { Variant } from "../genome/Variant.ts"
import type { Aggregation } from "./remote/Protocol.ts"
import type { StrandSites } from "../genome/AnnotatedSites.ts"
import type { Track } from "./Track.ts"

export const organisms = ["human", "mouse"] as const
export type Organism = (typeof organisms)[number]

/** One kind of output. `contacts` are symmetric maps of bins by bins; `junctions` are counts of splice junctions. */
export interface Output {
  /** As the model's authors name it: `RNA_SEQ`, `SPLICE_SITES`, ...; `TRACKS` for models that have but one. */
  readonly name: string
  readonly kind: "tracks" | "contacts" | "junctions"
  /** Base pairs a bin; 1 for junctions. */
  readonly resolution: number
  /** Base pairs at each side of the window that have no output: bin 0 starts here. */
  readonly offset: number
  /**
   * Of tracks: values of a reverse complement, turned back, stand one bin too far left; what comes to bin 0 is 0. So it is
   * with AlphaGenome's DNASE, which counts where the enzyme cut: between two bases.
   */
  readonly cuts?: boolean
  readonly tracks: ReadonlyArray<Track>
}

/** The window lengths that a model reads. */
export interface Lengths {
  readonly preferred: number
  readonly min: number
  readonly max: number
  /** Lengths must be multiples of it. */
  readonly multiple: number
}

export interface ModelInfo {
  readonly name: string
  readonly summary: string
  readonly licence: string
  readonly citation: string
  readonly organisms: ReadonlyArray<Organism>
  readonly lengths: Lengths
  readonly outputs: (organism: Organism) => ReadonlyArray<Output>
}

/** From the first to before the last, in base pairs or bins. */
export type Span = readonly [from: number, to: number]

/** What is wanted of one output. A model computes no more than that where it can. */
export interface Want {
  readonly output: string
  /** Indices of tracks, in the order of the answer; all when absent. */
  readonly tracks?: ReadonlyArray<number>
  /**
   * Ascending and disjoint, in base pairs: bins that overlap one of them are given; all bins when absent. Of junctions:
   * splice sites are sought there.
   */
  readonly regions?: ReadonlyArray<Span>
  /** Of junctions: splice sites that are counted whether the model finds them or not; those outside the regions are not. */
  readonly sites?: ReadonlyArray<StrandSites>
}

export interface TrackValues {
  readonly kind: "tracks"
  readonly tracks: ReadonlyArray<number>
  /** The bins that are given: ascending, disjoint. */
  readonly bins: ReadonlyArray<Span>
  /** [number of given bins, tracks] */
  readonly values: Float32Array
}

export interface ContactValues {
  readonly kind: "contacts"
  readonly tracks: ReadonlyArray<number>
  readonly bins: number
  /** [bins, bins, tracks] */
  readonly values: Float32Array
}

/** Junctions among the splice sites that the model finds: donors by acceptors of each strand. */
export interface JunctionValues {
  readonly kind: "junctions"
  readonly tracks: ReadonlyArray<number>
  readonly strands: ReadonlyArray<{
    readonly strand: "+" | "-"
    /** Base pairs of the window. */
    readonly donors: Int32Array
    readonly acceptors: Int32Array
    /** [donors, acceptors, tracks] */
    readonly values: Float32Array
  }>
}

export type Values = TrackValues | ContactValues | JunctionValues

/** By name of the output. */
export type Prediction = ReadonlyMap<string, Values>

/** What an alternative sequence changes: `removed` bases from `at` on give way to `inserted` others. */
export interface Edit {
  readonly at: number
  readonly removed: number
  readonly inserted: number
}

export interface Alternative {
  /** As long as the reference: what an indel pushes out of the window, or pulls into it, is at its right end. */
  readonly sequence: string
  readonly edit: Edit
}

export interface VariantQuery {
  readonly organism: Organism
  readonly reference: string
  readonly alternatives: ReadonlyArray<Alternative>
  readonly wants: ReadonlyArray<Want>
}

export interface VariantPrediction {
  readonly reference: Prediction
  /** In the order of the alternatives. */
  readonly alternatives: ReadonlyArray<Prediction>
}

/** A scorer that a service has: what it reads and how. */
export interface ScorerRequest {
  readonly scorer:
    | "centre_mask"
    | "gene_lfc"
    | "gene_active"
    | "gene_splicing"
    | "splice_junctions"
    | "polyadenylation"
    | "contact_map"
  readonly output: string | null
  /** Base pairs; null for all, and for scorers without a width. */
  readonly width: number | null
  readonly aggregation: Aggregation | null
}

/** A question to a service that scores variants by itself. */
export interface ScoreQuery {
  readonly organism: Organism
  /** On the genome that the service reads. */
  readonly window: Interval
  readonly variant: Pick<Variant, "chrom" | "pos" | "ref" | "alt">
  readonly scorers: ReadonlyArray<ScorerRequest>
}

/** A service's scores of one variant by one scorer. */
export interface VariantScores {
  /** What each row is about; nothing for the variant as a whole. */
  readonly rows: ReadonlyArray<{
    readonly gene?: {
      readonly id: string
      readonly name: string | null
      readonly type: string | null
      readonly strand: string
    }
    /** The intron on the genome, 0-based half-open. */
    readonly junction?: { readonly start: number; readonly end: number }
  }>
  readonly tracks: ReadonlyArray<Track>
  /** [rows, tracks] */
  readonly values: Float32Array
  /** [rows, tracks]: the place of each score among those of common variants, where the service tells. */
  readonly quantiles: Float32Array | null
}

export interface SequenceModel {
  readonly info: ModelInfo
  /**
   * Makes ready for windows of a length: weights that do not fit and memory that does not suffice are told here. Gives the
   * number of sequences that a call had best be given: so many are computed together.
   */
  readonly prepare: (length: number) => Effect.Effect<number, ModelFailure>
  /** Sequences of ACGTN, all of one length that the model reads; answers in their order. */
  readonly predict: (
    organism: Organism,
    sequences: ReadonlyArray<string>,
    wants: ReadonlyArray<Want>
  ) => Effect.Effect<ReadonlyArray<Prediction>, ModelFailure>
  /**
   * The same for alleles of one window; a model that can share work among them does. Junctions are counted among the sites
   * that it finds in either allele: the same for both, those of an alternative on the places of the reference.
   */
  readonly predictVariants: (query: VariantQuery) => Effect.Effect<VariantPrediction, ModelFailure>
  /** Of a service: its own scores, one answer for each scorer in order. */
  readonly scoreVariant?: (query: ScoreQuery) => Effect.Effect<ReadonlyArray<VariantScores>, ModelFailure>
}

/** Bins of an output for a window of the given length. */
export const binCount = ({ resolution, offset }: Output, length: number): number =>
  Math.floor((length - 2 * offset) / resolution)

/** Why the model does not read windows of this length; undefined when it does. */
export const lengthFault = (
  { name, lengths }: Pick<ModelInfo, "name" | "lengths">,
  length: number
): string | undefined => {
  const { min, max, multiple } = lengths
  if (length >= min && length <= max && length % multiple === 0) return undefined
  return min === max
    ? `${length} bp where ${name} reads ${min}`
    : `${length} bp where ${name} reads ${min} to ${max}, in multiples of ${multiple}`
}

/** The outputs that are wanted. */
export const wanted = (
  { name, outputs }: Pick<ModelInfo, "name" | "outputs">,
  organism: Organism,
  wants: ReadonlyArray<Want>
): Effect.Effect<ReadonlyArray<{ readonly want: Want; readonly output: Output }>, ModelError> => {
  const known = outputs(organism)
  return Effect.forEach(wants, (want) => {
    const output = known.find((each) => each.name === want.output)
    if (output !== undefined) return Effect.succeed({ want, output })
    const hint = `it has: ${known.map((each) => each.name).join(", ")}`
    return Effect.fail(new ModelError({ message: `${name} has no output '${want.output}'`, hint }))
  })
}

/** {@link SequenceModel.predictVariants} of a model that has nothing to share among alleles. */
export const predictVariants =
  (predict: SequenceModel["predict"]): SequenceModel["predictVariants"] =>
  ({ organism, reference, alternatives, wants }) =>
    Effect.map(
      predict(organism, [reference, ...alternatives.map(({ sequence }) => sequence)], wants),
      ([first, ...rest]) => ({ reference: first!, alternatives: rest })
    )
