// Reference values: scipy 1.17.1 and scikit-learn 1.9.1, on the same generated rows.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import stage from "../../modules/evaluate-variants/stage.ts"
import * as Table from "../../src/data/Table.ts"
import * as VariantJoin from "../../src/evaluation/VariantJoin.ts"
import * as MetricTable from "../../src/metric/MetricTable.ts"
import { runPromise, runStage, temporaryFolder } from "../support/stage.ts"

/** Park and Miller's minimal standard generator. */
const uniform = (seed: number, count: number): Array<number> => {
  let state = seed
  return Array.from({ length: count }, () => (state = (state * 16807) % 2147483647) / 2147483647)
}

const file = (rows: ReadonlyArray<ReadonlyArray<string | number>>) => {
  const path = join(temporaryFolder(), "table.tsv")
  writeFileSync(path, rows.map((row) => `${row.join("\t")}\n`).join(""))
  return path
}

const [u, v, w] = [uniform(11, 300), uniform(12, 300), uniform(13, 300)]
const score = u.map((x, i) => Math.round((x + 0.5 * v[i]! - 0.7) * 100) / 100)
const effect = u.map((x, i) => Math.round((x - 0.5 + 0.3 * w[i]!) * 1000) / 1000)
const tissue = w.map((x) => ["liver", "lung", "brain"][Math.floor(x * 3)]!)
const predictions = file([["variant_id", "score"], ...score.map((x, i) => [`v${i}`, x])])
const labels = file([
  ["variant_id", "label", "effect", "tissue"],
  // Another order than the predictions'.
  ...score.map((_, i) => [`v${i}`, u[i]! > 0.6 ? "true" : "false", effect[i]!, tissue[i]!]).toReversed()
])

const measure = async (params: object, inputs: Record<string, string> = { predictions, labels }) => {
  const { outputs } = await runStage(stage, { replicates: 0, ...params }, inputs)
  return {
    metrics: await runPromise(Table.read(outputs["metrics"]!, MetricTable.table)),
    unmatched: await runPromise(Table.read(outputs["unmatched"]!, VariantJoin.unmatchedTable)),
    bytes: readFileSync(outputs["metrics"]!, "utf8")
  }
}

const failure = (params: object, inputs?: Record<string, string>) =>
  measure(params, inputs).then(
    () => assert.fail("should fail"),
    (error: Error & { line?: number; hint?: string }) => error
  )

const closeTo = (metrics: ReadonlyArray<MetricTable.Metric>, expected: { readonly [key: string]: number }) => {
  assert.deepStrictEqual(
    metrics.map((metric) => `${metric.subset}/${metric.metric}`),
    Object.keys(expected)
  )
  for (const metric of metrics) {
    assert.closeTo(metric.value!, expected[`${metric.subset}/${metric.metric}`]!, 1e-12)
  }
}

describe("evaluate-variants", () => {
  it("measures what scikit-learn and scipy measure", async () => {
    const classes = await measure({ metrics: ["auroc", "average_precision"] })
    closeTo(classes.metrics, { "all/auroc": 0.965109800826408, "all/average_precision": 0.9494921202014743 })
    const effects = await measure({ label: "effect", metrics: ["pearson", "spearman", "sign_accuracy"] })
    closeTo(effects.metrics, {
      "all/pearson": 0.8639788596696064,
      "all/spearman": 0.8579389182188921,
      "all/sign_accuracy": 0.8
    })
    assert.deepStrictEqual(classes.unmatched, [])
  })

  it("leaves labels whose alleles are turned in the predictions, turns them, or refuses them", async () => {
    const turned = {
      predictions: file([
        ["variant_id", "score"],
        ["1_5_A_G", 1],
        ["1_6_A_G", 2],
        ["1_7_A_G", 3],
        ["1_8_G_A", -4]
      ]),
      labels: file([
        ["variant_id", "label"],
        ["1_5_A_G", 1],
        ["1_6_A_G", 2],
        ["1_7_A_G", 3],
        ["1_8_A_G", 4]
      ])
    }
    const of = (how?: "turn" | "error") =>
      runStage(stage, { replicates: 0, metrics: ["pearson"], ...(how && { turned: how }) }, turned)
    const left = await of()
    assert.deepStrictEqual(
      left.account.map(({ kept, leftOut }) => [kept, leftOut.map(({ reason }) => reason)]),
      [
        [3, ["alleles in the other order in the scores"]],
        [3, ["alleles in the other order in the labels"]]
      ]
    )
    const { outputs, account } = await of("turn")
    const [metric] = await runPromise(Table.read(outputs["metrics"]!, MetricTable.table))
    assert.deepStrictEqual([metric!.value, metric!.n], [1, 4])
    assert.deepStrictEqual(
      account[0]!.notes.map(({ reason, count }) => [reason, count]),
      [["alleles turned, with the sign of the score", 1]]
    )
    await of("error").then(
      () => assert.fail("should fail"),
      (error: Error & { line?: number }) => assert.strictEqual(error.line, 5)
    )
  })

  it("weights tissues by their rows", async () => {
    const { metrics } = await measure({ metrics: ["auroc"], group: "tissue" })
    closeTo(metrics, {
      "liver/auroc": 0.9742772108843537,
      "brain/auroc": 0.9821428571428572,
      "lung/auroc": 0.9411027568922306,
      "all/auroc": 0.9679453842940685
    })
    assert.deepStrictEqual(
      metrics.map(({ n }) => n),
      [98, 117, 85, 300]
    )
    assert.strictEqual(metrics[3]!.note, "mean over 3 of 3 groups, weighted by rows")
  })

  it("gives bootstrap intervals, the same bytes for the same seed", async () => {
    const params = { metrics: ["auroc"], replicates: 400, group: "tissue" }
    const { metrics, bytes } = await measure(params)
    for (const { low, value, high } of metrics) {
      assert.isBelow(low!, value!)
      assert.isAbove(high!, value!)
      assert.isBelow(high! - low!, 0.12)
    }
    assert.strictEqual((await measure(params)).bytes, bytes)
    assert.notStrictEqual((await measure({ ...params, seed: 2 })).bytes, bytes)
  })

  it("chooses, aggregates and joins rows, and lists those without a partner", async () => {
    const inputs = {
      predictions: file([
        ["variant_id", "gene_id", "scorer", "score"],
        ["v1", "g1", "gene_lfc", 1],
        ["v1", "g1", "gene_lfc", -3],
        ["v1", "g1", "centre_mask", 99],
        ["v2", "g1", "gene_lfc", 2],
        ["v3", "g1", "gene_lfc", "NA"],
        ["v4", "g1", "gene_lfc", 4],
        ["v5", "g1", "gene_lfc", 5]
      ]),
      labels: file([
        ["gene_id", "variant_id", "label"],
        ["g1", "v1", -1],
        ["g1", "v2", 1],
        ["g1", "v3", 1],
        ["g1", "v5", "NA"],
        ["g2", "v4", 1]
      ])
    }
    const params = { on: ["variant_id", "gene_id"], metrics: ["sign_accuracy"], where: { scorer: "gene_lfc" } }
    const accuracy = async (aggregate: string) => (await measure({ ...params, aggregate }, inputs)).metrics[0]!.value
    assert.deepStrictEqual(
      [await accuracy("mean"), await accuracy("strongest"), await accuracy("mean_abs")],
      [1, 1, 0.5]
    )
    assert.deepStrictEqual((await measure({ ...params, aggregate: "mean" }, inputs)).unmatched, [
      { side: "prediction", key: "v3 g1", reason: "no value in column 'score'" },
      { side: "label", key: "v3 g1", reason: "no prediction" },
      { side: "label", key: "v5 g1", reason: "no value in column 'label'" },
      { side: "label", key: "v4 g2", reason: "no prediction" },
      { side: "prediction", key: "v4 g1", reason: "no label" }
    ])
    const twice = await failure(params, inputs)
    assert.deepStrictEqual([twice.message, twice.line], ["two predictions for v1 g1", 3])
  })

  it("says why there is no value", async () => {
    const { metrics } = await measure({ metrics: ["auroc"], label: "effect" })
    assert.isNull(metrics[0]!.value)
    assert.match(metrics[0]!.note!, /neither 0 nor 1/u)
    const none = await measure({ metrics: ["pearson"] }, { predictions, labels: file([["variant_id", "label"]]) })
    assert.strictEqual(none.metrics[0]!.note, "0 of at least 2 rows")
    assert.strictEqual(none.unmatched.length, 300)
  })

  it("judges against what is expected, and fails only where told to", async () => {
    const expect = { "all/auroc": [0.97, 1] }
    const { metrics } = await measure({ metrics: ["auroc"], expect })
    assert.strictEqual(metrics[0]!.verdict, "outside")
    assert.match(
      (await failure({ metrics: ["auroc"], expect, strict: true })).message,
      /1 of 1 metrics are not as expected: variants all\/auroc is 0\.9651\d+, expected 0\.97 to 1/u
    )
    assert.match((await failure({ metrics: ["auroc"], expect: { auroc: [0, 1] } })).message, /no metric is named/u)
  })

  it("names columns that are not there", async () => {
    assert.match((await failure({ label: "effects" })).hint!, /did you mean 'effect'/u)
    assert.match((await failure({ on: ["variant"] })).message, /missing column 'variant'/u)
    assert.match((await failure({ metrics: ["auc"] })).message, /metrics/u)
  })
})
