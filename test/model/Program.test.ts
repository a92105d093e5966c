import { assert, describe, it } from "vitest"
import { centralMaskFeatures } from "../../src/model/architectures/MiniBorzoi.ts"
import { architectures } from "../../src/model/Model.ts"
import * as Program from "../../src/model/Program.ts"
import { binCount } from "../../src/model/SequenceModel.ts"
import * as Tensor from "../../src/model/Tensor.ts"

describe("Program", () => {
  it("says which weight is missing or misshapen", () => {
    const net = Program.builder()
    const program = net.build(net.conv1d(net.input([8, 4]), "stem", 2, 3))
    const kernel = { shape: [3, 4, 2], data: new Float32Array(24) }
    const bias = { shape: [2], data: new Float32Array(2) }
    const fault = (weights: Record<string, Tensor.Tensor>) =>
      Program.weightFault(program, new Map(Object.entries(weights)))
    assert.strictEqual(fault({ "stem/kernel": kernel, "stem/bias": bias }), undefined)
    assert.strictEqual(fault({ "stem/kernel": kernel }), "weight 'stem/bias' [2] is missing")
    assert.strictEqual(
      fault({ "stem/kernel": { ...kernel, shape: [4, 3, 2] }, "stem/bias": bias }),
      "weight 'stem/kernel' has shape [4, 3, 2] where the model needs [3, 4, 2]"
    )
  })

  it("refuses shapes that do not fit each other", () => {
    const net = Program.builder()
    const x = net.input([6, 4])
    assert.throws(() => net.maxPool(x, 4), "maxPool cannot take [6, 4]")
    assert.throws(() => net.matMul(x, x), "matMul cannot take [6, 4] and [6, 4]")
    assert.throws(() => net.add(x, net.slice(x, 0, 0, 3)), "add cannot take [6, 4] and [3, 4]")
  })

  it("counts weights, and values only while they are needed", () => {
    const net = Program.builder()
    const x = net.input([8, 4])
    const wide = net.conv1d(x, "a", 16, 1)
    const program = net.build(
      net.add(net.maxPool(net.conv1d(net.relu(wide), "b", 4, 1), 8), net.constant([1, 4], new Float32Array(4)))
    )
    const { weights, activations } = Program.estimate(program, 2)
    assert.strictEqual(weights, 4 * (4 * 16 + 16 + 16 * 4 + 4))
    // The widest moment: the convolution's output beside its rectified copy.
    assert.strictEqual(activations, 2 * 4 * (8 * 16 * 2))
  })

  it("describes the models' geometry", () => {
    for (const model of Object.values(architectures)) {
      const length = model.lengths.preferred
      const program = model.program(length)
      assert.deepStrictEqual(Program.inputNode(program).shape, [length, 4])
      const [output] = model.outputs("human")
      assert.deepStrictEqual(Program.outputNode(program).shape, [binCount(output!, length), output!.tracks.length])
    }
    const weights = [...architectures["mini-borzoi"].program(131_072).weights.values()]
    assert.strictEqual(
      weights.reduce((sum, shape) => sum + Tensor.size(shape), 0),
      642_994
    )
  })
})

describe("Tensor.transpose", () => {
  it("turns axes as numpy does", () => {
    const data = Float32Array.from({ length: 24 }, (_, i) => i)
    const turned = Tensor.transpose({ shape: [2, 3, 4], data }, [2, 0, 1])
    assert.deepStrictEqual(turned.shape, [4, 2, 3])
    assert.deepStrictEqual(turned.data.slice(0, 7), Float32Array.of(0, 4, 8, 12, 16, 20, 1))
  })
})

describe("centralMaskFeatures", () => {
  it("marks distances below widths that grow to the length", () => {
    // Length 3, 4 features: the rate is sqrt(4) = 2, so the widths are 1 and 3.
    const rows = [
      [0, 1, -0, -1],
      [0, 1, -0, -1],
      [1, 1, 0, 0],
      [0, 1, 0, 1],
      [0, 1, 0, 1]
    ]
    assert.deepStrictEqual([...centralMaskFeatures(3, 4)], rows.flat())
  })
})
