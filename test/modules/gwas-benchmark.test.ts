import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import gwasBenchmark from "../../modules/gwas-benchmark/stage.ts"
import { runStage, temporaryFolder } from "../support/stage.ts"

const file = (name: string, lines: ReadonlyArray<string>): string => {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, `${lines.map((line) => line.trim().replace(/ +/gu, "\t")).join("\n")}\n`)
  return path
}

const signals = file("signals.tsv", [
  "signal_id gwas_id dataset variant_id gene_id pp_h4 nsnps eqtl_beta gwas_beta",
  "s1 gwas liver chr1_10_A_G g1 0.97 NA 0.5 NA",
  "s2 gwas liver chr1_20_A_G g1 0.60 NA -0.4 NA",
  "s3 gwas liver chr1_30_A_G g2 0.99 NA 0.2 NA"
])

const scores = file("scores.tsv", [
  "variant_id gene_id window_id track track_name group scorer region coverage ref alt score",
  "chr1_10_A_G g1 w 0 RNA_1 RNA gene_lfc exons 1 1 1.5 0.4",
  "chr1_20_A_G g1 w 0 RNA_1 RNA gene_lfc exons 0.25 1 0.9 -0.1",
  "chr1_99_A_G g1 w 0 RNA_1 RNA gene_lfc exons 1 1 0.8 -0.2"
])

const unscored = file("unscored.tsv", ["variant_id gene_id reason", "chr1_30_A_G g2 outside"])

const read = (path: string | undefined): string => readFileSync(path!, "utf8")

describe("gwas-benchmark", () => {
  it("writes signals, strata, metrics and figures", async () => {
    const params = { expect: { "all/coverage_model": [0.6, 0.7], "all/pearson": [2, 3] } }
    const { outputs } = await runStage(
      gwasBenchmark,
      params,
      { signals, scores, unscored: [unscored] },
      {},
      undefined,
      {
        synthetic: true
      }
    )
    const rows = read(outputs["signals"])
      .trim()
      .split("\n")
      .map((line) => line.split("\t"))
    const column = (name: string) => rows.slice(1).map((row) => row[rows[0]!.indexOf(name)])
    assert.deepStrictEqual(column("class"), ["both", "model only", "not scored"])
    assert.deepStrictEqual(column("rank"), ["1", "3", "NA"])
    assert.deepStrictEqual(column("rank_in_gene"), ["1", "3", "NA"])
    assert.deepStrictEqual(column("ranked_of"), ["3", "3", "NA"])
    assert.deepStrictEqual(column("gene_coverage"), ["1", "0.25", "NA"])
    assert.strictEqual(rows[0]!.slice(0, 7).join(" "), "gwas_id dataset variant_id gene_id gene_name pp_h4 score")
    assert.deepStrictEqual(column("agrees"), ["true", "true", "NA"])
    assert.deepStrictEqual(column("reason"), ["NA", "NA", "outside"])
    const metrics = read(outputs["metrics"])
    assert.match(metrics, /all\tcoverage_model\t0\.6666666666666666\t0\.20\d+\t0\.93\d+\t3\t0\.6\t0\.7\tinside\tNA/u)
    assert.match(metrics, /all\tpearson\t1\t.*\t2\t2\t3\toutside/u)
    assert.match(
      metrics,
      /all\tthreshold\t0\.1\tNA\tNA\t2\t.*calibrated on these signals for a sign accuracy of 0\.8; 2 of 2/u
    )
    assert.match(read(outputs["strata"]), /^all\t3\t2\t2\t1\t/mu)
    for (const figure of ["coverage", "direction"]) assert.match(read(outputs[figure]), />SYNTHETIC</u)
    const again = await runStage(gwasBenchmark, params, { signals, scores, unscored: [unscored] }, {}, undefined, {
      synthetic: true
    })
    assert.deepStrictEqual(new Set(column("synthetic")), new Set(["true"]))
    for (const [port, path] of Object.entries(outputs)) assert.strictEqual(read(again.outputs[port]), read(path), port)
  })

  it("fails on what is not expected when strict, and on expectations that no metric has", async () => {
    const fails = (params: unknown) =>
      runStage(gwasBenchmark, params, { signals, scores }).then(
        () => assert.fail("should fail"),
        (error: Error) => error.message
      )
    assert.match(
      await fails({ strict: true, expect: { "all/pearson": [2, 3] } }),
      /all\/pearson is 1, expected 2 to 3/u
    )
    assert.match(await fails({ expect: { "all/pearsn": [0, 1] } }), /no metric is named 'all\/pearsn'/u)
    assert.match(await fails({ aggregate: "median" }), /aggregate/u)
    assert.match(await fails({ pp_h4_threshold: 2 }), /pp_h4_threshold/u)
    assert.match(await fails({ model_threshold: -1 }), /model_threshold/u)
  })

  it("refuses a probability that is none", async () => {
    for (const [wrong, line] of [
      ["95", 2],
      ["-1", 3]
    ] as const) {
      const rows = ["s1 gwas liver chr1_10_A_G g1 0.97 NA 0.5 NA", "s2 gwas liver chr1_20_A_G g1 0.60 NA -0.4 NA"]
      rows[line - 2] = rows[line - 2]!.replace(/0\.\d+ NA/u, `${wrong} NA`)
      const table = file("signals.tsv", [
        "signal_id gwas_id dataset variant_id gene_id pp_h4 nsnps eqtl_beta gwas_beta",
        ...rows
      ])
      const error = await runStage(gwasBenchmark, { replicates: 0 }, { signals: table, scores, unscored }).then(
        () => assert.fail("should fail"),
        (error: Error & { readonly line?: number }) => error
      )
      assert.match(error.message, new RegExp(`'${wrong}' is not between 0 and 1`, "u"))
      assert.strictEqual(error.line, line)
    }
  })
})
