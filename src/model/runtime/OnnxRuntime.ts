/**
 * ONNX Runtime through onnxruntime-node: on the CPU, through CUDA, or through WebGPU.
 *
 * All three were run, the GPU's on an H200. WebGPU is taken only when it is asked for by name, because ONNX Runtime does
 * not tell whether the adapter behind it is a real GPU or software.
 */
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { cpus, totalmem } from "node:os"
import { dirname, join } from "node:path"
import { arch, platform } from "node:process"
import { messageOf } from "../../core/Failure.ts"
import * as Gpu from "../Gpu.ts"
import { ModelError, RuntimeUnavailable } from "../ModelError.ts"
import * as Program from "../Program.ts"
import { executable, type Device, type Output, type Runtime, type RuntimeId } from "../Runtime.ts"
import * as OnnxGraph from "./OnnxGraph.ts"
import * as RearrangedWeights from "./RearrangedWeights.ts"

const importRuntime = Effect.tryPromise({
  try: async () => {
    Gpu.requireFloat32()
    const ort = await import("onnxruntime-node")
    // What goes wrong is thrown as well; a copy on stderr would only confuse.
    ort.env.logLevel = "fatal"
    return ort
  },
  catch: (cause) =>
    new RuntimeUnavailable({
      message: `onnxruntime-node cannot be loaded: ${messageOf(cause)}`,
      hint: "npm install onnxruntime-node, or use device tfjs-wasm"
    })
})

/** Whether the library for CUDA lies where the package looks for it. */
export const cudaInstalled = (): boolean => {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"))
    return existsSync(join(folder, `bin/napi-v6/${platform}/${arch}/libonnxruntime_providers_cuda.so`))
  } catch {
    return false
  }
}

type Provider = "cpu" | "cuda" | "webgpu"

/** A program of one operation: enough to see whether a provider loads. */
const probeGraph = () => {
  const net = Program.builder()
  return OnnxGraph.encode(net.build(net.relu(net.input([1]))), new Map())
}

interface Place {
  readonly id: RuntimeId
  readonly kind: Device["kind"]
  /** Of the device, in words. */
  readonly name: () => string
  /** Bytes that it has. */
  readonly memory: () => number
  readonly dilation: OnnxGraph.Dilation
  readonly hint: string
}

const places: { readonly [P in Provider]: Place } = {
  cpu: {
    id: "onnxruntime-cpu",
    kind: "cpu",
    name: () => cpus()[0]?.model ?? "CPU",
    memory: totalmem,
    dilation: "native",
    hint: "use device tfjs-wasm"
  },
  cuda: {
    id: "onnxruntime-cuda",
    kind: "gpu",
    name: () => Gpu.first()?.name ?? "CUDA device 0",
    memory: () => Gpu.first()?.memory ?? Infinity,
    dilation: "phases",
    hint: "needs CUDA 12 or 13, cuDNN 9 and ONNX Runtime's library for them: docs/devices.md"
  },
  webgpu: {
    id: "onnxruntime-webgpu",
    kind: "gpu",
    name: () => "WebGPU adapter",
    memory: () => Infinity,
    dilation: "native",
    hint: "needs a GPU with a Vulkan driver"
  }
}

const make = (provider: Provider): Runtime => ({
  id: places[provider].id,
  probe: Effect.gen(function* () {
    const { id, kind, name, hint } = places[provider]
    const ort = yield* importRuntime
    yield* Effect.tryPromise({
      try: async () => {
        const session = await ort.InferenceSession.create(probeGraph(), {
          executionProviders: [provider],
          logSeverityLevel: 4
        })
        await session.release()
      },
      catch: (cause) =>
        new RuntimeUnavailable({
          message: `${id} cannot be used: ${messageOf(cause)}`,
          hint
        })
    })
    return {
      runtime: id,
      kind,
      name: name(),
      numerics: "f32",
      version: `onnxruntime-node ${ort.env.versions.node ?? ort.env.versions.common}`
    }
  }),
  // mini-borzoi: 195 MB a window where 50 MB of values are live.
  get memory() {
    return { limit: places[provider].memory(), overhead: 4 }
  },
  load: Effect.fnUntraced(function* (program, weights, threads, cache) {
    const ort = yield* Effect.mapError(importRuntime, ({ message }) => new ModelError({ message }))
    const initializers = new Map<string, OnnxGraph.Initializer>()
    for (const [name, use] of OnnxGraph.uses(program)) {
      initializers.set(name, yield* RearrangedWeights.place(weights, use, cache))
    }
    const session = yield* Effect.tryPromise({
      try: () =>
        ort.InferenceSession.create(OnnxGraph.encode(program, initializers, places[provider].dilation), {
          executionProviders: [provider],
          intraOpNumThreads: threads,
          interOpNumThreads: 1,
          logSeverityLevel: 3,
          // Else what the largest run took is kept, and as much again is reserved.
          enableCpuMemArena: false,
          extra: {
            session: {
              model_external_initializers_file_folder_path: "/",
              // An operation that CUDA does not know is an error, not a slow one on the CPU; with WebGPU this was not run.
              ...(provider === "cuda" ? { disable_cpu_ep_fallback: "1" } : {})
            }
          }
        }),
      catch: (cause) => new ModelError({ message: `ONNX Runtime refuses the model: ${messageOf(cause)}` })
    })
    return executable(
      program,
      (inputs, outputs) =>
        Effect.tryPromise({
          try: async () => {
            const feeds = Object.fromEntries(
              Array.from(program.inputs, ([name, at]) => {
                const { data, shape } = inputs[name]!
                const dims = program.nodes[at]!.batched ? shape : [1, ...shape]
                const type = data instanceof Int32Array ? "int32" : "float32"
                return [OnnxGraph.inputName(name), new ort.Tensor(type, data, dims)] as const
              })
            )
            const results = await session.run(feeds, outputs.map(OnnxGraph.outputName))
            return Object.fromEntries(
              outputs.map((name): [string, Output] => {
                const { dims, data } = results[OnnxGraph.outputName(name)]!
                return [name, { shape: dims, data: data as Float32Array }]
              })
            )
          },
          catch: (cause) => new ModelError({ message: `ONNX Runtime failed: ${messageOf(cause)}` })
        }),
      Effect.promise(() => session.release())
    )
  })
})

export const onnxruntimeCpu = make("cpu")
export const onnxruntimeCuda = make("cuda")
export const onnxruntimeWebgpu = make("webgpu")
