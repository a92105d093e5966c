import { assert, describe, it } from "vitest"
import * as OneHot from "../../src/genome/OneHot.ts"
import * as Sequence from "../../src/genome/Sequence.ts"

describe("OneHot", () => {
  it("has the channels A, C, G, T; anything else is zeros", () => {
    assert.deepStrictEqual(
      [...OneHot.encode("ACGTNaR")],
      [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    )
  })

  it("writes at an offset of a batch", () => {
    const out = new Float32Array(16)
    OneHot.encodeInto("GT", out, 8)
    assert.deepStrictEqual([...out], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])
  })

  it("reverse-complements like the sequence", () => {
    for (const sequence of ["ACGTNNAC", "A", "GGATC"]) {
      assert.deepStrictEqual(
        OneHot.reverseComplement(OneHot.encode(sequence)),
        OneHot.encode(Sequence.reverseComplement(sequence))
      )
    }
    assert.strictEqual(Sequence.reverseComplement("ACGTNRYacgt"), "acgtRYNACGT")
  })
})
