import { assert, describe, it } from "vitest"
import type { Geometry } from "../../src/model/Architecture.ts"
import * as BinMask from "../../src/scoring/BinMask.ts"
import { centreMask, log2Change } from "../../src/scoring/CentreMask.ts"
import { geneMask, lfc } from "../../src/scoring/GeneMask.ts"
import type { Place } from "../../src/scoring/Scorer.ts"

/** 5 bins of 10 bp, from 20 bp into the input. */
const geometry: Geometry = { inputLength: 90, outputLength: 5, binSize: 10, outputOffset: 20, tracks: 2 }
/** Track 0: 1 2 3 4 5; track 1: 0 0 1 0 0. */
const prediction = Float32Array.of(1, 0, 2, 0, 3, 1, 4, 0, 5, 0)
const track = (index: number, strand: string) => ({ track: index, name: "t", group: "RNA", strand, description: "" })
const gene = {
  gene_id: "G",
  gene_name: "g",
  chrom: "chr1",
  start: 1025,
  end: 1062,
  strand: "+",
  region: "exons",
  exons: "1025-1035,1060-1062"
}
const place: Place = {
  geometry,
  windowStart: 1000,
  variant: { variant_id: "chr1_1046_A_G", chrom: "chr1", pos: 1046, ref: "A", alt: "G" },
  gene,
  centreWidth: 15,
  tracks: [track(0, "+"), track(1, ".")]
}

describe("BinMask", () => {
  it("weights bins by the fraction that is covered, inside the output only", () => {
    const mask = BinMask.make(geometry, 1000, [
      { start: 900, end: 1021 },
      { start: 1035, end: 1052 },
      { start: 1069, end: 2000 }
    ])
    assert.strictEqual(mask.first, 0)
    assert.deepStrictEqual([...mask.weights], [0.1, 0.5, 1, 0.2, 0.1])
    assert.strictEqual(mask.covered, 19)
    assert.strictEqual(BinMask.make(geometry, 1000, [{ start: 1070, end: 1080 }]).covered, 0)
    assert.strictEqual(BinMask.make(geometry, 5000, [{ start: 1020, end: 1080 }]).covered, 0)
  })

  it("sums and averages a track", () => {
    const mask = BinMask.make(geometry, 1000, [{ start: 1025, end: 1045 }])
    assert.strictEqual(BinMask.sum(mask, prediction, 2, 0), 0.5 + 2 + 1.5)
    assert.strictEqual(BinMask.mean(mask, prediction, 2, 0), 2)
    assert.strictEqual(BinMask.sum(mask, prediction, 2, 1), 0.5)
  })
})

describe("gene_lfc", () => {
  it("averages over the exons' bins and leaves out the other strand", () => {
    const scoring = geneMask(place)
    assert(scoring._tag === "Success")
    // Bins 0 and 1 by half, bin 4 by a fifth.
    assert.approximately(scoring.success.aggregate(prediction, 0), (0.5 + 1 + 1) / 1.2, 1e-12)
    assert.strictEqual(scoring.success.region, "exons")
    assert.strictEqual(scoring.success.coverage, 1)
    const minus = geneMask({ ...place, gene: { ...gene, strand: "-" } })
    assert(minus._tag === "Success")
    assert.deepStrictEqual(
      minus.success.tracks.map(({ track }) => track),
      [1]
    )
    assert.approximately(lfc(1, 2), 0.692647555268513, 1e-15)
  })

  it("says how much of the exons it sees", () => {
    // The output is 1030 to 1080: half of the first exon of 10 bp, all of the second of 2.
    const part = geneMask({ ...place, windowStart: 1010 })
    assert(part._tag === "Success")
    assert.strictEqual(part.success.coverage, 7 / 12)
  })

  it("says why a gene cannot be scored", () => {
    const outside = geneMask({ ...place, windowStart: 5000 })
    assert(outside._tag === "Failure")
    assert.match(outside.failure, /exons \(chr1:1026-1062\) lies inside the model's output \(5021-5070\)/u)
    assert.strictEqual(geneMask({ ...place, gene: undefined })._tag, "Failure")
  })
})

describe("centre_mask", () => {
  it("sums around the variant", () => {
    const scoring = centreMask(place)
    assert(scoring._tag === "Success")
    // 15 bp around base 1045 (0-based): 1038 to 1053, that is 2 of bin 1, all of bin 2, 3 of bin 3.
    assert.approximately(scoring.success.aggregate(prediction, 0), 0.2 * 2 + 3 + 0.3 * 4, 1e-12)
    assert.strictEqual(scoring.success.coverage, null)
    assert.strictEqual(log2Change(1, 3), 1)
  })

  it("needs the whole window", () => {
    const scoring = centreMask({ ...place, variant: { ...place.variant, pos: 1025 } })
    assert(scoring._tag === "Failure")
    assert.match(scoring.failure, /only 12 of the 15 bp/u)
  })
})
