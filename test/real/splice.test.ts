import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import loadGenes from "../../modules/load-genes/stage.ts"
import fetchReference from "../../modules/fetch-reference/stage.ts"
import scoreVariants from "../../modules/score-variants/stage.ts"
import spliceSites from "../../modules/splice-sites/stage.ts"
import spliceVariants from "../../modules/splice-variants/stage.ts"
import * as Download from "../../src/data/Download.ts"
import * as Table from "../../src/data/Table.ts"
import * as MetricTable from "../../src/metric/MetricTable.ts"
import * as ScoreTable from "../../src/scoring/ScoreTable.ts"
import * as SpliceScoring from "../../src/scoring/SpliceScoring.ts"
import { runtimes } from "../support/runtimes.ts"
import { mirror, runPromise, runStage } from "../support/stage.ts"
import { textFile } from "../support/synthetic.ts"

const acceptedLicences = ["CC-BY-NC-4.0"]
const dataset = (name: string) =>
  runPromise(
    Effect.map(Download.dataset(name), ({ path }) => path),
    { acceptedLicences }
  )
const networks = (count: number) => Promise.all(Array.from({ length: count }, (_, at) => dataset(`spliceai-${at + 1}`)))

const variantFile = (...variants: ReadonlyArray<readonly [string, number, string, string]>) =>
  textFile("variants.tsv", [
    ["variant_id", "chrom", "pos", "ref", "alt"],
    ...variants.map((variant) => [variant.join("_"), ...variant])
  ])

describe.skipIf(mirror === undefined)("SpliceAI (AGFLOW_MIRROR names a folder of public files)", () => {
  // Published with the model: five networks, distance 500, not masked.
  const published = {
    chr10_94077_A_C: "C|TUBB8|0.15|0.27|0.00|0.05|89|-23|-267|193",
    chr10_94555_C_T: "T|TUBB8|0.01|0.18|0.15|0.62|-2|110|-190|0"
  }

  it.each(runtimes)(
    "gives the published delta scores on %s",
    async (device) => {
      const spans = await dataset("transcript-spans-grch37")
      const genes = (await runStage(loadGenes, {}, { annotations: [spans] })).outputs["genes"]!
      const { outputs, notes } = await runStage(
        spliceVariants,
        { distance: 500 },
        {
          weights: await networks(5),
          reference: await dataset("hg19-chr10-110k"),
          variants: variantFile(["chr10", 94_077, "A", "C"], ["chr10", 94_555, "C", "T"], ["chr10", 20_000, "N", "T"]),
          genes
        },
        { device }
      )
      const rows = await runPromise(Table.read(outputs["scores"]!, SpliceScoring.table))
      assert.deepStrictEqual(Object.fromEntries(rows.map((row) => [row.variant_id, row.spliceai])), published)
      assert.deepStrictEqual(await runPromise(Table.read(outputs["unscored"]!, SpliceScoring.unscoredTable)), [
        { variant_id: "chr10_20000_N_T", gene_id: null, reason: "no gene holds the variant" }
      ])
      assert.strictEqual(notes.filter(({ kind }) => kind === "model").length, 5)
    },
    180_000
  )

  it("finds the splice sites of four genes of chromosome 22 with one network", async () => {
    const genes = await runStage(loadGenes, {}, { annotations: [await dataset("mane-chr22")] })
    const reference = await runStage(
      fetchReference,
      { genome: "local", regions: ["chr22:32000001-32300000"] },
      { pieces: [await dataset("hg38-chr22-300k")] }
    )
    const { outputs } = await runStage(
      spliceSites,
      { replicates: 0 },
      { weights: await networks(1), reference: reference.outputs["fasta"]!, genes: genes.outputs["genes"]! }
    )
    const metrics = await runPromise(Table.read(outputs["metrics"]!, MetricTable.table))
    // As an independent implementation gave them for SLC5A1, C22orf42, RFPL2 and SLC5A4.
    assert.deepStrictEqual(
      metrics.map(({ subset, metric, value, n }) => [subset, metric, Number(value!.toFixed(3)), n]),
      [
        ["acceptor", "top_k", 0.925, 40],
        ["acceptor", "average_precision", 0.966, 40],
        ["donor", "top_k", 0.875, 40],
        ["donor", "average_precision", 0.961, 40]
      ]
    )
  }, 180_000)

  it("scores a variant of BRCA1 alike as delta scores and through score-variants", async () => {
    const reference = await runStage(
      fetchReference,
      { genome: "local", regions: ["chr17:41196313-41277500"] },
      { pieces: [await dataset("brca1-reference-hg19")] }
    )
    // Three bases before an exon on the minus strand.
    const [id, pos] = ["chr17_41215971_G_T", 41_215_971]
    const inputs = {
      weights: await networks(1),
      reference: reference.outputs["fasta"]!,
      variants: variantFile(["chr17", pos, "G", "T"]),
      genes: textFile("genes.tsv", [
        ["gene_id", "gene_name", "chrom", "start", "end", "strand", "region", "exons"],
        ["ENSG00000012048", "BRCA1", "chr17", 41_196_311, 41_277_500, "-", "span", "41196311-41277500"]
      ])
    }
    const { outputs: deltas } = await runStage(spliceVariants, { distance: 2000 }, inputs)
    const [delta] = await runPromise(Table.read(deltas["scores"]!, SpliceScoring.table))
    const start = pos - 1 - 7000
    const { outputs: scored } = await runStage(
      scoreVariants,
      { model: "spliceai", scorers: ["gene_splicing"] },
      {
        ...inputs,
        windows: textFile("windows.tsv", [
          ["window_id", "chrom", "start", "end", "strand", "variant_id", "gene_id"],
          ["w", "chr17", start, start + 14_001, "-", id, "ENSG00000012048"]
        ])
      }
    )
    const scores = await runPromise(Table.read(scored["scores"]!, ScoreTable.table))
    const largest = (track: string) => scores.find(({ track_name }) => track_name === track)!.score
    assert.isAbove(delta!.ds_al, 0.3)
    assert.closeTo(largest("acceptor"), Math.max(delta!.ds_ag, delta!.ds_al), 1e-5)
    assert.closeTo(largest("donor"), Math.max(delta!.ds_dg, delta!.ds_dl), 1e-5)
  }, 180_000)
})
