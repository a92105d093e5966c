/** Named weights whose shapes are known and whose numbers are read when they are needed. */
import * as Effect from "effect/Effect"
import type { ModelError } from "./ModelError.ts"
import type { Tensors } from "./Tensor.ts"

export type DType = "F32" | "F16" | "BF16"

/** Numbers in a file: row-major, little-endian, without gaps. */
export interface Place {
  readonly path: string
  /** Bytes from the start of the file. */
  readonly offset: number
  readonly dtype: DType
}

export interface WeightSource {
  readonly tensors: ReadonlyMap<string, { readonly shape: ReadonlyArray<number> }>
  /** All numbers of a tensor. */
  readonly read: (name: string) => Effect.Effect<Float32Array, ModelError>
  /** Where the tensor lies as it is, if a file holds it so. */
  readonly place: (name: string) => Place | undefined
  /** Equal for equal weights, so that what is computed from them can be kept; undefined when nobody vouches for it. */
  readonly identity: string | undefined
}

/** Weights that are in memory. */
export const ofTensors = (tensors: Tensors): WeightSource => ({
  tensors,
  read: (name) => Effect.succeed(tensors.get(name)!.data),
  place: () => undefined,
  identity: undefined
})
