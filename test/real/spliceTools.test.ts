// CI-SpliceAI's comparison of seven tools: the figures as published, by both areas and both readings of missing scores.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, beforeAll, describe, it } from "vitest"
import evaluationScores from "../../modules/evaluation-scores/stage.ts"
import variantBenchmark from "../../modules/variant-benchmark/stage.ts"
import * as Table from "../../src/data/Table.ts"
import * as BenchmarkTables from "../../src/evaluation/BenchmarkTables.ts"
import { mirror, runPromise, runStage } from "../support/stage.ts"

const folder = "raw.githubusercontent.com/YStrauch/CI-SpliceAI__Comparison/55d966b7ac180b7ef8a30cef6208702f2901218b"
const predictions = join(mirror ?? "", folder, "predictions/joined/predictions.csv")
const published = join(mirror ?? "", folder, "analysis/predictions/prauc-threshold-accuracy.csv")

/** Average precision as scikit-learn gives it, missing scores as 0; computed independently. */
const averagePrecision: Readonly<Record<string, number>> = {
  "CI-SpliceAI": 0.97,
  SpliceAI: 0.9603,
  "MMSplice (Pathogenicity)": 0.9414,
  "MMSplice (Splicing Efficiency)": 0.9304,
  "MES (VEP)": 0.9068,
  SQUIRLS: 0.9133,
  "MES (Sliding)": 0.5576
}
const tools = Object.keys(averagePrecision)

describe.skipIf(mirror === undefined)("seven splicing tools (AGFLOW_MIRROR names a folder of public files)", () => {
  let scores: ReadonlyArray<string>
  beforeAll(async () => {
    const evaluated = await Promise.all(
      tools.map((prediction) =>
        runStage(
          evaluationScores,
          {
            evaluation: "cispliceai_splice_variants",
            columns: { key: ["ID"], target: "SpliceAffecting", prediction }
          },
          { scores: predictions }
        )
      )
    )
    scores = evaluated.map(({ outputs }) => outputs["scores"]!)
  }, 60_000)

  const measure = async (params: object) => {
    const lineage = tools.map((stage) => ({
      stage,
      uses: "evaluation-scores",
      file: null,
      datasets: [],
      models: [],
      synthetic: false
    }))
    const { outputs } = await runStage(variantBenchmark, params, { scores } as never, {}, undefined, {
      lineage: { scores: lineage }
    })
    const results = await runPromise(Table.read(outputs["results"]!, BenchmarkTables.resultTable))
    const differences = await runPromise(Table.read(outputs["differences"]!, BenchmarkTables.differenceTable))
    return {
      differences,
      results,
      of: (metric: string, tool: string) => results.find((row) => row.metric === metric && row.label === tool)!
    }
  }

  it("have the published areas to four digits, and others by average precision", async () => {
    const { results, of } = await measure({ metrics: ["auc_pr", "auroc", "average_precision"], replicates: 0 })
    assert.lengthOf(results, 21)
    const [header, ...lines] = readFileSync(published, "utf8").trim().split("\n")
    assert.match(header!, /^Algorithm,Coverage,AUC-PR,AUC-ROC/u)
    assert.lengthOf(lines, 7)
    for (const [tool, , pr, roc] of lines.map((line) => line.split(","))) {
      for (const [metric, text] of [
        ["auc_pr", pr],
        ["auroc", roc]
      ] as const) {
        const { value, n, positives, reported } = of(metric, tool!)
        const percent = Number(text!.replace("%", ""))
        assert.strictEqual((100 * value!).toFixed(2), percent.toFixed(2), `${tool} ${metric}`)
        assert.deepStrictEqual([n, positives], [1316, 682])
        assert.include(reported, `${(percent / 100).toFixed(4).replace(/0+$/u, "")} (${tool}, `)
      }
      assert.strictEqual(of("average_precision", tool!).value!.toFixed(4), averagePrecision[tool!]!.toFixed(4))
    }
  }, 120_000)

  it("change their order when variants without a score are left out", async () => {
    const { of, results } = await measure({ metrics: ["average_precision"], missing: "leave_out", replicates: 0 })
    const [spliceAi, vep] = [of("average_precision", "SpliceAI"), of("average_precision", "MES (VEP)")]
    assert.deepStrictEqual([spliceAi.value!.toFixed(4), spliceAi.n], ["0.9642", 1306])
    assert.deepStrictEqual([vep.value!.toFixed(4), vep.n], ["0.9705", 763])
    const best = [...results].sort((a, b) => b.value! - a.value!).map(({ label }) => label)
    assert.deepStrictEqual(best.slice(0, 3), ["MES (VEP)", "CI-SpliceAI", "SpliceAI"])
  }, 120_000)

  it("are told apart by their difference on the same variants, and its interval", async () => {
    const { differences } = await measure({ metrics: ["auc_pr"], replicates: 300 })
    assert.lengthOf(differences, 21)
    const between = (label: string, other: string) =>
      differences.find((row) => row.label === label && row.other === other)!
    const best = between("CI-SpliceAI", "SpliceAI")
    assert.closeTo(best.difference!, 0.9725214 - 0.9620848, 1e-6)
    assert.isTrue(best.low! > 0 && best.high! < 0.03)
    assert.strictEqual(best.verdict, "better")
    assert.strictEqual(between("MES (VEP)", "SQUIRLS").verdict, "no difference shown")
    assert.isTrue(differences.every(({ n }) => n === 1316))
  }, 120_000)
})
