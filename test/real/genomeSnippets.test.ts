import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, assert, describe, it } from "vitest"
import buildWindows from "../../modules/build-windows/stage.ts"
import fetchReference from "../../modules/fetch-reference/stage.ts"
import loadGenes from "../../modules/load-genes/stage.ts"
import loadVariants from "../../modules/load-variants/stage.ts"
import * as Digest from "../../src/core/Digest.ts"
import * as Annotation from "../../src/genome/Annotation.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as Interval from "../../src/genome/Interval.ts"
import { file, rowsOf } from "../support/genome.ts"
import { mirror, runStage } from "../support/stage.ts"

const github = join(mirror ?? "", "raw.githubusercontent.com")
const files = {
  signals: `${github}/eQTL-Catalogue/eQTL-Catalogue-resources/f59d2bbbd072048172180434cf49680326dfbf72/manuscript/figures/novel_coloc_plots/eqtlCat_all_sign_colocs.tsv.gz`,
  mane: `${github}/Kuanhao-Chao/OpenSpliceAI/394109aad9d7a60c5139d3262b1e8ced2bd81209/examples/data/human/MANE.GRCh38.v1.3.refseq_genomic_10_sample.gff`,
  mane22: `${github}/Kuanhao-Chao/OpenSpliceAI/394109aad9d7a60c5139d3262b1e8ced2bd81209/examples/data/chr22.gff`,
  ensembl: `${github}/GoekeLab/bambu/42dbb3908f588a571093c9122c66326b3ef16a4d/inst/extdata/Homo_sapiens.GRCh38.91_chr9_1_1000000.gtf`,
  spans: `${github}/Illumina/SpliceAI/27c7653a48caa2bf848b49def5d15ac93bdcf0b7/spliceai/annotations/grch38.txt`
}

/** Ensembl ids of the genes near the signals, by the symbols that MANE and the span table use. */
const ids = {
  PLEKHN1: "ENSG00000187583",
  HES4: "ENSG00000188290",
  PSMC3IP: "ENSG00000131470",
  TUBG2: "ENSG00000037042",
  DHX8: "ENSG00000067596",
  COASY: "ENSG00000068120",
  NAGLU: "ENSG00000108784",
  HSD17B1: "ENSG00000108786",
  MLX: "ENSG00000108788",
  CNTNAP1: "ENSG00000108797",
  BECN1: "ENSG00000126581",
  FAM134C: "ENSG00000141699",
  NT5C3B: "ENSG00000141698",
  PTRF: "ENSG00000177469"
}

describe.skipIf(mirror === undefined)("hg38 snippets (needs AGFLOW_MIRROR, a folder with the public files)", () => {
  let reference: string
  let loaded: Readonly<Record<string, string>>

  beforeAll(async () => {
    const fetched = await runStage(fetchReference, { genome: "hg38-snippets" })
    reference = fetched.outputs["fasta"]!
    assert.strictEqual(fetched.notes.filter(({ kind }) => kind === "dataset").length, 3)
    const columns = {
      variant: "variant",
      gene: "molecular_trait_id",
      gwas_id: "gwas_id",
      dataset: "qtl_subset",
      pp_h4: "PP.H4.abf",
      nsnps: "nsnps"
    }
    loaded = (await runStage(loadVariants, { columns }, { variants: files.signals, reference })).outputs
  })

  const fetch = (region: string) =>
    Fasta.open(reference).pipe(
      Effect.flatMap((fasta) => fasta.fetch(Interval.parse(region)!)),
      Effect.scoped,
      Effect.runPromise
    )

  it("holds the three pieces", () => {
    assert.strictEqual(
      readFileSync(`${reference}.fai`, "utf8"),
      "chr1:1-1000000\t1000000\t16\t60\t61\nchr9:1-1000000\t1000000\t1016699\t60\t61\nchr17:42425000-43600000\t1175001\t2033391\t60\t61\n"
    )
  })

  it("gives the bases that samtools faidx gives of the source files", async () => {
    for (const [region, sha256] of [
      ["chr1:500001-631072", "d45bbf9fbae4003601711d20710b07b27fa36d387c2f88f042436c0de3d1bbd4"],
      ["chr9:200001-331072", "47f5445e6062d91ae66811330260f870a5bbe4a5074512f1b777456c7df9f799"],
      ["chr17:42500000-42631071", "050fac8ebbee35b14a41da53c282cf81c08ebfca396a4e45ba51f11f510dd53b"]
    ] as const) {
      const { sequence, padded } = await fetch(region)
      assert.strictEqual(padded, 0)
      assert.strictEqual(String(Digest.ofBytes(sequence)), sha256, region)
    }
    assert.deepStrictEqual(await fetch("chr1:9996-10010"), { sequence: "NNNNNTAACCCTAAC", padded: 0 })
    assert.deepStrictEqual(await fetch("chr1:999991-1000003"), { sequence: "CCCGTGCCGGNNN", padded: 3 })
    assert.deepStrictEqual(await fetch("chr9:999991-1000002"), { sequence: "AGTTGCCTTANN", padded: 2 })
    assert.deepStrictEqual(await fetch("chr17:42424998-42425009"), { sequence: "NNATTTGACAGA", padded: 2 })
    assert.deepStrictEqual(await fetch("chr17:43599991-43600001"), { sequence: "AGAAAGGCAGN", padded: 1 })
  })

  it("holds 64 signals of 34 variant-gene pairs, and all their reference alleles", () => {
    const signals = rowsOf(loaded["signals"])
    const on = (chrom: string) => signals.filter(({ variant_id }) => variant_id!.startsWith(`${chrom}_`)).length
    assert.deepStrictEqual([signals.length, on("chr17"), on("chr9"), on("chr1")], [64, 41, 13, 10])
    assert.strictEqual(rowsOf(loaded["pairs"]).length, 34)
    assert.strictEqual(rowsOf(loaded["variants"]).length, 34)
    assert.strictEqual(new Set(signals.map(({ signal_id }) => signal_id)).size, 64)
    const dropped = rowsOf(loaded["dropped"])
    assert.strictEqual(dropped.length + signals.length, 54_362)
    const symbolic = dropped.filter(({ reason }) => !reason!.startsWith("outside the reference"))
    assert.deepStrictEqual([...new Set(symbolic.map(({ variant }) => variant!.split("_")[3]))].sort(), [
      "<CN0>",
      "<CN2>",
      "<CN4>",
      "<INS:ME:LINE1>"
    ])
    assert.strictEqual(symbolic.length, 64)
    const [first] = signals
    assert.deepStrictEqual(
      [first!["gwas_id"], first!["dataset"], first!["variant_id"], first!["gene_id"], first!["pp_h4"], first!["nsnps"]],
      ["BMI-ukb-a-248", "BLUEPRINT_PE.T-cell_ge", "chr17_42579579_T_A", "ENSG00000108788", "0.838988486983173", "636"]
    )
  })

  it("places 31 of the 34 pairs for a model of 131,072 bp that predicts the central 65,536", async () => {
    const idTable = file(
      "ids.tsv",
      `gene_id\tgene_name\n${Object.entries(ids)
        .map(([symbol, id]) => `${id}\t${symbol}\n`)
        .join("")}`
    )
    const annotations = [files.mane, files.ensembl, files.spans]
    const pairs = loaded["pairs"]!
    const genes = (await runStage(loadGenes, {}, { annotations, ids: idTable, pairs })).outputs["genes"]!
    assert.strictEqual(rowsOf(genes).length, 15)
    assert.deepStrictEqual(
      rowsOf(genes)
        .filter(({ region }) => region === "exons")
        .map(({ gene_name }) => gene_name),
      ["DOCK8"]
    )
    const params = { mode: "pairs", width: 131_072, output_width: 65_536 }
    const { outputs } = await runStage(buildWindows, params, { reference, pairs, genes })
    const windows = rowsOf(outputs["windows"])
    assert.strictEqual(windows.length, 31)
    const byId = new Map(rowsOf(genes).map((gene) => [gene["gene_id"], gene]))
    const inPart: Array<string> = []
    for (const { variant_id, gene_id, start, end } of windows) {
      const pos = Number(variant_id!.split("_")[1])
      assert.strictEqual(Number(end) - Number(start), 131_072)
      assert.isTrue(Number(start) < pos && pos <= Number(end), variant_id)
      const gene = byId.get(gene_id)!
      const [from, to] = [Number(start) + 32_768, Number(end) - 32_768]
      const bodyEnd = gene["chrom"] === "chr1" ? Math.min(1_000_000, Number(gene["end"])) : Number(gene["end"])
      if (from > Number(gene["start"]) || bodyEnd > to) inPart.push(`${variant_id} ${gene["gene_name"]}`)
    }
    // DOCK8 is wider than the predicted part; the others reach beyond it, since the variant is 78 to 94 kb away.
    assert.deepStrictEqual(inPart, [
      "chr9_191587_T_C DOCK8",
      "chr9_214864_C_T DOCK8",
      "chr9_276186_C_T DOCK8",
      "chr9_319298_A_G DOCK8",
      "chr9_370199_A_G DOCK8",
      "chr9_379353_A_G DOCK8",
      "chr17_42446111_G_A NAGLU",
      "chr17_42455287_A_T HSD17B1",
      "chr17_43405469_C_T DHX8"
    ])
    assert.deepStrictEqual(rowsOf(outputs["unscored"]), [
      {
        variant_id: "chr17_42452800_C_T",
        gene_id: "ENSG00000037042",
        reason:
          "variant and gene are 206,504 bp apart; the window holds 131,072, of which the model predicts the central 65,536"
      },
      {
        variant_id: "chr17_42509919_TG_T",
        gene_id: "ENSG00000177469",
        reason: "the gene body lies outside the reference (it has chr17:42425000-43600000)"
      },
      {
        variant_id: "chr17_42739496_C_G",
        gene_id: "ENSG00000141698",
        reason: "the gene body lies outside the reference (it has chr17:42425000-43600000)"
      }
    ])
  })

  const read = (path: string) => Effect.runPromise(Annotation.read(path))
  const exonBases = (genes: ReadonlyArray<Gene.Gene>): number =>
    genes.flatMap(Gene.exons).reduce((sum, exon) => sum + Interval.width(exon), 0)

  it("reads Ensembl GTF: 23 genes, 67,961 exon bases", async () => {
    const genes = await read(files.ensembl)
    assert.deepStrictEqual([genes.length, exonBases(genes)], [23, 67_961])
    const dock8 = genes.filter(({ gene_name }) => gene_name === "DOCK8")
    assert.deepStrictEqual([dock8[0]!.gene_id, dock8[0]!.start, dock8[0]!.end], ["ENSG00000107099", 214_853, 465_259])
    assert.deepStrictEqual([Gene.exons(dock8[0]!).length, exonBases(dock8)], [57, 13_784])
  })

  it("reads MANE GFF3: 1,450,218 exon bases of chr22, and a sample without exons", async () => {
    const chr22 = await read(files.mane22)
    assert.deepStrictEqual([chr22.length, exonBases(chr22)], [423, 1_450_218])
    assert.isTrue(chr22.every(({ region }) => region === "exons"))
    const sample = await read(files.mane)
    assert.deepStrictEqual([sample.length, sample.every(({ region }) => region === "span")], [240, true])
  })

  it("reads the span table, whose starts are 0-based: the same bodies as Ensembl's", async () => {
    const genes = new Map((await read(files.spans)).map((gene) => [gene.gene_name, gene]))
    assert.strictEqual(genes.size, 19_581)
    const ensembl = new Map((await read(files.ensembl)).map((gene) => [gene.gene_name, gene]))
    for (const symbol of ["FOXD4", "DMRT1"]) {
      assert.strictEqual(genes.get(symbol)!.start, ensembl.get(symbol)!.start, symbol)
      assert.strictEqual(genes.get(symbol)!.end, ensembl.get(symbol)!.end, symbol)
    }
  })
})
