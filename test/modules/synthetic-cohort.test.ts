import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, beforeAll, describe, it } from "vitest"
import stage from "../../modules/synthetic-cohort/stage.ts"
import * as Table from "../../src/data/Table.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as SyntheticGenome from "../../src/genome/SyntheticGenome.ts"
import * as Variant from "../../src/genome/Variant.ts"
import { runPromise, runStage, temporaryFolder } from "../support/stage.ts"

/** One piece with true coordinates, as in the snippets of real chromosomes, and one whole chromosome. */
const offset = 5000
const [first, second] = SyntheticGenome.make({ seed: 3, chromosomes: 2, length: 120_000 })
const sequences = new Map([
  ["chrS1", { start: offset, sequence: first!.sequence }],
  ["chrS2", { start: 0, sequence: second!.sequence }]
])

const reference = (): string => {
  const path = join(temporaryFolder(), "reference.fa")
  const lines = (sequence: string) => sequence.replace(/.{1,60}/gu, "$&\n")
  const name = `chrS1:${offset + 1}-${offset + first!.sequence.length}`
  writeFileSync(path, `>${name}\n${lines(first!.sequence)}>chrS2\n${lines(second!.sequence)}`)
  return path
}

const read = async (params: unknown) => {
  const { outputs } = await runStage(stage, params, { reference: reference() })
  const rows = <S extends Table.TableSchema>(port: string, schema: S) => runPromise(Table.read(outputs[port]!, schema))
  return {
    text: ["genes", "variants", "pairs"].map((port) => readFileSync(outputs[port]!, "utf8")).join("\n"),
    genes: await rows("genes", Gene.table),
    variants: await rows("variants", Variant.variants),
    pairs: await rows("pairs", Variant.pairTable)
  }
}

const params = { seed: 11, genes: 40, variants_per_gene: 6, reach: 300 }

describe("synthetic-cohort", () => {
  let cohort: Awaited<ReturnType<typeof read>>
  beforeAll(async () => {
    cohort = await read(params)
  })

  it("makes the genes asked for, on both strands and all pieces, apart from each other", () => {
    assert.strictEqual(cohort.genes.length, 40)
    assert.deepStrictEqual(cohort.genes, [...cohort.genes].sort(Gene.compare))
    const minus = cohort.genes.filter(({ strand }) => strand === "-").length
    // 20 expected, standard deviation 3.2.
    assert.isTrue(minus >= 8 && minus <= 32, `${minus} genes on the minus strand`)
    assert.deepStrictEqual([...new Set(cohort.genes.map(({ chrom }) => chrom))], ["chrS1", "chrS2"])
    for (const [i, gene] of cohort.genes.entries()) {
      const exons = Gene.exons(gene)
      assert.include([2, 3, 4], exons.length)
      for (const { start, end } of exons) assert.isTrue(end - start >= 100 && end - start <= 300)
      assert.deepStrictEqual([gene.start, gene.end], [exons[0]!.start, exons.at(-1)!.end])
      assert.strictEqual(gene.region, "exons")
      const next = cohort.genes[i + 1]
      if (next?.chrom === gene.chrom) assert.isAtLeast(next.start - gene.end, 600)
    }
  })

  it("puts variants on the bases of the sequence, near an exon of their gene", () => {
    assert.strictEqual(cohort.variants.length, 240)
    assert.strictEqual(new Set(cohort.variants.map(({ variant_id }) => variant_id)).size, 240)
    assert.deepStrictEqual(cohort.variants, [...cohort.variants].sort(Variant.compare))
    const genes = new Map(cohort.genes.map((gene) => [gene.gene_id, gene]))
    const perGene = new Map<string, number>()
    for (const [i, { variant_id, gene_id }] of cohort.pairs.entries()) {
      const variant = cohort.variants[i]!
      assert.strictEqual(variant.variant_id, variant_id)
      const held = sequences.get(variant.chrom)!
      assert.strictEqual(held.sequence.charAt(variant.pos - 1 - held.start), variant.ref)
      assert.match(variant.alt, /^[ACGT]$/u)
      assert.notStrictEqual(variant.alt, variant.ref)
      const at = variant.pos - 1
      const distance = Math.min(
        ...Gene.exons(genes.get(gene_id)!).map(({ start, end }) => Math.max(start - at, at - (end - 1), 0))
      )
      assert.isAtMost(distance, 300)
      perGene.set(gene_id, (perGene.get(gene_id) ?? 0) + 1)
    }
    assert.deepStrictEqual(new Set(perGene.values()), new Set([6]))
  })

  it("is made by its seed alone", async () => {
    assert.strictEqual((await read(params)).text, cohort.text)
    assert.notStrictEqual((await read({ ...params, seed: 12 })).text, cohort.text)
  })

  it("says how many genes the sequence holds", async () => {
    const error = await read({ ...params, genes: 1000 }).then(
      () => assert.fail("should fail"),
      (cause: Error & { hint?: string }) => cause
    )
    assert.strictEqual(error.message, "1000 genes do not fit: the sequence has room for 80")
    assert.match(error.hint!, /a gene takes 3000 bp/u)
    const crowded = await read({ ...params, genes: 1, variants_per_gene: 5000 }).then(
      () => assert.fail("should fail"),
      (cause: Error) => cause
    )
    assert.match(crowded.message, /only \d+ of 5000 variants fit near SYNTHETIC_GENE_0001 \(chrS1:5301-\d+\)/u)
  })

  it("is marked synthetic", () => {
    assert.isTrue(stage.synthetic(params))
  })
})
