/** A kind of network: its geometry, its tracks, and the program that computes it from named weights. */
import type * as Effect from "effect/Effect"
import type { ModelError } from "./ModelError.ts"
import type { Program } from "./Program.ts"
import type { Tensors } from "./Tensor.ts"
import type { Track } from "./Track.ts"

export interface Geometry {
  /** Base pairs that the model reads. */
  readonly inputLength: number
  /** Bins that it predicts. */
  readonly outputLength: number
  /** Base pairs a bin. */
  readonly binSize: number
  /** Base pairs of the input at each side that have no output: bin 0 starts here. */
  readonly outputOffset: number
  /** Number of tracks. */
  readonly tracks: number
}

export interface Architecture extends Geometry {
  readonly name: string
  readonly summary: string
  readonly licence: string
  readonly citation: string
  /** What the tracks are when no track table is given. */
  readonly defaultTracks: ReadonlyArray<Track>
  /** From a one-hot sequence [batch, inputLength, 4] (ACGT) to [batch, outputLength, tracks]. */
  readonly program: () => Program
  /** Reads the weights that the program names. */
  readonly weights: (path: string) => Effect.Effect<Tensors, ModelError>
}
