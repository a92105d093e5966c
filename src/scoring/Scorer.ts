/** What turns the predictions for the two alleles of a variant into one number a track. */
import type * as Result from "effect/Result"
import type { Gene } from "../genome/Gene.ts"
import type { Variant } from "../genome/Variant.ts"
import type { Geometry } from "../model/Architecture.ts"
import type { Track } from "../model/Track.ts"

export interface Place {
  readonly geometry: Geometry
  /** First base of the model's input, 0-based. */
  readonly windowStart: number
  readonly variant: Variant
  /** The gene that the window is about, where its annotation is known. */
  readonly gene: Gene | undefined
  /** Base pairs. */
  readonly centreWidth: number
  readonly tracks: ReadonlyArray<Track>
}

export interface Scoring {
  /** What of a gene is looked at, `exons` or `span`, and the share of its bases (0 to 1) inside the model's output. */
  readonly region: string | null
  readonly coverage: number | null
  /** The tracks that it says something about. */
  readonly tracks: ReadonlyArray<Track>
  /** One number from a prediction [bins, tracks]. */
  readonly aggregate: (prediction: Float32Array, track: number) => number
  readonly score: (ref: number, alt: number) => number
}

/** The failure says why the place cannot be scored. */
export type Scorer = (place: Place) => Result.Result<Scoring, string>
