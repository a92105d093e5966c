import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { assert, describe, it } from "vitest"
import * as Fasta from "../../src/genome/Fasta.ts"
import type * as Gene from "../../src/genome/Gene.ts"
import * as GeneIndex from "../../src/genome/GeneIndex.ts"
import * as PolyaSite from "../../src/genome/PolyaSite.ts"
import * as Variant from "../../src/genome/Variant.ts"
import type { Window } from "../../src/genome/Window.ts"
import type { Want } from "../../src/model/SequenceModel.ts"
import { recommended } from "../../src/scoring/RecommendedScorers.ts"
import * as ScorerSpec from "../../src/scoring/ScorerSpec.ts"
import * as VariantScoring from "../../src/scoring/VariantScoring.ts"
import * as EveryOutput from "../support/everyOutput.ts"
import { runPromise } from "../support/stage.ts"
import { fasta, randomSequence } from "../support/synthetic.ts"

const genome = randomSequence(20_000)
const start = 8000
const { length } = EveryOutput

const gene = (id: string, strand: string, from: number, to: number): Gene.Gene => ({
  gene_id: id,
  gene_name: id,
  chrom: "chr1",
  start: start + from,
  end: start + to,
  strand,
  region: "exons",
  exons: `${start + from}-${start + from + 100},${start + to - 200}-${start + to}`,
  gene_type: "protein_coding",
  transcripts: null
})
// Both hold the splice sites of the model; the second starts beyond the window.
const genes = GeneIndex.make([gene("PLUS", "+", 1000, 2500), gene("MINUS", "-", 900, 4196)])
const polyaSites = PolyaSite.byGene(
  [1800, 2300].map((site) => ({
    Chromosome: "chr1",
    Start: start + site,
    End: start + site + 1,
    pas_strand: "+",
    gene_id: "PLUS"
  }))
)

/** In the window at 2048. */
const at = start + 2048
const other = (base: string) => "CGTA"["ACGT".indexOf(base)]!
const variants = {
  snv: [genome[at]!, other(genome[at]!)],
  insertion: [genome[at]!, `${genome[at]}ACG`],
  deletion: [genome.slice(at, at + 4), genome[at]!]
} as const

const window = (variant_id: string, gene_id: string | null): Window => ({
  window_id: variant_id,
  chrom: "chr1",
  start,
  end: start + length,
  strand: "+",
  variant_id,
  gene_id,
  padded: 0
})

const score = async (change: keyof typeof variants, everything = false, geneId: string | null = null) => {
  const variant = Result.getOrThrow(Variant.make("chr1", at + 1, variants[change][0], variants[change][1]))
  const wants: Array<Want> = []
  const model = EveryOutput.model((asked) => wants.push(...asked), everything)
  const { scorings, refused } = VariantScoring.resolve(recommended.human, EveryOutput.outputs, {
    groups: undefined,
    polyaSites: true
  })
  assert.deepStrictEqual(refused, [])
  const path = fasta({ chr1: genome })
  const scored = await runPromise(
    Effect.scoped(
      Effect.flatMap(Fasta.open(path), (opened) =>
        VariantScoring.scorePlace(
          { model, fasta: opened, variants: new Map([[variant.variant_id, variant]]), genes, polyaSites },
          { organism: "human", averageStrands: false, scorings },
          [window(variant.variant_id, geneId)]
        )
      )
    )
  )
  return { ...scored, wants: new Map(wants.map((want) => [want.output, want])) }
}

describe("VariantScoring with all recommended scorers", () => {
  it("scores every output, and asks for no more than it looks at", async () => {
    const { scores, unscored, wants } = await score("snv")
    assert.deepStrictEqual(unscored, [])
    const counts = new Map<string, number>()
    for (const { scorer, output } of scores) {
      const key = `${output} ${scorer}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    assert.deepStrictEqual(
      counts,
      new Map([
        ["ATAC centre_mask", 1],
        ["CONTACT_MAPS contact_map", 2],
        ["DNASE centre_mask", 2],
        ["CHIP_TF centre_mask", 2],
        ["CHIP_HISTONE centre_mask_2001", 1],
        ["CAGE centre_mask", 2],
        ["PROCAP centre_mask", 2],
        // Only PLUS starts in the window: its own strand and the unstranded track.
        ["RNA_SEQ gene_lfc", 2],
        ["RNA_SEQ gene_active", 2],
        // Both genes overlap the variant.
        ["SPLICE_SITES gene_splicing", 3 + 3],
        ["SPLICE_SITE_USAGE gene_splicing", 1 + 1],
        // Of each gene two junctions, of two samples each.
        ["SPLICE_JUNCTIONS splice_junctions", 2 * 2 * 2],
        ["RNA_SEQ polyadenylation", 3],
        ["ATAC centre_mask_active_sum", 1],
        ["DNASE centre_mask_active_sum", 2],
        ["CHIP_TF centre_mask_active_sum", 2],
        ["CHIP_HISTONE centre_mask_2001_active_sum", 1],
        ["CAGE centre_mask_active_sum", 2],
        ["PROCAP centre_mask_active_sum", 2]
      ])
    )
    for (const { score } of scores) assert.isTrue(Number.isFinite(score))
    const regions = (output: string) => wants.get(output)!.regions
    assert.deepStrictEqual(regions("ATAC"), [[2048 - 250, 2048 + 251]])
    assert.deepStrictEqual(regions("CHIP_TF"), [[14 * 128, 18 * 128]])
    assert.deepStrictEqual(regions("CHIP_HISTONE"), [[8 * 128, 24 * 128]])
    // Exons of PLUS, and 400 bp before its two polyadenylation sites.
    assert.deepStrictEqual(regions("RNA_SEQ"), [
      [1000, 1100],
      [1401, 1801],
      [1901, 2500]
    ])
    assert.deepStrictEqual(regions("SPLICE_SITES"), [[900, length]])
    assert.deepStrictEqual(regions("SPLICE_JUNCTIONS"), [[900, length]])
    assert.isUndefined(regions("CONTACT_MAPS"))
  })

  it("finds the same whether the model gives what is wanted or everything", async () => {
    for (const change of ["snv", "insertion", "deletion"] as const) {
      const part = await score(change)
      const all = await score(change, true)
      assert.isAbove(part.scores.length, 30)
      assert.deepStrictEqual(part.scores, all.scores, change)
    }
  })

  it("computes the scores by hand", async () => {
    const { scores } = await score("snv")
    const sequence = genome.slice(start, start + length)
    const changed = sequence.slice(0, 2048) + variants.snv[1] + sequence.slice(2049)
    const code = (base: string | undefined) => 1 + "ACGT".indexOf(base ?? "A")
    const track0 = (of: string, place: number) => Math.fround((code(of[place]) + code(of[place + 7])) / 8)
    const sum = (of: string, from: number, to: number) => {
      let total = 0
      for (let place = from; place < to; place++) total += track0(of, place)
      return total
    }
    const found = (output: string, scorer: string) =>
      scores.find((row) => row.output === output && row.scorer === scorer && row.track === 0)!
    const [r, a] = [sum(sequence, 1798, 2299), sum(changed, 1798, 2299)]
    assert.approximately(found("ATAC", "centre_mask").score, Math.log2(1 + a) - Math.log2(1 + r), 1e-12)
    assert.approximately(found("ATAC", "centre_mask_active_sum").score, Math.max(a, r), 1e-9)
    const splicing = Math.max(
      Math.abs(track0(changed, 2048) - track0(sequence, 2048)),
      Math.abs(track0(changed, 2041) - track0(sequence, 2041))
    )
    assert.approximately(found("SPLICE_SITES", "gene_splicing").score, splicing, 1e-12)
    // Sites at 1800 and 2300: the variant's bases lie before the second alone.
    const ratio = (from: number) => (sum(changed, from, from + 400) + 4) / (sum(sequence, from, from + 400) + 4)
    const polya = Math.abs(Math.log2(ratio(1401) / ratio(1901)))
    assert.approximately(found("RNA_SEQ", "polyadenylation").score, polya, 1e-12)
    // The first sample's use of the site at 2041 changes, the second's of none: then the first junction stands for it.
    const junctions = scores.filter((row) => row.output === "SPLICE_JUNCTIONS" && row.track === 0)
    const use = Math.abs(Math.log(track0(changed, 2041) / track0(sequence, 2041)))
    for (const gene_id of ["MINUS", "PLUS"]) {
      const ofGene = junctions.filter((row) => row.gene_id === gene_id)
      assert.deepStrictEqual(
        ofGene.map((row) => [row.junction_start! - start, row.junction_end! - start]),
        [
          [1100, 1500],
          [1100, 2041]
        ]
      )
      assert.strictEqual(ofGene[0]!.score, 0)
      assert.approximately(ofGene[1]!.score, use, use / 1024)
    }
  })

  it("looks at the gene that the window names, and says what it cannot", async () => {
    const { scores, unscored } = await score("snv", false, "MINUS")
    const lfc = scores.filter(({ scorer }) => scorer === "gene_lfc")
    assert.deepStrictEqual(
      lfc.map(({ gene_id, track, coverage }) => [gene_id, track, coverage]),
      // Its second exon of 200 bp reaches 100 bp beyond the window.
      [
        ["MINUS", 1, 2 / 3],
        ["MINUS", 2, 2 / 3]
      ]
    )
    assert.deepStrictEqual(
      unscored.map(({ reason }) => reason),
      [
        "polyadenylation: no gene that overlaps the variant has 2 or more polyadenylation sites with 80 % of them in the model's output (chr1:8001-12096)"
      ]
    )
  })

  it("says which scorers a model cannot serve", () => {
    const { scorings, refused } = VariantScoring.resolve(
      recommended.human,
      EveryOutput.outputs.filter(({ name }) => name === "ATAC"),
      { groups: undefined, polyaSites: true }
    )
    assert.deepStrictEqual(
      scorings.map(({ spec }) => ScorerSpec.label(spec)),
      ["centre_mask", "centre_mask_active_sum"]
    )
    assert.strictEqual(refused.length, 17)
    assert.strictEqual(refused[0], "contact_map reads CONTACT_MAPS, which the model does not give (it gives ATAC)")
  })
})
