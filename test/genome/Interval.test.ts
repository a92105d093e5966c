import { assert, describe, it } from "vitest"
import * as Interval from "../../src/genome/Interval.ts"

describe("Interval", () => {
  it("reads and writes 1-based inclusive text", () => {
    const interval = Interval.parse("chr1:101-200")
    assert.deepStrictEqual(interval, { chrom: "chr1", start: 100, end: 200 })
    assert.strictEqual(Interval.format(interval!), "chr1:101-200")
    assert.deepStrictEqual(Interval.parse("17:42,425,000-43,600,000"), {
      chrom: "chr17",
      start: 42424999,
      end: 43600000
    })
    for (const bad of ["chr1", "chr1:0-10", "chr1:20-10", "chr1:a-b", "HLA-A*01:01:01:01"]) {
      assert.isUndefined(Interval.parse(bad), bad)
    }
  })

  it("bridges chromosome names", () => {
    assert.deepStrictEqual(["1", "X", "MT", "M", "chr2", "chrS1", "GL000195.1", "123456"].map(Interval.chromName), [
      "chr1",
      "chrX",
      "chrM",
      "chrM",
      "chr2",
      "chrS1",
      "GL000195.1",
      "123456"
    ])
  })

  it("knows overlap and containment of half-open intervals", () => {
    const at = (start: number, end: number, chrom = "chr1") => ({ chrom, start, end })
    assert.isTrue(Interval.overlaps(at(0, 10), at(9, 20)))
    assert.isFalse(Interval.overlaps(at(0, 10), at(10, 20)))
    assert.isFalse(Interval.overlaps(at(0, 10), at(0, 10, "chr2")))
    assert.isTrue(Interval.contains(at(0, 10), at(0, 10)))
    assert.isFalse(Interval.contains(at(0, 10), at(0, 11)))
  })

  it("merges what overlaps or touches, and sorts in genome order", () => {
    const spans = [
      { start: 20, end: 30 },
      { start: 0, end: 10 },
      { start: 10, end: 12 },
      { start: 5, end: 8 }
    ]
    assert.deepStrictEqual(Interval.merge(spans), [
      { start: 0, end: 12 },
      { start: 20, end: 30 }
    ])
    const chroms = ["chrX", "chr10", "chr2", "chrS10", "chrS2", "chr1"].map((chrom) => ({ chrom, start: 0, end: 1 }))
    assert.deepStrictEqual(
      chroms.sort(Interval.compare).map(({ chrom }) => chrom),
      ["chr1", "chr2", "chr10", "chrS2", "chrS10", "chrX"]
    )
  })
})
