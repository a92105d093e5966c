import { assert, describe, it } from "vitest"
import { topK } from "../../src/metric/TopK.ts"

describe("topK", () => {
  const value = (labels: ReadonlyArray<number>, scores: ReadonlyArray<number>) => topK(labels, scores).value

  it("is the share of positives among as many of the highest scores", () => {
    assert.strictEqual(value([1, 0, 1, 0, 1, 0], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]), 2 / 3)
    assert.strictEqual(value([1, 1, 0, 0], [4, 3, 2, 1]), 1)
    assert.strictEqual(value([0, 0, 1, 1], [4, 3, 2, 1]), 0)
  })

  it("shares the last places among tied rows", () => {
    assert.strictEqual(value([1, 0, 0, 0], [1, 1, 1, 1]), 1 / 4)
    // One place for two rows, one of them positive.
    assert.strictEqual(value([1, 1, 0], [2, 1, 1]), 3 / 4)
  })

  it("needs a positive", () =>
    assert.deepStrictEqual(topK([0, 0], [1, 2]), { value: null, note: "no row is positive" }))
})
