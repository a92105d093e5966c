import { assert, describe, it } from "vitest"
import * as Random from "../../src/core/Random.ts"
import * as SyntheticExpectation from "../../src/evaluation/SyntheticExpectation.ts"
import { pearson } from "../../src/metric/Pearson.ts"
import { signAccuracy } from "../../src/metric/SignAccuracy.ts"

const correlation = (x: ReadonlyArray<number>, y: ReadonlyArray<number>): number => pearson(x, y).value!

describe("SyntheticExpectation", () => {
  const n = 20_000
  const random = Random.make(1, "attenuation")
  const truth = Array.from({ length: n }, () => random.normal())

  for (const [reliability, quality] of [
    [0.8, 0.8],
    [0.5, 0.95],
    [0.9, 0.3]
  ] as const) {
    it(`reliability ${reliability}, prediction of correlation ${quality}`, () => {
      const noise = Math.sqrt(SyntheticExpectation.noiseVariance(1, reliability))
      const measured = truth.map((t) => t + noise * random.normal())
      const predicted = truth.map((t) => quality * t + Math.sqrt(1 - quality ** 2) * random.normal())
      const close = (actual: number, expected: number) =>
        assert.closeTo(actual, expected, 4 * SyntheticExpectation.correlationError(expected, n))
      close(correlation(truth, measured) ** 2, reliability)
      const rho = SyntheticExpectation.attenuated(quality, reliability)
      close(correlation(predicted, measured), rho)
      const agree = signAccuracy(measured, predicted).value!
      const expected = SyntheticExpectation.signAccuracy(rho)
      assert.closeTo(agree, expected, 4 * Math.sqrt((expected * (1 - expected)) / n))
    })
  }

  it("has the known values of the laws", () => {
    assert.strictEqual(SyntheticExpectation.signAccuracy(0), 0.5)
    assert.strictEqual(SyntheticExpectation.signAccuracy(1), 1)
    assert.closeTo(SyntheticExpectation.signAccuracy(0.5), 2 / 3, 1e-15)
    assert.closeTo(SyntheticExpectation.attenuated(1, 0.81), 0.9, 1e-15)
    assert.closeTo(SyntheticExpectation.noiseVariance(2, 0.8), 0.5, 1e-15)
    assert.closeTo(SyntheticExpectation.correlationError(0.6, 101), 0.064, 1e-15)
  })
})
