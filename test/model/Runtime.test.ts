import * as Effect from "effect/Effect"
import { readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { relativeShift } from "../../src/model/architectures/MiniBorzoi.ts"
import * as Program from "../../src/model/Program.ts"
import * as Runtimes from "../../src/model/Runtimes.ts"
import * as WeightSource from "../../src/model/WeightSource.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import { runtimes } from "../support/runtimes.ts"
import { temporaryFolder } from "../support/stage.ts"
import { size, type Tensor } from "../../src/model/Tensor.ts"

const wave = (length: number, of: (i: number) => number) => Float32Array.from({ length }, (_, i) => of(i))

/** Every operation once, on a sequence of 8 positions. */
const everyOperation = (): Program.Program => {
  const net = Program.builder()
  const heads = (value: Program.Value) => net.transpose(net.reshape(value, [value.shape[0]!, 2, 3]), [1, 0, 2])
  const conv = net.conv1d(net.input([8, 4]), "conv", 6, 3, 2)
  const pooled = net.maxPool(net.gelu(net.batchNorm(conv, "bn", 1e-3)), 2)
  const query = heads(net.dense(net.layerNorm(pooled, "ln", 1e-3), "q/kernel", undefined, 6))
  const positions = net.constant(
    [7, 2],
    wave(14, (i) => Math.cos(0.5 * i))
  )
  const distance = heads(net.dense(positions, "r/kernel", undefined, 6))
  const biased = net.add(net.scale(query, 0.5), net.weight("bias", [1, 2, 1, 3], [2, 1, 3]))
  const logits = net.add(relativeShift(net, net.matMul(biased, distance, true)), net.matMul(query, query, true))
  const mixed = net.reshape(net.transpose(net.matMul(net.softmax(logits), query), [1, 0, 2]), [4, 6])
  const up = net.add(net.upsample(net.add(pooled, mixed), 2), net.relu(conv))
  const head = net.dense(net.depthwiseConv1d(up, "dw", 3), "head/kernel", "head/bias", 2, [1, 6, 2])
  return net.build(net.softplus(net.slice(head, 0, 1, 7)))
}

/** In the order in which the program names them: sin(1.3 k + 0.7 i) for element i of weight k. */
const names = [
  ["conv/kernel", "conv/bias", "bn/gamma", "bn/beta", "bn/moving_mean", "bn/moving_variance", "ln/gamma"],
  ["ln/beta", "q/kernel", "r/kernel", "bias", "dw", "head/kernel", "head/bias"]
].flat()
const weightsFor = (program: Program.Program, value: (k: number, i: number) => number): ReadonlyMap<string, Tensor> =>
  new Map(
    Array.from(program.weights, ([name, shape], k) => [name, { shape, data: wave(size(shape), (i) => value(k, i)) }])
  )
const weightsOf = (program: Program.Program): ReadonlyMap<string, Tensor> =>
  new Map(
    names.map((name, k) => {
      const shape = program.weights.get(name)!
      const data = wave(size(shape), (i) => Math.sin(1.3 * k + 0.7 * i))
      return [name, { shape, data: name === "bn/moving_variance" ? data.map((v) => Math.abs(v) + 0.5) : data }]
    })
  )

// Computed with numpy in float64.
const expected = [
  [0.1784159, 0.1384195, 0.8080846, 0.8672828, 0.1221434, 0.2574537],
  [0.8394194, 0.384295, 0.4560905, 0.5916551, 0.1228914, 0.1327178],
  [0.793393, 0.8681637, 0.0316275, 0.0356935, 0.6066388, 0.2956652],
  [0.5102034, 0.6805252, 0.2113719, 0.1068165, 0.7840863, 0.895859]
].flat()

const failure = <E>(effect: Effect.Effect<unknown, E>): Promise<E> => Effect.runPromise(Effect.flip(effect))

for (const id of runtimes) {
  describe(id, () => {
    it("computes every operation, for a batch of two", async () => {
      const program = everyOperation()
      assert.strictEqual(program.weights.size, names.length)
      const executable = await Effect.runPromise(
        Runtimes.runtimes[id].load(program, WeightSource.ofTensors(weightsOf(program)), 1)
      )
      const output = await Effect.runPromise(
        executable.predict(
          wave(64, (i) => Math.cos(0.9 * i)),
          2
        )
      )
      assert.strictEqual(output.length, expected.length)
      for (const [i, value] of expected.entries()) assert.approximately(output[i]!, value, 2e-6)
    })

    it("takes inputs by name, of any length where the program says so, and gives outputs by name", async () => {
      const net = Program.builder()
      const x = net.input([4, 2], { name: "x", free: true })
      const table = net.input([3, 2], { name: "table", batched: false })
      const index = net.input([], { name: "index", type: "int32" })
      const matrix = net.input([2, 3], { name: "matrix", batched: false })
      const gated = net.multiply(net.affine(x, "norm"), net.sigmoid(net.scale(x, 1.702)))
      const program = net.build({
        mean: net.avgPool(gated, 2),
        wide: net.padEnd(net.concat(net.tanh(x), net.slice(x, 1, 0, 1), 1), 1, 1),
        mixed: net.power(net.project(net.relu(x), matrix), 4 / 3),
        row: net.rmsNorm(net.gather(table, index), "rms", 1e-5),
        up: net.upsample(net.maxPool(x, 2), 2)
      })
      const tensors = new Map(
        ["norm/scale", "norm/offset", "rms/gamma", "rms/beta"].map((name, k) => [
          name,
          { shape: [2], data: Float32Array.of(0.5 + k, k - 1.5) }
        ])
      )
      const source = WeightSource.ofTensors(tensors)
      const executable = await Effect.runPromise(Runtimes.runtimes[id].load(program, source, 1))
      // Six positions where the program was written for four; a batch of two.
      const data = wave(24, (i) => Math.sin(0.8 * i))
      const at = (sample: number, position: number, channel: number) => data[(sample * 6 + position) * 2 + channel]!
      const inputs = {
        x: { shape: [2, 6, 2], data },
        table: { shape: [3, 2], data: Float32Array.of(1, 2, 3, -4, 5, 6) },
        index: { shape: [2], data: Int32Array.of(2, 1) },
        matrix: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }
      }
      const outputs = await Effect.runPromise(executable.run(inputs))
      const near = (name: string, index: number, value: number) =>
        assert.approximately(outputs[name]!.data[index]!, value, 2e-6 * Math.max(1, Math.abs(value)), name)
      const gate = (v: number, channel: number) => {
        const normed = channel === 0 ? 0.5 * v + 1.5 : -1.5 * v - 0.5
        return normed / (1 + Math.exp(-1.702 * v))
      }
      const shapes = Object.fromEntries(Object.entries(outputs).map(([name, { shape }]) => [name, [...shape]]))
      assert.deepStrictEqual(shapes, { mean: [2, 3, 2], wide: [2, 6, 4], mixed: [2, 6, 3], row: [2, 2], up: [2, 6, 2] })
      for (let sample = 0; sample < 2; sample++) {
        for (let p = 0; p < 6; p++) {
          const row = sample * 6 + p
          const [a, b] = [at(sample, p, 0), at(sample, p, 1)]
          for (const [c, value] of [Math.tanh(a), Math.tanh(b), a, 0].entries()) near("wide", row * 4 + c, value)
          for (let c = 0; c < 3; c++) {
            near("mixed", row * 3 + c, (Math.max(a, 0) * (1 + c) + Math.max(b, 0) * (4 + c)) ** (4 / 3))
          }
          const pair = [p - (p % 2), p - (p % 2) + 1] as const
          for (const c of [0, 1]) {
            const [left, right] = [at(sample, pair[0], c), at(sample, pair[1], c)]
            near("up", row * 2 + c, Math.max(left, right))
            near("mean", (sample * 3 + (p >> 1)) * 2 + c, (gate(left, c) + gate(right, c)) / 2)
          }
        }
      }
      for (const [sample, [a, b]] of (
        [
          [5, 6],
          [3, -4]
        ] as const
      ).entries()) {
        const size = Math.sqrt((a * a + b * b) / 2 + 1e-5)
        near("row", sample * 2, (a / size) * 2.5 + 3.5)
        near("row", sample * 2 + 1, (b / size) * 0.5 + 1.5)
      }
      const short = { ...inputs, table: { shape: [2, 2], data: new Float32Array(4) } }
      const error = await failure(executable.run(short))
      assert.strictEqual(error.message, "input 'table' has shape [2, 2] where the program takes [3, 2]")
    })

    it("is found and described", async () => {
      const { device } = await Effect.runPromise(Runtimes.select(id))
      assert.strictEqual(device.kind, /cpu|wasm/u.test(id) ? "cpu" : "gpu")
      assert.strictEqual(device.numerics, "f32")
    })
  })
}

describe("weights in files", () => {
  const folder = temporaryFolder()
  const run = <A, E>(effect: Effect.Effect<A, E>): Promise<A> => Effect.runPromise(effect)
  const net = Program.builder()
  const program = net.build(net.dense(net.conv1d(net.input([5, 512]), "conv", 512, 3), "dense/kernel", undefined, 2))
  const tensors = weightsFor(program, (k, i) => Math.fround(Math.sin(k + 0.01 * i)))
  const input = wave(5 * 512, (i) => Math.cos(0.3 * i))
  const onnx = Runtimes.runtimes["onnxruntime-cpu"]

  it("are read where they lie, and what is rearranged is kept for the next process", async () => {
    const path = join(folder, "f32.safetensors")
    const cache = join(folder, "cache")
    await run(Safetensors.writeAll(path, tensors))
    const source = await run(Safetensors.source(path, "the digest"))
    const expected = await run((await run(onnx.load(program, WeightSource.ofTensors(tensors), 1))).predict(input, 1))
    assert.deepStrictEqual(await run((await run(onnx.load(program, source, 1, cache))).predict(input, 1)), expected)
    assert.strictEqual(readdirSync(cache).length, 1)
    const read = (name: string) => (name === "conv/kernel" ? Effect.die("read again") : source.read(name))
    const again = await run(onnx.load(program, { ...source, read }, 1, cache))
    assert.deepStrictEqual(await run(again.predict(input, 1)), expected)
  })

  it("may have 16 bits", async () => {
    const path = join(folder, "bf16.safetensors")
    const kernel = Uint16Array.from({ length: 1024 }, (_, i) => 0x3f00 + (i % 200))
    const header = JSON.stringify({ k: { dtype: "BF16", shape: [512, 2], data_offsets: [0, 2048] } })
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8)
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(padded.length))
    writeFileSync(path, Buffer.concat([length, Buffer.from(padded), new Uint8Array(kernel.buffer)]))
    const source = await run(Safetensors.source(path))
    const small = Program.builder()
    const dense = small.build(small.dense(small.input([512]), "k", undefined, 2))
    const output = await run((await run(onnx.load(dense, source, 1))).predict(input, 5))
    const wide = await run(source.read("k"))
    for (let row = 0; row < 5; row++) {
      for (const column of [0, 1]) {
        let sum = 0
        for (let i = 0; i < 512; i++) sum += input[row * 512 + i]! * wide[2 * i + column]!
        assert.approximately(output[row * 2 + column]!, sum, 1e-4)
      }
    }
  })
})

describe("Runtimes", () => {
  it("takes ONNX Runtime for cpu", async () => {
    assert.strictEqual((await Effect.runPromise(Runtimes.select("cpu"))).device.runtime, "onnxruntime-cpu")
  })

  it("refuses a gpu that is not there, with each reason, and does not fall back", async (context) => {
    const result = await Effect.runPromise(Effect.result(Runtimes.select("gpu")))
    if (result._tag === "Success") return context.skip("this machine has a GPU runtime")
    assert.strictEqual(result.failure._tag, "RuntimeUnavailable")
    assert.match(result.failure.message, /^device 'gpu' cannot be used here: tfjs-node-gpu .*; onnxruntime-cuda /u)
    assert.match(result.failure.hint!, /CUDA 12/u)
  })

  it("names the devices there are", async () => {
    const error = await failure(Runtimes.select("abacus"))
    assert.match(error.message, /no device 'abacus'/u)
    assert.match(error.hint!, /auto, cpu, gpu, onnxruntime-cpu/u)
  })

  it("refuses what WebAssembly cannot hold, with the figures", async () => {
    const net = Program.builder()
    // 2^17 positions of 1,024 channels: 0.5 GiB; an operation holds its input and its output.
    const big = net.build(net.relu(net.relu(net.input([1 << 17, 1024]))))
    const { needed, limit, message } = await failure(Runtimes.requireMemory(Runtimes.runtimes["tfjs-wasm"], big, 4))
    assert.strictEqual(needed, 1.5 * 4 * 2 ** 30)
    assert.strictEqual(limit, 3.5 * 2 ** 30)
    assert.strictEqual(message, "a batch of 4 needs about 6.0 GiB; tfjs-wasm has 3.5 GiB")
    await Effect.runPromise(Runtimes.requireMemory(Runtimes.runtimes["tfjs-wasm"], big, 2))
  })
})
