import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import type { Fasta } from "../../src/genome/Fasta.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as Variant from "../../src/genome/Variant.ts"
import * as SequenceModel from "../../src/model/SequenceModel.ts"
import * as Track from "../../src/model/Track.ts"
import * as SplicePredictor from "../../src/scoring/SplicePredictor.ts"
import * as SpliceScoring from "../../src/scoring/SpliceScoring.ts"

const context = 3

/** Says that AG ends an intron and that GT begins one: the acceptor is the base after AG, the donor the one before GT. */
const probabilities = (sequence: string): Float32Array =>
  Float32Array.from(
    Array.from({ length: sequence.length - 2 * context }, (_, base) => {
      const at = base + context
      const acceptor = sequence.slice(at - 2, at) === "AG" ? 0.8 : 0
      const donor = sequence.slice(at + 1, at + 3) === "GT" ? 0.5 : 0
      return [1, acceptor, donor]
    }).flat()
  )

const predict: SequenceModel.SequenceModel["predict"] = (_, sequences) =>
  Effect.succeed(
    sequences.map((sequence) => {
      const values = probabilities(sequence)
      return new Map([["SITES", { kind: "tracks", tracks: [0, 1, 2], bins: [[0, values.length / 3]], values }]])
    })
  )

const predictor = SplicePredictor.of({
  info: {
    name: "motifs",
    summary: "",
    licence: "",
    citation: "",
    organisms: ["human"],
    lengths: { preferred: 16, min: 7, max: 1e6, multiple: 1 },
    outputs: () => [{ name: "SITES", kind: "tracks", resolution: 1, offset: context, tracks: Track.generic(3) }]
  },
  prepare: () => Effect.succeed(1),
  predict,
  predictVariants: SequenceModel.predictVariants(predict)
})

const bases = "CCCCCCCCCCCCAGCCCCCCGTCCCCCCCCCCCCACCCCCCC"
const fasta: Fasta = {
  path: "reference.fa",
  pieces: [{ chrom: "chr1", start: 0, end: bases.length, part: false }],
  covers: () => true,
  resolve: (name) => ({ name }),
  build: undefined,
  look: () => undefined,
  fetch: ({ start, end }) =>
    Effect.succeed({
      sequence: Array.from({ length: end - start }, (_, at) => bases[start + at] ?? "N").join(""),
      padded: 0
    })
}
const gene = (strand: string): Gene.Gene => ({
  gene_id: "G",
  gene_name: "G",
  chrom: "chr1",
  start: 2,
  end: 40,
  strand,
  region: "exons",
  exons: "2-5,14-20,35-40",
  gene_type: null,
  transcripts: null
})
const variant = (pos: number, ref: string, alt: string): Variant.Variant => {
  const made = Variant.make("chr1", pos, ref, alt)
  if (made._tag === "Failure") throw new Error(made.failure)
  return made.success
}
const score = (strand: string, masked: boolean, ...variants: ReadonlyArray<Variant.Variant>) =>
  Effect.runPromise(
    SpliceScoring.scoreCluster(predictor, fasta, { distance: 5, masked }, { gene: gene(strand), variants })
  )
const strings = ({ scores }: SpliceScoring.Scored) => scores.map(({ spliceai }) => spliceai)

describe("SpliceScoring.scoreCluster", () => {
  it("a broken acceptor, a made one, a shifted donor, an inserted one", async () =>
    assert.deepStrictEqual(
      strings(
        await score(
          "+",
          false,
          variant(14, "G", "C"),
          variant(17, "C", "AG"),
          variant(18, "CCC", "C"),
          variant(25, "C", "CAGC")
        )
      ),
      [
        "C|G|0.00|0.80|0.00|0.00|-5|1|-5|-5",
        "AG|G|0.80|0.00|0.00|0.00|1|-5|-5|-5",
        // The last base before GT is deleted: the donor is now the base that stays.
        "C|G|0.00|0.00|0.50|0.50|-5|-5|0|2",
        "CAGC|G|0.80|0.00|0.00|0.00|0|-5|-5|-5"
      ]
    ))

  it("on the minus strand the complement counts, and positions are the genome's", async () =>
    // CT at 25-26 is AG read backwards: what follows it there lies before it here.
    assert.deepStrictEqual(strings(await score("-", false, variant(26, "C", "T"))), [
      "T|G|0.80|0.00|0.00|0.00|-2|-5|-5|-5"
    ]))

  it("leaves out what the annotation explains", async () =>
    assert.deepStrictEqual(strings(await score("+", true, variant(14, "G", "C"), variant(21, "G", "C"))), [
      "C|G|0.00|0.80|0.00|0.00|-5|1|-5|-5",
      "C|G|0.00|0.00|0.00|0.50|-5|-5|-5|-1"
    ]))

  it("gives no score where the method has none, and says why", async () => {
    const without = [
      variant(15, "CCCCCCGTCCC", "C"),
      variant(17, "CC", "AG"),
      variant(17, "CC", "AGT"),
      variant(8, "C", "A"),
      variant(35, "C", "A"),
      variant(20, "A", "C")
    ]
    const { scores, unscored } = await score("+", false, variant(15, "CCCCCCGTCC", "C"), ...without)
    assert.deepStrictEqual(
      scores.map(({ variant_id }) => variant_id),
      ["chr1_15_CCCCCCGTCC_C"]
    )
    assert.deepStrictEqual(
      unscored.map(({ reason }) => reason),
      [
        "reference allele longer than twice the distance (11 bases, distance 5)",
        "both alleles have more than one base (split or trim the variant)",
        "both alleles have more than one base (split or trim the variant)",
        "too close to the end of the chromosome (SpliceAI reads 8 bases at each side)",
        "too close to the end of the chromosome (SpliceAI reads 8 bases at each side)",
        "the transcript has another reference allele (C, not A)"
      ]
    )
  })

  it("gives no score where a part of the chromosome does not hold the transcript about the variant", async () => {
    const piece = { ...fasta, pieces: [{ chrom: "chr1", start: 0, end: 27, part: true }] }
    const scored = (...variants: ReadonlyArray<Variant.Variant>) =>
      SpliceScoring.scoreCluster(predictor, piece, { distance: 5, masked: false }, { gene: gene("+"), variants })
    const { scores, unscored } = await Effect.runPromise(scored(variant(19, "C", "A"), variant(20, "C", "A")))
    assert.deepStrictEqual(
      [...scores, ...unscored].map(({ variant_id }) => variant_id),
      ["chr1_19_C_A", "chr1_20_C_A"]
    )
    assert.strictEqual(
      unscored[0]!.reason,
      "the reference does not hold the transcript around the variant (chr1:12-28 is read)"
    )
  })
})

describe("SpliceScoring.clusters", () => {
  it("puts near variants of a gene together and lists those outside of genes", () => {
    const wide = { ...gene("+"), end: 20_000, exons: "2-5,14-20000" }
    const variants = [9000, 10, 100, 30_000].map((pos) => variant(pos, "A", "C"))
    const { clusters, unscored } = SpliceScoring.clusters(variants, [wide])
    assert.deepStrictEqual(
      clusters.map((cluster) => cluster.variants.map(({ pos }) => pos)),
      [[10, 100], [9000]]
    )
    const dense = Array.from({ length: 200 }, (_, at) => variant(at + 100, "A", "C"))
    assert.deepStrictEqual(
      SpliceScoring.clusters(dense, [wide]).clusters.map((cluster) => cluster.variants.length),
      [128, 72]
    )
    assert.deepStrictEqual(unscored, [
      { variant_id: "chr1_30000_A_C", gene_id: null, reason: "no gene holds the variant" }
    ])
  })
})
