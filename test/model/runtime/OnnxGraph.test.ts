import * as ort from "onnxruntime-node"
import { assert, describe, it } from "vitest"
import * as Program from "../../../src/model/Program.ts"
import * as OnnxGraph from "../../../src/model/runtime/OnnxGraph.ts"

const wave = (length: number, factor: number) => Float32Array.from({ length }, (_, i) => Math.sin(factor * i))

const run = async (dilation: number, length: number, dilations: OnnxGraph.Dilation): Promise<Float32Array> => {
  const net = Program.builder()
  const program = net.build(net.conv1d(net.input([length, 3]), "conv", 2, 5, dilation))
  const weights = new Map([
    ["conv/kernel", { shape: [2, 3, 5], data: wave(30, 0.7) }],
    ["conv/bias", { shape: [2], data: wave(2, 1.3) }]
  ])
  const session = await ort.InferenceSession.create(OnnxGraph.encode(program, weights, dilations))
  const [input, output] = [session.inputNames[0]!, session.outputNames[0]!]
  const results = await session.run({ [input]: new ort.Tensor("float32", wave(2 * length * 3, 0.3), [2, length, 3]) })
  return results[output]!.data as Float32Array
}

describe("OnnxGraph", () => {
  it.each([
    [4, 16],
    [3, 10],
    [7, 5]
  ])("gives with dilation %i, in phases, what one convolution of %i positions gives", async (dilation, length) => {
    const [native, phases] = [await run(dilation, length, "native"), await run(dilation, length, "phases")]
    assert.strictEqual(phases.length, native.length)
    for (const [i, value] of native.entries()) assert.approximately(phases[i]!, value, 1e-6)
  })
})
