/** What executes a program: the interface that every runtime fills. */
import * as Effect from "effect/Effect"
import { ModelError, type RuntimeUnavailable } from "./ModelError.ts"
import * as Program from "./Program.ts"
import { shapeText, size } from "./Tensor.ts"
import type { WeightSource } from "./WeightSource.ts"

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
  /** All compute in float32: what one device gives, the others give within rounding. */
  readonly numerics: "f32"
  /** Name and version of the package behind it. */
  readonly version: string
}

/** Row-major; of batched inputs and of all outputs the first axis is the batch. */
export interface InputArray {
  readonly shape: ReadonlyArray<number>
  readonly data: Float32Array | Int32Array
}
export type Arrays = { readonly [name: string]: InputArray }
export interface Output {
  readonly shape: ReadonlyArray<number>
  readonly data: Float32Array
}
export type Outputs = { readonly [name: string]: Output }

/** A program with its weights, ready to run. */
export interface Executable {
  /** Takes the program's inputs by name and gives its outputs, or those that are named, by name. */
  readonly run: (inputs: Arrays, outputs?: ReadonlyArray<string>) => Effect.Effect<Outputs, ModelError>
  /** For programs of one input and one output: both hold `batch` samples one after the other. */
  readonly predict: (input: Float32Array, batch: number) => Effect.Effect<Float32Array, ModelError>
  /** Gives back the memory that the weights take. */
  readonly release: Effect.Effect<void>
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
  /**
   * The weights must fit the program (`Program.weightFault`). What has to be rearranged for the runtime is kept in the
   * folder `cache`, when there is one and the weights have an identity.
   */
  readonly load: (
    program: Program.Program,
    weights: WeightSource,
    threads: number,
    cache?: string
  ) => Effect.Effect<Executable, ModelError>
}

/** What is wrong with the arrays given to a program, in words. */
const inputFault = (program: Program.Program, inputs: Arrays): string | undefined => {
  const batches = new Set<number>()
  for (const [name, at] of program.inputs) {
    const node = program.nodes[at]!
    const array = inputs[name]
    if (array === undefined) return `input '${name}' is missing`
    const shape = node.batched ? array.shape.slice(1) : array.shape
    if (node.batched) batches.add(array.shape[0]!)
    const fits =
      shape.length === node.shape.length && shape.every((n, i) => n === node.shape[i] || (node.free && i === 0))
    if (!fits || array.data.length !== size(array.shape)) {
      return `input '${name}' has shape ${shapeText(array.shape)} where the program takes ${shapeText(node.shape)}`
    }
  }
  return batches.size > 1 ? `inputs have batches of ${[...batches].join(" and ")}` : undefined
}

/** An executable from what a runtime does with arrays that fit the program. */
export const executable = (
  program: Program.Program,
  compute: (inputs: Arrays, outputs: ReadonlyArray<string>) => Effect.Effect<Outputs, ModelError>,
  release: Effect.Effect<void>
): Executable => {
  const run: Executable["run"] = (inputs, outputs = [...program.outputs.keys()]) => {
    const fault = inputFault(program, inputs)
    return fault === undefined ? compute(inputs, outputs) : Effect.fail(new ModelError({ message: fault }))
  }
  const [input] = program.inputs.keys()
  const [output] = program.outputs.keys()
  return {
    run,
    predict: (data, batch) =>
      Effect.map(
        run({ [input!]: { shape: [batch, ...Program.inputNode(program).shape], data } }),
        (outputs) => outputs[output!]!.data
      ),
    release
  }
}
