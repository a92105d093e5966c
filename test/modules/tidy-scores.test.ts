import type { Dataset } from "h5wasm"
import { readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"
import combineSplicing from "../../modules/combine-splicing/stage.ts"
import exportAnndata from "../../modules/export-anndata/stage.ts"
import tidyScores from "../../modules/tidy-scores/stage.ts"
import { rejection, rowsOf } from "../support/genome.ts"
import { runStage } from "../support/stage.ts"
import { textFile } from "../support/synthetic.ts"

const table = (name: string, header: string, ...rows: ReadonlyArray<string>) =>
  textFile(
    name,
    [header, ...rows].map((row) => row.split(" "))
  )

const windows = table("windows.tsv", "window_id chrom start end strand", "w chr1 0 2048 +")
const tracks = table(
  "tracks.tsv",
  "output track name group strand description biosample_name",
  "RNA_SEQ 0 t+ RNA_SEQ + total liver",
  "RNA_SEQ 1 t- RNA_SEQ - total liver",
  "RNA_SEQ 2 t. RNA_SEQ . poly_A lung",
  "ATAC 0 a ATAC . open NA"
)
const genes = table(
  "genes.tsv",
  "gene_id gene_name chrom start end strand region exons gene_type",
  "ENSG1 G1 chr1 100 900 + exons 100-180,700-900 protein_coding",
  "ENSG2 G2 chr1 500 2200 - exons 500-650 lncRNA"
)
// As score-variants gives them: gene by gene, without the tracks of the other strand.
const lfc = (gene: string, track: number, name: string, score: number) =>
  `chr1_600_A_C ${gene} w ${track} ${name} RNA_SEQ gene_lfc exons 1 1 2 ${score} RNA_SEQ NA NA ${score / 10}`
const scores = table(
  "scores.tsv",
  "variant_id gene_id window_id track track_name group scorer region coverage ref alt score output junction_start junction_end quantile",
  lfc("ENSG1", 0, "t+", 1),
  lfc("ENSG1", 2, "t.", 3),
  lfc("ENSG2", 1, "t-", 4),
  lfc("ENSG2", 2, "t.", 5),
  "chr1_600_A_C NA w 0 a ATAC centre_mask_active_sum NA NA 1 2 0.5 ATAC NA NA NA"
)

const tidy = async () => (await runStage(tidyScores, {}, { scores, windows, tracks, genes })).outputs["tidy"]!

describe("tidy-scores", () => {
  it("says of synthetic scores that they are, in a column more, and a matrix made of it elsewhere does, too", async () => {
    const inputs = { scores, windows, tracks, genes }
    const drawn = await runStage(tidyScores, {}, inputs, {}, undefined, { synthetic: true })
    const rows = rowsOf(drawn.outputs["tidy"])
    assert.deepStrictEqual([...new Set(rows.map((row) => row["synthetic"]))], ["true"])
    const plain = rowsOf(await tidy())
    assert.deepStrictEqual(
      rows,
      plain.map((row) => ({ ...row, synthetic: "true" }))
    )
    const params = { scorer: "GeneMaskLFCScorer(requested_output=RNA_SEQ)" }
    const matrixOf = async (path: string) =>
      readFileSync((await runStage(exportAnndata, params, { tidy: path })).outputs["anndata"]!).includes("SYNTHETIC")
    assert.isTrue(await matrixOf(drawn.outputs["tidy"]!))
    assert.isFalse(await matrixOf(await tidy()))
  })

  it("writes the rows and columns of the official client, tracks first", async () => {
    const rows = rowsOf(await tidy())
    // alphagenome 0.10.0 gives these columns, and transcription_factor and histone_mark where an assay has them.
    assert.deepStrictEqual(
      Object.keys(rows[0]!).join(" "),
      [
        "variant_id scored_interval gene_id gene_name gene_type gene_strand junction_Start junction_End output_type",
        "variant_scorer track_name track_strand Assay title ontology_curie biosample_name biosample_type",
        "biosample_life_stage gtex_tissue transcription_factor histone_mark data_source endedness genetically_modified",
        "raw_score quantile_score"
      ].join(" ")
    )
    assert.deepStrictEqual(
      rows.map((row) => [row["gene_id"], row["track_name"], row["raw_score"], row["quantile_score"]].join(" ")),
      ["ENSG1 t+ 1 0.1", "ENSG2 t- 4 0.4", "ENSG1 t. 3 0.3", "ENSG2 t. 5 0.5", "NA a 0.5 NA"]
    )
    const [first] = rows
    assert.strictEqual(first!["variant_id"], "chr1:600:A>C")
    assert.strictEqual(first!["scored_interval"], "chr1:0-2048:.")
    assert.strictEqual(first!["gene_type"], "protein_coding")
    assert.strictEqual(first!["variant_scorer"], "GeneMaskLFCScorer(requested_output=RNA_SEQ)")
    assert.strictEqual(first!["biosample_name"], "liver")
    assert.strictEqual(
      rows[4]!["variant_scorer"],
      "CenterMaskScorer(requested_output=ATAC, width=501, aggregation_type=ACTIVE_SUM)"
    )
  })
})

describe("export-anndata", () => {
  it("writes one scorer as a matrix of genes by tracks", async () => {
    const scorer = "GeneMaskLFCScorer(requested_output=RNA_SEQ)"
    const { outputs } = await runStage(exportAnndata, { scorer }, { tidy: await tidy() })
    assert.match(outputs["anndata"]!, /\.h5ad$/u)
    const h5wasm = await import("h5wasm")
    const { FS } = await h5wasm.ready
    FS.writeFile("exported.h5ad", readFileSync(outputs["anndata"]!))
    const file = new h5wasm.File("exported.h5ad", "r")
    const value = (name: string) => (file.get(name) as Dataset).value
    const none = Number.NaN
    assert.deepStrictEqual((file.get("X") as Dataset).shape, [2, 3])
    assert.deepStrictEqual(value("obs/gene_id"), ["ENSG1", "ENSG2"])
    assert.deepStrictEqual(value("var/name"), ["t+", "t-", "t."])
    assert.deepStrictEqual(value("X"), Float32Array.of(1, none, 3, none, 4, 5))
    assert.deepStrictEqual(value("layers/quantiles"), Float32Array.of(0.1, none, 0.3, none, 0.4, 0.5))
    assert.strictEqual(value("uns/variant_scorer"), scorer)
    file.close()
  })

  it("asks which of several scorers", async () => {
    const error = await rejection(runStage(exportAnndata, {}, { tidy: await tidy() }))
    assert.match(error.message, /the scores are of several scorers; there are: GeneMaskLFCScorer/u)
  })
})

describe("combine-splicing", () => {
  it("gives one score a variant, of those that have one", async () => {
    const row = (scorer: string, output: string, score: number) =>
      `chr1_600_A_C ENSG1 w 0 t ${output} ${scorer} body 1 NA NA ${score} ${output} NA NA NA`
    const table = textFile("splicing.tsv", [
      (
        "variant_id gene_id window_id track track_name group scorer region coverage ref alt score output " +
        "junction_start junction_end quantile"
      ).split(" "),
      ...[
        row("gene_splicing", "SPLICE_SITES", 0.5),
        row("gene_splicing", "SPLICE_SITES", 0.25),
        row("gene_splicing", "SPLICE_SITE_USAGE", 0.125),
        row("splice_junctions", "SPLICE_JUNCTIONS", 2.5),
        row("gene_lfc", "RNA_SEQ", 9).replace("chr1_600_A_C", "chr1_700_A_C")
      ].map((each) => each.split(" "))
    ])
    const { outputs } = await runStage(combineSplicing, {}, { scores: table })
    assert.deepStrictEqual(rowsOf(outputs["combined"]), [{ variant_id: "chr1_600_A_C", score: "1.125" }])
  })
})
