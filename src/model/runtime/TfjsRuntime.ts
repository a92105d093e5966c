/**
 * TensorFlow.js: the WebAssembly backend (one thread, always there) and `tfjs-node-gpu`.
 *
 * `tfjs-node-gpu` was not run here. It carries TensorFlow 2.9.1 for CUDA 11.2, so it suits GPUs up to Ampere. Its native
 * library can abort the process that loads it: the probe loads it in a child process first.
 */
import type * as Tf from "@tensorflow/tfjs-core"
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { createRequire } from "node:module"
import { cpus } from "node:os"
import { dirname } from "node:path"
import { promisify } from "node:util"
import { messageOf } from "../../core/Failure.ts"
import { ModelError, RuntimeUnavailable } from "../ModelError.ts"
import * as Program from "../Program.ts"
import type { Device, Runtime, RuntimeId } from "../Runtime.ts"
import type { Tensors } from "../Tensor.ts"

const packages = createRequire(import.meta.url)
type Shape = [number, number, number, number]

/** One step after the other, each giving back the memory of the one before. */
const through = (first: Tf.Tensor, ...steps: ReadonlyArray<(y: Tf.Tensor) => Tf.Tensor>): Tf.Tensor => {
  let y = first
  for (const step of steps) {
    const next = step(y)
    y.dispose()
    y = next
  }
  return y
}

const handlers = (
  tf: typeof Tf,
  weights: ReadonlyMap<string, Tf.Tensor>,
  input: Tf.Tensor
): Program.Handlers<Tf.Tensor> => {
  const weight = <T extends Tf.Tensor>(name: string): T => weights.get(name) as T
  const batched = (x: Tf.Tensor, shape: ReadonlyArray<number>): Tf.Tensor => tf.reshape(x, [x.shape[0]!, ...shape])
  /** [batch, length, channels] as an image of one row. */
  const image = (x: Tf.Tensor): Tf.Tensor4D => tf.reshape(x, [x.shape[0]!, 1, x.shape[1]!, x.shape[2]!] as Shape)
  const filter = (kernel: string): Tf.Tensor4D => {
    const stored = weight(kernel)
    return tf.reshape(stored, [1, ...stored.shape] as Shape)
  }
  return {
    input: () => tf.clone(input),
    constant: ({ data, shape }) => tf.tensor(data, [1, ...shape]),
    weight: ({ weight: name, shape }) => tf.reshape(weight(name), [1, ...shape]),
    conv1d: ({ kernel, bias, dilation, shape }, [x]) =>
      batched(
        tf.fused.conv2d({
          x: image(x!),
          filter: filter(kernel),
          strides: 1,
          pad: "same",
          dilations: [1, dilation],
          bias: weight(bias)
        }),
        shape
      ),
    depthwiseConv1d: ({ kernel, shape }, [x]) =>
      batched(tf.depthwiseConv2d(image(x!), filter(kernel), 1, "same"), shape),
    dense: ({ kernel, bias, shape }, [x]) => {
      const stored = weight(kernel)
      const [inner, units] = stored.shape.slice(-2) as [number, number]
      const fused = {
        a: tf.reshape(x!, [-1, inner]) as Tf.Tensor2D,
        b: tf.reshape(stored, [inner, units]) as Tf.Tensor2D
      }
      const product = tf.fused.matMul(bias === undefined ? fused : { ...fused, bias: weight(bias) })
      return tf.reshape(product, [x!.shape[0]!, ...shape])
    },
    batchNorm: ({ gamma, beta, mean, variance, epsilon }, [x]) =>
      tf.batchNorm(x!, weight(mean), weight(variance), weight(beta), weight(gamma), epsilon),
    layerNorm: ({ gamma, beta, epsilon }, [x]) => {
      const { mean, variance } = tf.moments(x!, -1, true)
      const normed = tf.mul(tf.sub(x!, mean), tf.rsqrt(tf.add(variance, epsilon)))
      return tf.add(tf.mul(normed, weight(gamma)), weight(beta))
    },
    relu: (_, [x]) => tf.relu(x!),
    gelu: (_, [x]) =>
      through(
        tf.square(x!),
        (y) => tf.mul(y, 0.044715 * Math.sqrt(2 / Math.PI)),
        (y) => tf.add(y, Math.sqrt(2 / Math.PI)),
        (y) => tf.mul(y, x!),
        (y) => tf.tanh(y),
        (y) => tf.add(y, 1),
        (y) => tf.mul(y, x!),
        (y) => tf.mul(y, 0.5)
      ),
    softplus: (_, [x]) => tf.softplus(x!),
    softmax: (_, [x]) => tf.softmax(x!),
    scale: ({ factor }, [x]) => tf.mul(x!, factor),
    add: (_, [a, b]) => tf.add(a!, b!),
    maxPool: ({ width, shape }, [x]) => batched(tf.maxPool(image(x!), [1, width], [1, width], "valid"), shape),
    upsample: ({ factor, shape }, [x]) => {
      const apart = tf.reshape(x!, [x!.shape[0]!, x!.shape[1]!, 1, x!.shape[2]!])
      return batched(tf.tile(apart, [1, 1, factor, 1]), shape)
    },
    padStart: ({ axis, count }, [x]) =>
      tf.pad(
        x!,
        x!.shape.map((_, at): [number, number] => [at === axis + 1 ? count : 0, 0])
      ),
    slice: ({ axis, start, shape }, [x]) =>
      tf.slice(
        x!,
        x!.shape.map((_, at) => (at === axis + 1 ? start : 0)),
        [x!.shape[0]!, ...shape]
      ),
    reshape: ({ shape }, [x]) => batched(x!, shape),
    transpose: ({ order }, [x]) => tf.transpose(x!, [0, ...order.map((axis) => axis + 1)]),
    matMul: ({ transposeRight }, [a, b]) => tf.matMul(a!, b!, false, transposeRight)
  }
}

/** Where the backend keeps a tensor; 0 when WebAssembly was out of memory. */
interface WasmBackend {
  readonly dataIdMap: { readonly get: (id: object) => { readonly memoryOffset: number } }
}

const evaluate = (
  tf: typeof Tf,
  program: Program.Program,
  weights: ReadonlyMap<string, Tf.Tensor>,
  input: Tf.Tensor
): Tf.Tensor => {
  const run = handlers(tf, weights, input)
  const remaining = Program.readers(program)
  const values: Array<Tf.Tensor> = []
  const wasm = tf.getBackend() === "wasm" ? (tf.backend() as unknown as WasmBackend) : undefined
  try {
    for (const node of program.nodes) {
      const value = tf.tidy(() =>
        Program.handle(
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
    return values[program.output]!
  } catch (cause) {
    for (const value of values) if (!value.isDisposed) value.dispose()
    throw cause
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
  load: Effect.fnUntraced(function* (program: Program.Program, tensors: Tensors) {
    const attempt = <A>(doing: string, run: () => Promise<A>) =>
      Effect.tryPromise({
        try: run,
        catch: (cause) => new ModelError({ message: `${backend.id} ${doing}: ${messageOf(cause)}` })
      })
    const tf = yield* attempt("does not start", backend.start)
    const weights = yield* attempt("refuses the weights", async () => {
      await tf.setBackend(backend.name)
      return new Map(
        Array.from(program.weights, ([name, shape]) => [name, tf.tensor(tensors.get(name)!.data, [...shape])])
      )
    })
    const { shape } = program.nodes[program.input]!
    return {
      predict: (input, batch) =>
        attempt("failed", async () => {
          await tf.setBackend(backend.name)
          const sequence = tf.tensor(input, [batch, ...shape])
          try {
            const output = evaluate(tf, program, weights, sequence)
            try {
              return (await output.data()) as Float32Array
            } finally {
              output.dispose()
            }
          } finally {
            sequence.dispose()
          }
        })
    }
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
        name: "CUDA device 0",
        numerics: "tf32" as const,
        version: `tfjs-node-gpu ${found.version}`
      }
    },
    catch: (cause) =>
      new RuntimeUnavailable({
        message: `tfjs-node-gpu cannot be used: ${probeFailure(cause)}`,
        hint: "not run here: npm install @tensorflow/tfjs-node-gpu; needs CUDA 11.2 and cuDNN 8.1"
      })
  })
})
