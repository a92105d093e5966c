import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import { relativeShift } from "../../src/model/architectures/MiniBorzoi.ts"
import * as Program from "../../src/model/Program.ts"
import * as Runtimes from "../../src/model/Runtimes.ts"
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

for (const id of ["onnxruntime-cpu", "tfjs-wasm"] as const) {
  describe(id, () => {
    it("computes every operation, for a batch of two", async () => {
      const program = everyOperation()
      assert.strictEqual(program.weights.size, names.length)
      const executable = await Effect.runPromise(Runtimes.runtimes[id].load(program, weightsOf(program), 1))
      const output = await Effect.runPromise(
        executable.predict(
          wave(64, (i) => Math.cos(0.9 * i)),
          2
        )
      )
      assert.strictEqual(output.length, expected.length)
      for (const [i, value] of expected.entries()) assert.approximately(output[i]!, value, 2e-6)
    })

    it("is found and described", async () => {
      const { device } = await Effect.runPromise(Runtimes.select(id))
      assert.strictEqual(device.kind, "cpu")
      assert.strictEqual(device.numerics, "f32")
    })
  })
}

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
    const error = await failure(Runtimes.select("tpu"))
    assert.match(error.message, /no device 'tpu'/u)
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
