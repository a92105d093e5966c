import { assert, describe, it } from "vitest"
import * as BinMask from "../../src/scoring/BinMask.ts"
import * as Bins from "../../src/scoring/Bins.ts"

/** 5 bins of 10 bp, from 20 bp into a window of 90. */
const output = { resolution: 10, offset: 20 }
const bins = (start: number) => Bins.make(output, { start, end: start + 90 })

describe("BinMask", () => {
  it("weights bins by the fraction that is covered, inside the output only", () => {
    const mask = BinMask.make(bins(1000), [
      { start: 900, end: 1021 },
      { start: 1035, end: 1052 },
      { start: 1069, end: 2000 }
    ])
    assert.deepStrictEqual([...mask.bins], [0, 1, 2, 3, 4])
    assert.deepStrictEqual([...mask.weights], [0.1, 0.5, 1, 0.2, 0.1])
    assert.strictEqual(mask.covered, 19)
    assert.approximately(BinMask.totalWeight(mask), 1.9, 1e-15)
    assert.strictEqual(BinMask.make(bins(1000), [{ start: 1070, end: 1080 }]).covered, 0)
    assert.strictEqual(BinMask.make(bins(5000), [{ start: 1020, end: 1080 }]).covered, 0)
  })

  it("adds up what two intervals have of one bin", () => {
    const mask = BinMask.make(bins(1000), [
      { start: 1021, end: 1023 },
      { start: 1025, end: 1026 }
    ])
    assert.deepStrictEqual([...mask.bins], [0])
    assert.approximately(mask.weights[0]!, 0.3, 1e-15)
  })

  it("gives the bins of intervals as stretches of the window", () => {
    const spans = Bins.clip(bins(1000), [
      { start: 900, end: 1021 },
      { start: 1035, end: 1041 }
    ])
    assert.deepStrictEqual(spans, [[0, 3]])
    assert.deepStrictEqual(Bins.inWindow(bins(1000), spans), [[20, 50]])
    assert.deepStrictEqual(Bins.extent(bins(1000)), { start: 1020, end: 1070 })
  })
})
