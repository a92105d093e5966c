/** What executes a program: the interface that every runtime fills. */
import type * as Effect from "effect/Effect"
import type { ModelError, RuntimeUnavailable } from "./ModelError.ts"
import type { Program } from "./Program.ts"
import type { Tensors } from "./Tensor.ts"

export const runtimeIds = [
  "onnxruntime-cpu",
  "onnxruntime-cuda",
  "onnxruntime-webgpu",
  "tfjs-wasm",
  "tfjs-node-gpu"
] as const
export type RuntimeId = (typeof runtimeIds)[number]

/** The device that a runtime found, for the report. */
export interface Device {
  readonly runtime: RuntimeId
  readonly kind: "cpu" | "gpu"
  readonly name: string
  /** `f32`; `tf32` where matrix products may be rounded to 10 bits of mantissa. */
  readonly numerics: "f32" | "tf32"
  /** Name and version of the package behind it. */
  readonly version: string
}

/** A program with its weights, ready to run. */
export interface Executable {
  /** `input` holds `batch` samples one after the other, as does the result. */
  readonly predict: (input: Float32Array, batch: number) => Effect.Effect<Float32Array, ModelError>
}

export interface Runtime {
  readonly id: RuntimeId
  /** Finds the device, or says why it cannot be used. */
  readonly probe: Effect.Effect<Device, RuntimeUnavailable>
  readonly memory: {
    /** Bytes that a model may take; Infinity where the runtime cannot tell. */
    readonly limit: number
    /** Bytes taken for each byte of intermediate values that are needed at once, as measured. */
    readonly overhead: number
  }
  /** The weights must fit the program (`Program.weightFault`). */
  readonly load: (program: Program, weights: Tensors, threads: number) => Effect.Effect<Executable, ModelError>
}
