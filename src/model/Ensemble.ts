/** Networks of one architecture with different weights, at any length that is asked for; their outputs are averaged. */
import * as Effect from "effect/Effect"
import * as Digest from "../core/Digest.ts"
import type { InputError } from "../core/Failure.ts"
import { Settings } from "../core/Settings.ts"
import { Task } from "../core/Task.ts"
import * as OneHot from "../genome/OneHot.ts"
import { ModelError, type InsufficientMemory, type RuntimeUnavailable } from "./ModelError.ts"
import * as Program from "./Program.ts"
import type { Device, Executable } from "./Runtime.ts"
import * as Runtimes from "./Runtimes.ts"
import type { Tensors } from "./Tensor.ts"
import * as WeightSource from "./WeightSource.ts"

/** A network that reads one-hot sequences of several lengths. */
export interface Family {
  readonly name: string
  readonly licence: string
  readonly citation: string
  /** From [length, 4] (ACGT; N is zeros) on. */
  readonly program: (length: number) => Program.Program
  readonly weights: (path: string) => Effect.Effect<Tensors, ModelError>
}

export interface Ensemble {
  readonly device: Device
  /** The mean of the networks' outputs for each sequence, row-major. Sequences of ACGTN, all of one length. */
  readonly predict: (
    sequences: ReadonlyArray<string>
  ) => Effect.Effect<ReadonlyArray<Float32Array>, ModelError | InsufficientMemory>
}

export type OpenError = InputError | ModelError | RuntimeUnavailable | InsufficientMemory

/** Bytes of intermediate values that a batch is filled up to. */
const batchBytes = 2 ** 26
const maxBatch = 16
/** Lengths of which programs are kept ready. */
const maxLengths = 8

/** Loads each file of weights; notes the device and the weights for the report. */
export const open = Effect.fnUntraced(function* (
  family: Family,
  paths: ReadonlyArray<string>
): Effect.fn.Return<Ensemble, OpenError, Settings | Task> {
  const { device: requested, threads } = yield* Settings
  const task = yield* Task
  const { runtime, device, refused } = yield* Runtimes.select(requested)
  for (const reason of refused) yield* task.log(`not used: ${reason}`)
  yield* task.note({ ...device, kind: "device", runtime: device.runtime })
  const members = yield* Effect.forEach(
    paths,
    Effect.fnUntraced(function* (path) {
      const { name, licence, citation } = family
      yield* task.note({ kind: "model", name, weights: yield* Digest.ofFile(path), licence, citation })
      return { path, weights: yield* family.weights(path) }
    })
  )

  const ready = new Map<number, { readonly batch: number; readonly executables: ReadonlyArray<Executable> }>()
  const at = Effect.fnUntraced(function* (length: number) {
    const known = ready.get(length)
    ready.delete(length)
    if (known !== undefined) {
      ready.set(length, known)
      return known
    }
    const program = family.program(length)
    const batch = Math.max(1, Math.min(maxBatch, Math.floor(batchBytes / Program.estimate(program, 1).activations)))
    yield* Runtimes.requireMemory(runtime, program, batch)
    const executables = yield* Effect.forEach(
      members,
      Effect.fnUntraced(function* ({ path, weights }) {
        const fault = Program.weightFault(program, weights)
        const hint = `are these the weights of ${family.name}?`
        if (fault !== undefined) return yield* new ModelError({ message: fault, file: path, hint })
        return yield* runtime.load(program, WeightSource.ofTensors(weights), threads)
      })
    )
    if (ready.size === maxLengths) ready.delete(ready.keys().next().value!)
    const loaded = { batch, executables }
    ready.set(length, loaded)
    return loaded
  })

  return {
    device,
    predict: Effect.fnUntraced(function* (sequences) {
      const length = sequences[0]?.length ?? 0
      if (length === 0) return []
      const { batch, executables } = yield* at(length)
      const results: Array<Float32Array> = []
      for (let from = 0; from < sequences.length; from += batch) {
        const part = sequences.slice(from, from + batch)
        const input = new Float32Array(part.length * length * 4)
        for (const [index, sequence] of part.entries()) OneHot.encodeInto(sequence, input, index * length * 4)
        let sums: Float64Array | undefined
        for (const { predict } of executables) {
          const output = yield* predict(input, part.length)
          sums ??= new Float64Array(output.length)
          for (let i = 0; i < output.length; i++) sums[i]! += output[i]!
        }
        const size = sums!.length / part.length
        for (const index of part.keys()) {
          results.push(
            Float32Array.from(sums!.subarray(index * size, (index + 1) * size), (sum) => sum / executables.length)
          )
        }
      }
      return results
    })
  }
})
