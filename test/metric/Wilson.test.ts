import { assert, describe, it } from "vitest"
import { median } from "../../src/metric/Median.ts"
import * as Wilson from "../../src/metric/Wilson.ts"

describe("Wilson", () => {
  it("equals scipy's binomtest(k, n).proportion_ci(method='wilson')", () => {
    const cases: ReadonlyArray<readonly [hits: number, n: number, low: number, high: number]> = [
      [8, 10, 0.4901624715366418, 0.9433178485456248],
      [0, 5, 0, 0.43448246478317476],
      [5, 5, 0.5655175352168251, 1],
      [50, 60, 0.7196838683638547, 0.9068682302080855],
      [1, 1, 0.20654931437723745, 1],
      [123, 1000, 0.10407414325107296, 0.1448112326470356],
      [9268, 18537, 0.49277600148728984, 0.5071700635280321]
    ]
    for (const [hits, n, low, high] of cases) {
      const found = Wilson.proportion(hits, n)
      assert.strictEqual(found.value, hits / n)
      assert.closeTo(found.low!, low, 1e-14)
      assert.closeTo(found.high!, high, 1e-14)
    }
    assert.deepStrictEqual(Wilson.proportion(0, 0), { value: null, low: null, high: null, n: 0 })
  })
})

describe("median", () => {
  it("is the middle, or the mean of the two middle values", () => {
    assert.strictEqual(median([3, 1, 2]), 2)
    assert.strictEqual(median([4, 1, 2, 3]), 2.5)
    assert.strictEqual(median([]), null)
  })
})
