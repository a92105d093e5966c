import { assert, describe, it } from "vitest"
import { intronsOf } from "../../src/genome/Junction.ts"

const operations = "MIDNSHP=X"
const cigar = (text: string): ReadonlyArray<number> =>
  [...text.matchAll(/(\d+)([MIDNSHP=X])/gu)].map(
    ([, length, name]) => (Number(length) << 4) | operations.indexOf(name!)
  )

describe("Junction.intronsOf", () => {
  it("finds introns whatever stands between them", () => {
    assert.deepStrictEqual(intronsOf(100, cigar("5S10M100N3I5M2D5M50N20="), 0), [
      { start: 110, end: 210 },
      { start: 222, end: 272 }
    ])
    assert.deepStrictEqual(intronsOf(0, cigar("30M"), 0), [])
  })

  it("asks for matched bases on both sides, up to the next intron", () => {
    const read = cigar("10M100N8M2D1M50N20M")
    assert.deepStrictEqual(intronsOf(0, read, 9).length, 2)
    assert.deepStrictEqual(intronsOf(0, read, 10), [])
    assert.deepStrictEqual(intronsOf(0, cigar("10M100N8M50N20M"), 9), [])
  })
})
