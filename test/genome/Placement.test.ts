import * as Result from "effect/Result"
import { assert, describe, it } from "vitest"
import * as Random from "../../src/core/Random.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as Placement from "../../src/genome/Placement.ts"
import * as Variant from "../../src/genome/Variant.ts"

const gene = (...spans: ReadonlyArray<readonly [number, number]>): Gene.Gene => ({
  gene_id: "G",
  gene_name: "G",
  chrom: "chr1",
  start: spans[0]![0],
  end: spans.at(-1)![1],
  strand: "+",
  region: "exons",
  exons: Gene.formatExons(spans.map(([start, end]) => ({ start, end }))),
  gene_type: null,
  transcripts: null
})
const variant = (pos: number, chrom = "chr1"): Variant.Variant => Result.getOrThrow(Variant.make(chrom, pos, "A", "G"))
const chr1 = [{ chrom: "chr1", start: 0, end: 100_000 }]
const shape = { width: 10_000, outputWidth: 6_000 }
const start = (pos: number, of: Gene.Gene, reference = chr1, s = shape) =>
  Result.map(Placement.place(variant(pos), of, s, reference), (window) => window.start)

describe("Placement", () => {
  it("centres on variant and gene where everything fits", () => {
    // Variant at 50,000 and gene to 52,001: the midpoint is 51,000.
    assert.deepStrictEqual(start(50_001, gene([51_000, 52_000])), Result.succeed(46_000))
  })

  it("moves so that the whole gene is predicted, the variant still in the input", () => {
    // The predicted part [start + 2000, start + 8000) must end at 59,000.
    assert.deepStrictEqual(start(51_001, gene([53_500, 54_000], [58_000, 59_000])), Result.succeed(51_000 - 128))
    assert.deepStrictEqual(start(52_001, gene([53_500, 54_000], [58_000, 59_000])), Result.succeed(51_000))
  })

  it("holds as many exon bases as it can beside a far variant", () => {
    // The variant forces start <= 40,872: the second exon, and with it the midpoint, is out of reach.
    assert.deepStrictEqual(start(41_001, gene([47_000, 47_100], [60_000, 70_000])), Result.succeed(41_000 - 128))
  })

  it("stays on real sequence where it can", () => {
    assert.deepStrictEqual(start(3_001, gene([2_500, 3_500])), Result.succeed(0))
    assert.deepStrictEqual(start(99_001, gene([97_000, 97_500])), Result.succeed(90_000))
    // The gene comes first: at 500 it is predicted only by a window that begins before the chromosome.
    assert.deepStrictEqual(start(3_001, gene([500, 1_000])), Result.succeed(-1_500))
  })

  it("says with figures why there is none", () => {
    const reason = (result: Result.Result<number, string>) => (Result.isFailure(result) ? result.failure : "placed")
    assert.strictEqual(
      reason(start(1_001, gene([60_000, 61_000]))),
      "variant and gene are 58,999 bp apart; the window holds 10,000, of which the model predicts the central 6,000"
    )
    assert.strictEqual(
      reason(start(1_001, gene([60_000, 61_000]), chr1, { width: 10_000, outputWidth: 10_000 })),
      "variant and gene are 58,999 bp apart; the window holds 10,000"
    )
    const snippet = [{ chrom: "chr1", start: 40_000, end: 50_000 }]
    assert.strictEqual(
      reason(start(45_000, gene([60_000, 61_000]), snippet)),
      "the gene body lies outside the reference (it has chr1:40001-50000)"
    )
    assert.strictEqual(
      reason(start(55_000, gene([45_000, 46_000]), snippet)),
      "the variant lies outside the reference (it has chr1:40001-50000)"
    )
    assert.deepStrictEqual(
      Placement.place(variant(5, "chr2"), gene([1, 2]), shape, chr1),
      Result.fail("the variant is on chr2, the gene on chr1")
    )
  })

  it("is the best of all starts (exhaustive search)", () => {
    const random = Random.make(3)
    const small = { width: 60, outputWidth: 30 }
    const pieces = [
      { chrom: "chr1", start: 20, end: 120 },
      { chrom: "chr1", start: 150, end: 260 }
    ]
    const bases = (spans: ReadonlyArray<{ start: number; end: number }>, from: number, to: number) =>
      spans.reduce((sum, { start, end }) => sum + Math.max(0, Math.min(end, to) - Math.max(start, from)), 0)
    let placed = 0
    for (let trial = 0; trial < 300; trial++) {
      const site = 20 + random.int(100)
      const first = random.int(150)
      const second = first + 5 + random.int(40)
      const of = gene([first, first + 1 + random.int(4)], [second, second + 1 + random.int(30)])
      const result = start(site + 1, of, pieces, small)
      const exons = Gene.exons(of).flatMap((exon) =>
        pieces.map((piece) => ({ start: Math.max(exon.start, piece.start), end: Math.min(exon.end, piece.end) }))
      )
      // So small a window has no margin.
      const measure = (s: number) => [bases(exons, s + 15, s + 45), bases(pieces, s, s + 60)] as const
      let best: readonly [number, number] = [0, 0]
      for (let s = site + 1 - 60; s <= site; s++) {
        const [exonBases, real] = measure(s)
        if (exonBases > best[0] || (exonBases === best[0] && real > best[1])) best = [exonBases, real]
      }
      if (Result.isFailure(result)) assert.strictEqual(best[0], 0)
      else {
        placed++
        assert.deepStrictEqual(measure(result.success), best)
      }
    }
    assert.isAbove(placed, 50)
  })
})
