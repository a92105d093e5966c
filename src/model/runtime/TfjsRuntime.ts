/**
 * TensorFlow.js: the WebAssembly backend (one thread, always there) and `tfjs-node-gpu`.
 *
 * `tfjs-node-gpu` carries TensorFlow 2.9.1 for CUDA 11.2, so it suits GPUs up to Ampere; built against TensorFlow 2.15.1 it
 * was run on a CPU, on a GPU with neither (docs/devices.md). Its native library can abort the process that loads it: the
 * probe loads it in a child process first.
 */
import type * as Tf from "@tensorflow/tfjs-core"
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { createRequire } from "node:module"
import { cpus } from "node:os"
import { dirname } from "node:path"
import { promisify } from "node:util"
import { messageOf } from "../../core/Failure.ts"
import * as Gpu from "../Gpu.ts"
import { ModelError, RuntimeUnavailable } from "../ModelError.ts"
import { handle } from "../Operation.ts"
import * as Program from "../Program.ts"
import {
  executable,
  type Arrays,
  type Device,
  type Output,
  type Outputs,
  type Runtime,
  type RuntimeId
} from "../Runtime.ts"
import type { WeightSource } from "../WeightSource.ts"
import * as TfjsOperations from "./TfjsOperations.ts"

const packages = createRequire(import.meta.url)
/** Where the backend keeps a tensor; 0 when WebAssembly was out of memory. */
interface WasmBackend {
  readonly dataIdMap: { readonly get: (id: object) => { readonly memoryOffset: number } }
}

const evaluate = (
  tf: typeof Tf,
  program: Program.Program,
  weights: ReadonlyMap<string, Tf.Tensor>,
  inputs: ReadonlyMap<string, Tf.Tensor>
): ReadonlyMap<string, Tf.Tensor> => {
  const run = TfjsOperations.handlers(tf, weights, inputs)
  const remaining = Program.readers(program)
  const values: Array<Tf.Tensor> = []
  const wasm = tf.getBackend() === "wasm" ? (tf.backend() as unknown as WasmBackend) : undefined
  try {
    for (const node of program.nodes) {
      const value = tf.tidy(() =>
        handle(
          run,
          node,
          node.inputs.map((at) => values[at]!)
        )
      )
      values.push(value)
      if (wasm !== undefined && wasm.dataIdMap.get(value.dataId).memoryOffset === 0) {
        throw new Error(`out of memory at operation ${values.length} (${node.op})`)
      }
      for (const at of node.inputs) if (--remaining[at]! === 0) values[at]!.dispose()
    }
    return new Map(Array.from(program.outputs, ([name, at]) => [name, values[at]!]))
  } catch (cause) {
    for (const value of values) if (!value.isDisposed) value.dispose()
    throw cause
  }
}

const compute = async (
  tf: typeof Tf,
  backend: string,
  program: Program.Program,
  weights: ReadonlyMap<string, Tf.Tensor>,
  arrays: Arrays,
  wanted: ReadonlyArray<string>
): Promise<Outputs> => {
  await tf.setBackend(backend)
  const inputs = new Map(
    Array.from(program.inputs, ([name, at]) => {
      const { shape, data } = arrays[name]!
      const dims = program.nodes[at]!.batched ? shape : [1, ...shape]
      return [name, tf.tensor(data, [...dims], data instanceof Int32Array ? "int32" : "float32")]
    })
  )
  try {
    const outputs = evaluate(tf, program, weights, inputs)
    try {
      const read: Array<[string, Output]> = []
      for (const name of wanted) {
        const value = outputs.get(name)!
        read.push([name, { shape: value.shape, data: (await value.data()) as Float32Array }])
      }
      return Object.fromEntries(read)
    } finally {
      tf.dispose([...outputs.values()])
    }
  } finally {
    tf.dispose([...inputs.values()])
  }
}

interface Backend {
  readonly id: RuntimeId
  readonly name: string
  readonly memoryLimit: number
  readonly probe: Effect.Effect<Device, RuntimeUnavailable>
  readonly start: () => Promise<typeof Tf>
}

/** One batch at a time: the backend is one per process, and its operations run on the calling thread. */
const make = (backend: Backend): Runtime => ({
  id: backend.id,
  probe: backend.probe,
  // mini-borzoi: the heap is 286 MB for a batch of 4, where 201 MB of values are live.
  memory: { limit: backend.memoryLimit, overhead: 1.5 },
  load: Effect.fnUntraced(function* (program: Program.Program, source: WeightSource) {
    const attempt = <A>(doing: string, run: () => Promise<A>) =>
      Effect.tryPromise({
        try: run,
        catch: (cause) => new ModelError({ message: `${backend.id} ${doing}: ${messageOf(cause)}` })
      })
    const tf = yield* attempt("does not start", backend.start)
    yield* attempt("does not start", () => tf.setBackend(backend.name))
    const weights = new Map<string, Tf.Tensor>()
    for (const [name, shape] of program.weights) {
      const data = yield* source.read(name)
      weights.set(name, yield* attempt(`refuses weight '${name}'`, async () => tf.tensor(data, [...shape])))
    }
    return executable(
      program,
      (arrays, wanted) => attempt("failed", () => compute(tf, backend.name, program, weights, arrays, wanted)),
      Effect.sync(() => tf.dispose([...weights.values()]))
    )
  })
})

const startWasm = async (): Promise<typeof Tf> => {
  const tf = await import("@tensorflow/tfjs-core")
  const wasm = await import("@tensorflow/tfjs-backend-wasm")
  wasm.setWasmPaths(`${dirname(packages.resolve("@tensorflow/tfjs-backend-wasm"))}/`)
  const events = ["uncaughtException", "unhandledRejection"] as const
  const before = events.map((event) => process.rawListeners(event))
  if (!(await tf.setBackend("wasm"))) throw new Error("the WebAssembly backend does not start")
  // Emscripten's own handlers rethrow whatever goes wrong anywhere in the process: that is not theirs to decide.
  for (const [index, event] of events.entries()) {
    for (const listener of process.rawListeners(event)) {
      if (!before[index]!.includes(listener)) process.removeListener(event, listener as () => void)
    }
  }
  return tf
}

export const tfjsWasm = make({
  id: "tfjs-wasm",
  name: "wasm",
  // The heap of WebAssembly ends at 4 GiB, and the backend does not notice when an allocation fails.
  memoryLimit: 3.5 * 2 ** 30,
  start: startWasm,
  probe: Effect.tryPromise({
    try: async () => {
      const tf = await startWasm()
      return {
        runtime: "tfjs-wasm" as const,
        kind: "cpu" as const,
        name: cpus()[0]?.model ?? "CPU",
        numerics: "f32" as const,
        version: `tfjs ${tf.version_core}`
      }
    },
    catch: (cause) => new RuntimeUnavailable({ message: `tfjs-wasm cannot be used: ${messageOf(cause)}` })
  })
})

const gpuPackage: string = "@tensorflow/tfjs-node-gpu"

/** The package asks for a function of Node's that Node 23 and later no longer have. */
const shim = 'const util = require("node:util"); util.isNullOrUndefined ??= (value) => value == null;'

/** Run in a child process: prints what the backend says of its device. */
const gpuProbe = `
${shim}
const tf = require(${JSON.stringify(gpuPackage)})
tf.ready().then(() => console.log(JSON.stringify({ gpu: tf.backend().isUsingGpuDevice === true, version: tf.version_core })))
`

/** What the child said before it ended, or how it was ended. */
const probeFailure = (cause: unknown): string => {
  const { stderr = "", signal } = cause as { readonly stderr?: string; readonly signal?: string | null }
  const said = stderr.split("\n").find((line) => /^\S*Error\b/u.test(line))
  if (typeof signal === "string") return `its native library ended the process (${signal})`
  return said ?? messageOf(cause).split("\n")[0]!
}

export const tfjsNodeGpu = make({
  id: "tfjs-node-gpu",
  name: "tensorflow",
  memoryLimit: Infinity,
  start: async () => {
    Gpu.requireFloat32()
    const util = packages("node:util") as { isNullOrUndefined?: (value: unknown) => boolean }
    util.isNullOrUndefined ??= (value) => value === null || value === undefined
    await import(gpuPackage)
    return import("@tensorflow/tfjs-core")
  },
  probe: Effect.tryPromise({
    try: async () => {
      packages.resolve(gpuPackage)
      const options = { timeout: 60_000, cwd: dirname(packages.resolve("@tensorflow/tfjs-core")) }
      const { stdout } = await promisify(execFile)(process.execPath, ["-e", gpuProbe], options)
      const found = JSON.parse(stdout.trim().split("\n").pop()!) as { readonly gpu: boolean; readonly version: string }
      if (!found.gpu) throw new Error("it finds no GPU")
      return {
        runtime: "tfjs-node-gpu" as const,
        kind: "gpu" as const,
        name: Gpu.first()?.name ?? "CUDA device 0",
        numerics: "f32" as const,
        version: `tfjs-node-gpu ${found.version}`
      }
    },
    catch: (cause) =>
      new RuntimeUnavailable({
        message: `tfjs-node-gpu cannot be used: ${probeFailure(cause)}`,
        hint: "npm install @tensorflow/tfjs-node-gpu; needs CUDA 11.2 and cuDNN 8.1, or see docs/devices.md"
      })
  })
})
