import * as Result from "effect/Result"
import { assert, describe, it } from "vitest"
import type { Gene } from "../../src/genome/Gene.ts"
import * as GeneIndex from "../../src/genome/GeneIndex.ts"
import * as Transcript from "../../src/genome/Transcript.ts"
import type { Output, TrackValues } from "../../src/model/SequenceModel.ts"
import * as CentreMask from "../../src/scoring/CentreMask.ts"
import { combine } from "../../src/scoring/CombinedSplicing.ts"
import * as Float16 from "../../src/scoring/Float16.ts"
import { geneActive, geneLfc, geneSplicing, lfc } from "../../src/scoring/GeneMask.ts"
import * as IndelAlignment from "../../src/genome/IndelAlignment.ts"
import * as IntervalScorer from "../../src/scoring/IntervalScorer.ts"
import * as IsmMatrix from "../../src/scoring/IsmMatrix.ts"
import * as Polyadenylation from "../../src/scoring/Polyadenylation.ts"
import type { Place, Scorer } from "../../src/scoring/Scorer.ts"
import * as Scorers from "../../src/scoring/Scorers.ts"

/** 5 bins of 10 bp, from 20 bp into a window of 90; a track on + and one on neither strand. */
const output: Output = {
  name: "TRACKS",
  kind: "tracks",
  resolution: 10,
  offset: 20,
  tracks: ["+", "."].map((strand, track) => ({ track, name: "t", group: "RNA", strand, description: "" }))
}
const values = (...rows: ReadonlyArray<readonly [number, number]>): TrackValues => ({
  kind: "tracks",
  tracks: [0, 1],
  bins: [[0, rows.length]],
  values: Float32Array.from(rows.flat())
})
/** Track 0: 1 2 3 4 5; track 1: 0 0 1 0 0. */
const ref = values([1, 0], [2, 0], [3, 1], [4, 0], [5, 0])
/** Track 0: 1 2 6 4 5; track 1: 0 0 3 0 0. */
const alt = values([1, 0], [2, 0], [6, 3], [4, 0], [5, 0])

const gene: Gene = {
  gene_id: "G",
  gene_name: "g",
  chrom: "chr1",
  start: 1025,
  end: 1062,
  strand: "+",
  region: "exons",
  exons: "1025-1045,1060-1062",
  gene_type: "protein_coding",
  transcripts: null
}
const place: Place = {
  output,
  tracks: output.tracks,
  window: { chrom: "chr1", start: 1000, end: 1090 },
  variant: { variant_id: "chr1_1046_A_G", chrom: "chr1", pos: 1046, ref: "A", alt: "G" },
  genes: GeneIndex.make([gene]),
  geneId: "G",
  polyaSites: new Map()
}

const planned = (scorer: Scorer, at: Place = place) => Result.getOrThrow(scorer(at))
const score = (scorer: Scorer, at: Place = place) => planned(scorer, at).score(ref, alt)
const failure = (scorer: Scorer, at: Place): string => {
  const plan = scorer(at)
  assert(plan._tag === "Failure")
  return plan.failure
}

describe("centre_mask", () => {
  it("takes whole bins about the variant", () => {
    // Base 1045 is in bin 2; 25 bp are 3 bins: 1 to 3.
    const { want } = planned(CentreMask.make(25, "DIFF_SUM"))
    assert.deepStrictEqual(want, { output: "TRACKS", tracks: [0, 1], regions: [[30, 60]] })
    const expected = {
      DIFF_MEAN: [1, 2 / 3],
      DIFF_SUM: [3, 2],
      DIFF_SUM_LOG2: [Math.log2(7 / 4), 1],
      DIFF_LOG2_SUM: [Math.log2(13 / 10), 1],
      L2_DIFF: [3, 2],
      L2_DIFF_LOG1P: [Math.log(7 / 4), Math.log(2)],
      ACTIVE_MEAN: [4, 1],
      ACTIVE_SUM: [12, 3]
    }
    for (const [name, scores] of Object.entries(expected)) {
      const found = score(CentreMask.make(25, name as CentreMask.AggregationName))
      for (const [i, value] of scores.entries()) assert.approximately(found.values[i]!, value, 1e-12, name)
    }
    const { ref: before, alt: after } = score(CentreMask.make(25, "DIFF_LOG2_SUM"))
    assert.deepStrictEqual(
      [[...before!], [...after!]],
      [
        [9, 1],
        [12, 3]
      ]
    )
    assert.isNull(score(CentreMask.make(25, "L2_DIFF")).ref)
    assert.deepStrictEqual([...score(CentreMask.make(null, "DIFF_SUM")).values], [3, 2])
  })

  it("needs the variant inside the output", () => {
    assert.strictEqual(
      failure(CentreMask.make(25, "DIFF_SUM"), { ...place, variant: { ...place.variant, pos: 1020 } }),
      "the variant lies outside the model's output of this window (chr1:1021-1070)"
    )
  })
})

describe("gene scorers", () => {
  it("average over the exons' bins by what of them is exon, and leave out the other strand", () => {
    const found = score(geneLfc)
    // Bin 0 by half, bin 1, bin 2 by half, bin 4 by a fifth.
    const [r, a] = [(0.5 + 2 + 1.5 + 1) / 2.2, (0.5 + 2 + 3 + 1) / 2.2]
    assert.approximately(found.ref![0]!, r, 1e-12)
    assert.approximately(found.alt![0]!, a, 1e-12)
    assert.approximately(found.values[0]!, lfc(r, a), 1e-12)
    assert.approximately(score(geneActive).values[0]!, a, 1e-12)
    assert.deepStrictEqual(found.rows, [{ gene, region: "exons", coverage: 1 }])
    const minus = GeneIndex.make([{ ...gene, strand: "-" }])
    assert.deepStrictEqual(planned(geneLfc, { ...place, genes: minus }).want.tracks, [1])
    assert.approximately(lfc(1, 2), 0.692647555268513, 1e-15)
  })

  it("gives rows of NaN to strands that differ among genes", () => {
    const genes = GeneIndex.make([gene, { ...gene, gene_id: "H", strand: "-", start: 1024, end: 1061 }])
    const found = score(geneLfc, { ...place, genes, geneId: undefined })
    assert.deepStrictEqual(
      found.rows.map((row) => row.gene?.gene_id),
      ["H", "G"]
    )
    assert.deepStrictEqual([...found.values].map(Number.isNaN), [true, false, false, false])
  })

  it("say how much of the exons they see, and why a gene cannot be scored", () => {
    // The output is 1040 to 1090: 5 of the 20 bp of the first exon, both of the second.
    const moved = { ...place, window: { chrom: "chr1", start: 1020, end: 1110 } }
    assert.strictEqual(score(geneLfc, moved).rows[0]!.coverage, 7 / 22)
    assert.match(
      failure(geneLfc, { ...place, window: { chrom: "chr1", start: 5000, end: 5090 } }),
      /exons \(chr1:1026-1062\) lies inside the model's output \(5021-5070\)/u
    )
    assert.strictEqual(failure(geneLfc, { ...place, geneId: "H" }), "no annotation of the gene is given")
    const none = { ...place, genes: GeneIndex.make([]), geneId: undefined }
    assert.match(failure(geneLfc, none), /no gene of the annotation starts in the window \(chr1:1001-1090\)/u)
    assert.match(failure(geneSplicing(null), none), /no gene of the annotation overlaps chr1_1046_A_G/u)
  })

  it("gene_splicing takes the greatest change in the body, near the variant if asked", () => {
    assert.deepStrictEqual([...score(geneSplicing(null)).values], [3, 2])
    const far = { ...place, variant: { ...place.variant, pos: 1028 } }
    assert.deepStrictEqual([...score(geneSplicing(null), far).values], [3, 2])
    assert.deepStrictEqual([...score(geneSplicing(11), far).values], [0, 0])
  })
})

describe("GeneIndex", () => {
  it("finds genes by where their transcripts start, with the exons of those", () => {
    const spans = (...each: ReadonlyArray<readonly [number, number]>) => each.map(([start, end]) => ({ start, end }))
    const transcripts = Transcript.format([
      { start: 1025, end: 1062, exons: spans([1025, 1035], [1060, 1062]) },
      { start: 1040, end: 1062, exons: spans([1040, 1050]) }
    ])
    assert.strictEqual(transcripts, "1025-1062/1025-1035,1060-1062;1040-1062/1040-1050")
    const starts = (strand: string, start: number, end: number) =>
      GeneIndex.make([{ ...gene, strand, transcripts }])
        .startingIn({ chrom: "chr1", start, end })
        .map(({ exons }) => exons.map((exon) => [exon.start, exon.end]))
    assert.deepStrictEqual(starts("+", 1030, 1050), [[[1040, 1050]]])
    assert.deepStrictEqual(starts("+", 1000, 1100), [
      [
        [1025, 1035],
        [1040, 1050],
        [1060, 1062]
      ]
    ])
    // On - both start at 1062, the end, which lies before the window's end but not at it.
    assert.strictEqual(starts("-", 1000, 1062).length, 0)
    assert.strictEqual(starts("-", 1062, 1063).length, 1)
  })
})

describe("IndelAlignment", () => {
  const variant = (pos: number, before: string, after: string) => ({
    variant_id: "",
    chrom: "chr1",
    pos,
    ref: before,
    alt: after
  })
  const align = (pos: number, before: string, after: string) => [
    ...IndelAlignment.align(
      IndelAlignment.ofVariant(variant(pos, before, after), 0, 6),
      Float32Array.of(1, 2, 3, 4, 5, 6),
      1
    )
  ]

  it("moves what an insertion or deletion has moved", () => {
    assert.deepStrictEqual(align(2, "A", "C"), [1, 2, 3, 4, 5, 6])
    assert.deepStrictEqual(align(2, "A", "ACC"), [1, 4, 5, 6, 0, 0])
    assert.deepStrictEqual(align(2, "ACC", "A"), [1, 2, 0, 0, 3, 4])
    // Half of the inserted bases fall out of the window.
    assert.deepStrictEqual(align(5, "A", "ACC"), [1, 2, 3, 4, 0, 0])
  })

  it("says what is read", () => {
    const reads = (pos: number, before: string, after: string) =>
      IndelAlignment.reads(IndelAlignment.ofVariant(variant(pos, before, after), 0, 6), [[3, 5]])
    assert.deepStrictEqual(reads(2, "A", "C"), [[3, 5]])
    // Places 3 and 4 of the reference are 5 and beyond; the peak is at 1 to 3.
    assert.deepStrictEqual(reads(2, "A", "ACC"), [[1, 6]])
    assert.deepStrictEqual(reads(2, "AC", "A"), [[2, 5]])
  })
})

describe("Polyadenylation", () => {
  it("takes the greatest shift of any split, and 0 for what is not finite", () => {
    assert.approximately(Polyadenylation.shift([2, 1, 1]), 1, 1e-15)
    // After the first: 2/1 * 1/3; after the second: 1/2 * 2/2.
    assert.approximately(Polyadenylation.shift([1, 1, 2]), 1, 1e-15)
    assert.strictEqual(Polyadenylation.shift([0, 0, 0]), 0)
    assert.strictEqual(Polyadenylation.shift([0, 1]), 0)
  })
})

describe("Float16", () => {
  it("rounds as IEEE 754 says", () => {
    const pairs = [
      [0.1, 0.0999755859375],
      [1 / 3, 0.333251953125],
      [2049, 2048],
      [2051, 2052],
      [65_504, 65_504],
      [65_519, 65_504],
      [65_520, Infinity],
      [2 ** -24, 2 ** -24],
      [2 ** -25, 0],
      [1.5 * 2 ** -25, 2 ** -24],
      [-3.809, -3.80859375],
      [1 - 2 ** -13, 1]
    ] as const
    for (const [value, rounded] of pairs) assert.strictEqual(Float16.round(value), rounded, `${value}`)
    assert.isNaN(Float16.round(Number.NaN))
    assert.strictEqual(Float16.round(-Infinity), -Infinity)
  })
})

describe("IntervalScorer", () => {
  const at = { output, tracks: output.tracks, window: place.window, genes: place.genes }

  it("resizes as the official client does", () => {
    const resized = (start: number, end: number, width: number) => {
      const found = IntervalScorer.resize({ chrom: "chr1", start, end }, width)
      return [found.start, found.end]
    }
    assert.deepStrictEqual(resized(1000, 1090, 40), [1025, 1065])
    assert.deepStrictEqual(resized(1000, 1091, 41), [1025, 1066])
    assert.deepStrictEqual(resized(1000, 1091, 40), [1026, 1066])
    assert.deepStrictEqual(resized(0, 5, 3), [1, 4])
  })

  it("averages or sums over exons about the centre", () => {
    const scored = (width: number | null, aggregation: IntervalScorer.IntervalAggregation) => {
      const plan = Result.getOrThrow(IntervalScorer.plan(at, width, aggregation))
      return [...plan.score(ref).values]
    }
    assert.approximately(scored(null, "MEAN")[0]!, (0.5 + 2 + 1.5 + 1) / 2.2, 1e-12)
    assert.approximately(scored(null, "SUM")[0]!, 5, 1e-12)
    // 41 bp: from 1024 to 1065; 35 bp start after the gene does.
    assert.deepStrictEqual(IntervalScorer.resize(at.window, 41), { chrom: "chr1", start: 1024, end: 1065 })
    assert.approximately(scored(41, "SUM")[0]!, 5, 1e-12)
    const few = IntervalScorer.plan(at, 35, "SUM")
    assert.strictEqual(few._tag === "Failure" && few.failure, "no gene of the annotation starts there")
    const wide = IntervalScorer.plan(at, 200_001, "MEAN")
    assert.match(wide._tag === "Failure" ? wide.failure : "", /more than the 90 bp of the window/u)
  })
})

describe("CombinedSplicing", () => {
  it("adds the greatest of sites, of usage, and a fifth of junctions", () => {
    const row = (variant_id: string, scorer: string, output: string, score: number) => ({
      variant_id,
      scorer,
      output,
      score
    })
    const scores = combine([
      row("a", "gene_splicing", "SPLICE_SITES", 0.2),
      row("a", "gene_splicing", "SPLICE_SITES", 0.5),
      row("a", "gene_splicing", "SPLICE_SITE_USAGE", 0.25),
      row("a", "splice_junctions", "SPLICE_JUNCTIONS", 2),
      row("a", "gene_lfc", "RNA_SEQ", 9),
      row("b", "splice_junctions", "SPLICE_JUNCTIONS", 1),
      row("c", "gene_lfc", "RNA_SEQ", 9)
    ])
    assert.deepStrictEqual(
      [...scores],
      [
        ["a", 0.5 + 0.25 + 0.4],
        ["b", 0.2]
      ]
    )
  })
})

describe("IsmMatrix", () => {
  it("refuses what is no substitution inside", () => {
    const interval = { chrom: "chr1", start: 10, end: 13 }
    const matrix = (pos: number, before: string, after: string) =>
      IsmMatrix.matrix(interval, [{ variant: { ...place.variant, pos, ref: before, alt: after }, score: 1 }], "only")
    assert.strictEqual(matrix(11, "A", "C")._tag, "Success")
    assert.strictEqual(matrix(14, "A", "C")._tag, "Failure")
    assert.strictEqual(matrix(11, "A", "CC")._tag, "Failure")
  })
})

describe("Scorers", () => {
  it("merges wants of one output", () => {
    assert.deepStrictEqual(
      Scorers.mergeWants([
        { output: "A", tracks: [2, 0], regions: [[5, 9]] },
        { output: "B" },
        {
          output: "A",
          tracks: [1, 2],
          regions: [
            [1, 2],
            [8, 12]
          ]
        },
        { output: "B", tracks: [1], regions: [[1, 2]] }
      ]),
      [
        {
          output: "A",
          tracks: [0, 1, 2],
          regions: [
            [1, 2],
            [5, 12]
          ]
        },
        { output: "B" }
      ]
    )
  })

  it("fails where the model does not give the kind of values that its output is", () => {
    const spec = { scorer: "gene_lfc", output: "TRACKS", width: null, aggregation: null } as const
    const plan = Result.getOrThrow(Scorers.plan(spec, place))
    const scored = plan.score(ref, { kind: "contacts", tracks: [0], bins: 1, values: new Float32Array(1) })
    assert.strictEqual(scored._tag === "Failure" && scored.failure, "the model did not give TRACKS as it said")
    assert.strictEqual(plan.score(ref, undefined)._tag, "Failure")
  })
})
