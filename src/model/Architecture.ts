/** A kind of network that is one program over named weights, for windows of a length. */
import type * as Effect from "effect/Effect"
import type { ModelError } from "./ModelError.ts"
import type { Program } from "./Program.ts"
import * as SequenceModel from "./SequenceModel.ts"
import type { WeightSource } from "./WeightSource.ts"

/** Its outputs, and their tracks where no table of tracks is given, are those of {@link SequenceModel.ModelInfo}. */
export interface Architecture extends SequenceModel.ModelInfo {
  /**
   * From one one-hot sequence [batch, length, 4] (ACGT; N is zeros) to [batch, bins, tracks] of the outputs, each by its
   * name; of an only one, the name does not matter.
   */
  readonly program: (length: number) => Program
  /** The weights that the program names, from a file whose sha256 is given. */
  readonly weights: (path: string, sha256: string) => Effect.Effect<WeightSource, ModelError>
}

/** Where the bins of an output lie in a window. */
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

export const geometry = (output: SequenceModel.Output, length: number): Geometry => ({
  inputLength: length,
  outputLength: SequenceModel.binCount(output, length),
  binSize: output.resolution,
  outputOffset: output.offset,
  tracks: output.tracks.length
})
