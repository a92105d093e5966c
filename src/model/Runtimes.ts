/** The runtimes there are, and the choice among them. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as Suggest from "../core/Suggest.ts"
import { InsufficientMemory, RuntimeUnavailable } from "./ModelError.ts"
import * as Program from "./Program.ts"
import { runtimeIds, type Device, type Runtime, type RuntimeId } from "./Runtime.ts"
import { cudaInstalled, onnxruntimeCpu, onnxruntimeCuda, onnxruntimeWebgpu } from "./runtime/OnnxRuntime.ts"
import { tfjsNodeGpu, tfjsWasm } from "./runtime/TfjsRuntime.ts"

export const runtimes: { readonly [Id in RuntimeId]: Runtime } = {
  "onnxruntime-cpu": onnxruntimeCpu,
  "onnxruntime-cuda": onnxruntimeCuda,
  "onnxruntime-webgpu": onnxruntimeWebgpu,
  "tfjs-wasm": tfjsWasm,
  "tfjs-node-gpu": tfjsNodeGpu
}

/**
 * What each word of `device` tries, in order. `gpu` never falls back to a CPU, and no word but its own takes WebGPU: its
 * adapter may be software.
 */
const candidates: { readonly [word: string]: ReadonlyArray<RuntimeId> } = {
  auto: ["onnxruntime-cuda", "onnxruntime-cpu", "tfjs-wasm"],
  cpu: ["onnxruntime-cpu", "tfjs-wasm"],
  gpu: ["tfjs-node-gpu", "onnxruntime-cuda"],
  ...Object.fromEntries(runtimeIds.map((id) => [id, [id]]))
}

/** What a word of `device` tries, in order; nothing for a word that there is not. */
export const idsOf = (device: string): ReadonlyArray<RuntimeId> =>
  Object.hasOwn(candidates, device) ? candidates[device]! : []

/** What is said of a word that is no device. */
export const unknown = (device: string): { readonly message: string; readonly hint: string } | undefined =>
  idsOf(device).length > 0
    ? undefined
    : {
        message: `there is no device '${device}'`,
        hint: Suggest.hint(device, Object.keys(candidates), "devices")
      }

const onGpu: ReadonlySet<RuntimeId> = new Set(["onnxruntime-cuda", "onnxruntime-webgpu", "tfjs-node-gpu"])

/**
 * Whether models take a GPU with this word of `device`, as far as can be told without loading a runtime: `auto` does where
 * ONNX Runtime's library for CUDA is installed.
 */
export const takesGpu = (device: string): boolean => {
  const ids = idsOf(device)
  return ids.some((id) => onGpu.has(id)) && (ids.every((id) => onGpu.has(id)) || cudaInstalled())
}

export interface Choice {
  readonly runtime: Runtime
  readonly device: Device
  /** Why the runtimes that would have been preferred were not taken. */
  readonly refused: ReadonlyArray<string>
}

/** `device` is `auto`, `cpu`, `gpu` or the id of a runtime. */
export const select = Effect.fnUntraced(function* (
  device: string
): Effect.fn.Return<Choice, InputError | RuntimeUnavailable> {
  const ids = idsOf(device)
  const wrong = unknown(device)
  if (wrong !== undefined) return yield* new InputError(wrong)
  const refused: Array<RuntimeUnavailable> = []
  for (const id of ids) {
    const runtime = runtimes[id]
    const found = yield* Effect.result(runtime.probe)
    if (found._tag === "Success") {
      return { runtime, device: found.success, refused: refused.map(({ message }) => message) }
    }
    refused.push(found.failure)
  }
  return yield* new RuntimeUnavailable({
    message: `device '${device}' cannot be used here: ${refused.map(({ message }) => message).join("; ")}`,
    hint: refused.map(({ hint }) => hint ?? "").join("; ")
  })
})

const GiB = 2 ** 30

const figure = (bytes: number) => `${(bytes / GiB).toFixed(1)} GiB`

/**
 * Bytes that weights and values take that are needed at once; fails when the runtime has fewer. Runtimes keep a second,
 * rearranged copy of the weights.
 */
export const requireBytes = (
  { id, memory: { limit, overhead } }: Runtime,
  what: string,
  { weights, activations }: { readonly weights: number; readonly activations: number }
): Effect.Effect<number, InsufficientMemory> => {
  const needed = 2 * weights + overhead * activations
  if (needed <= limit) return Effect.succeed(needed)
  return Effect.fail(
    new InsufficientMemory({
      message: `${what} needs about ${figure(needed)}; ${id} has ${figure(limit)}`,
      needed,
      limit,
      hint: id === "tfjs-wasm" ? "use a smaller batch, or device onnxruntime-cpu" : "use a smaller batch"
    })
  )
}

/** The same of a program given a batch. */
export const requireMemory = (
  runtime: Runtime,
  program: Program.Program,
  batch: number
): Effect.Effect<number, InsufficientMemory> =>
  requireBytes(runtime, `a batch of ${batch}`, Program.estimate(program, batch))
