import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import evaluationScores from "../../modules/evaluation-scores/stage.ts"
import variantBenchmark from "../../modules/variant-benchmark/stage.ts"
import * as Table from "../../src/data/Table.ts"
import * as BenchmarkTables from "../../src/evaluation/BenchmarkTables.ts"
import { mirror, runPromise, runStage, temporaryFolder } from "../support/stage.ts"

const file =
  "raw.githubusercontent.com/EngreitzLab/CRISPR_comparison/e34b78d489aa8535ae49384abd1fc64ced8ffe3c/resources/crispr_data/EPCrisprBenchmark_combined_data.training_K562.GRCh38.tsv.gz"

describe.skipIf(mirror === undefined)("CRISPRi pairs (AGFLOW_MIRROR names a folder of public files)", () => {
  it("ranked by distance give the paper's baseline, in all and by distance", async () => {
    const folder = temporaryFolder()
    const [header, ...lines] = gunzipSync(readFileSync(join(mirror!, file)))
      .toString()
      .trimEnd()
      .split("\n")
    const columns = header!.split("\t")
    const cells = lines.map((line) => line.split("\t"))
    const at = (name: string) => columns.indexOf(name)
    const scores = join(folder, "scores.tsv")
    const rows = cells.map((row) => {
      const distance = row[at("distanceToTSS")]!
      return [row[at("name")], row[at("Regulated")]!.toLowerCase(), distance, -Number(distance)].join("\t")
    })
    writeFileSync(scores, `${["name", "regulated", "away", "near"].join("\t")}\n${rows.join("\n")}\n`)
    const evaluated = await runStage(
      evaluationScores,
      {
        evaluation: "enhancer_gene_linking_e2g",
        columns: { key: ["name"], target: "regulated", prediction: "near", distance: "away" }
      },
      { scores }
    )
    const { outputs } = await runStage(variantBenchmark, { distances: [10_000, 100_000], replicates: 0 }, {
      scores: [evaluated.outputs["scores"]!]
    } as never)
    const [result] = await runPromise(Table.read(outputs["results"]!, BenchmarkTables.resultTable))
    // The paper's Fig. 4j has 0.43 for 1 / distance, and 0.70, 0.29 and 0.03 by distance.
    assert.closeTo(result!.value!, 0.438, 0.0005)
    assert.deepStrictEqual([result!.n, result!.positives], [10_356, 471])
    const bins = await runPromise(Table.read(outputs["distances"]!, BenchmarkTables.distanceTable))
    assert.deepStrictEqual(
      bins.map(({ value }) => Number(value!.toFixed(3))),
      [0.716, 0.28, 0.026]
    )
    assert.deepStrictEqual(
      bins.map(({ n }) => n),
      [223, 1597, 8536]
    )
  })
})
