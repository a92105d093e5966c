// What a row of the benchmark says of its value: reproduced, better, or why nothing can be said.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import evaluateVariants from "../../modules/evaluate-variants/stage.ts"
import evaluationScores from "../../modules/evaluation-scores/stage.ts"
import type { Lineage } from "../../src/core/Lineage.ts"
import * as Table from "../../src/data/Table.ts"
import * as ScoredVariants from "../../src/evaluation/ScoredVariants.ts"
import * as Verdict from "../../src/evaluation/Verdict.ts"
import * as MetricTable from "../../src/metric/MetricTable.ts"
import {
  benchmark,
  correlated,
  failure,
  lineage,
  model,
  published,
  scoresOf,
  smc,
  tsv,
  type Scored
} from "../support/claims.ts"
import { runPromise, runStage, temporaryFolder } from "../support/stage.ts"

describe("reproduced", () => {
  const of = async (rows: ReadonlyArray<Scored>, from: Lineage, inputs: object = {}) =>
    (await benchmark([[await scoresOf(rows), from]], {}, inputs)).results[0]!

  it("is the model's own value on as many rows as it was reported on, all scored", async () => {
    const same = await of(correlated(smc, 144, 0.687), published(smc))
    assert.strictEqual(same.verdict, "reproduced")
    assert.deepStrictEqual([same.model, same.reported_n, same.coverage], ["AlphaGenome", 144, 1])
    assert.closeTo(same.improvement!, (100 * (0.687 - 0.66)) / 0.66, 1e-6)
    assert.strictEqual(same.comparator_where, "Fig. 5c; on 144 rows")
    const off = await of(correlated(smc, 144, 0.6), published(smc))
    assert.strictEqual(off.verdict, "differs")
    assert.match(off.note!, /differs by -0\.0870 from 0\.687, of AlphaGenome/u)
  })

  it("is nothing of other rows, of other scores, or of a table that says what it likes", async () => {
    const few = await of(correlated(smc, 60, 0.687), published(smc))
    assert.deepStrictEqual([few.verdict, few.improvement, few.expected_low], ["not comparable", null, null])
    assert.match(few.note!, /not comparable: 60 of 144 rows/u)
    const more = [
      ...correlated(smc, 144, 0.687),
      ...correlated(smc, 50, 1).map((row, i) => ({ ...row, key: `u${i}`, prediction: null }))
    ]
    const gaps = await of(more, published(smc))
    assert.strictEqual(gaps.verdict, "not comparable")
    assert.match(gaps.note!, /50 of 194 labelled rows have no score/u)
    for (const from of [
      lineage("s"),
      model,
      { ...published(smc), uses: "evaluation-scores" },
      { ...published(smc), uses: null },
      { ...published(smc), synthetic: true }
    ]) {
      const other = await of(correlated(smc, 144, 0.687), from)
      assert.notInclude(["reproduced", "differs", "unverified"], other.verdict, JSON.stringify(from))
      assert.notStrictEqual(other.model, "AlphaGenome")
    }
  })

  it("is nothing where nobody states how many rows there were", async () => {
    const id = "clinvar_missense"
    // One positive first, then 11 at every 6th place: average precision near 0.18.
    const rows = Array.from({ length: 66 }, (_, i) => ({
      evaluation: id,
      key: `v${i}`,
      target: i % 6 === 5 ? 1 : 0,
      prediction: -i
    }))
    const { verdict, improvement, note } = await of(rows, published(id))
    assert.deepStrictEqual([verdict, improvement], ["unverified", null])
    assert.match(note!, /nobody states/u)
  })

  it("is never what a user's file states, nor of data that it states", async () => {
    const registry = (text: string) => {
      const path = join(temporaryFolder(), "mine.yaml")
      writeFileSync(path, `evaluations:\n  - ${text}\n`)
      return { registry: path }
    }
    const stated = await of(
      correlated(smc, 60, 0.5),
      published(smc),
      registry(`{ id: ${smc}, expected: { value: 0.5, tolerance: 0.001 }, reported: [{ value: 0.5, where: my wish }] }`)
    )
    assert.strictEqual(stated.verdict, "inside")
    assert.match(stated.note!, /expected 0\.5, of AlphaGenome, as the registry file states/u)
    assert.strictEqual(stated.reported, "AlphaGenome: 0.5 (my wish) [stated by the registry file]")
    const data = `data: { description: mine, needs: nothing, rows: 60, predictions: alphagenome-${smc.replaceAll("_", "-")} }`
    const own = await of(correlated(smc, 60, 0.687), published(smc), registry(`{ id: ${smc}, ${data} }`))
    assert.strictEqual(own.verdict, "not comparable")
  })
})

describe("a verdict", () => {
  const classes = (
    evaluation: string,
    n: number,
    positives: number,
    score: (i: number) => number
  ): ReadonlyArray<Scored> =>
    Array.from({ length: n }, (_, i) => ({
      evaluation,
      key: `v${i}`,
      target: i < positives ? 1 : 0,
      prediction: score(i)
    }))

  it("needs ten positives, and a model beside a model on the same data", async () => {
    const perfect = (i: number) => -i * i
    const few = (await benchmark([[await scoresOf(classes("mfass_splicing", 60, 9, perfect)), model]])).results[0]!
    assert.strictEqual(few.verdict, "measured")
    assert.match(few.note!, /no verdict: 9 positives, at least 10 are needed/u)
    const e2g = "enhancer_gene_linking_e2g"
    const part = (await benchmark([[await scoresOf(classes(e2g, 4378, 100, perfect)), model]])).results[0]!
    assert.deepStrictEqual([part.verdict, part.improvement], ["measured", null])
    assert.match(part.note!, /no improvement: Borzoi \(ensemble\)'s 0\.67 is on 10,353 rows, 471 positive/u)
    const rows = await scoresOf(classes(e2g, 10_353, 471, perfect))
    const whole = (await benchmark([[rows, model]], { replicates: 40 })).results[0]!
    assert.deepStrictEqual([whole.verdict, whole.model], ["above", "net"])
    assert.isNotNull(whole.improvement)
    const unknown = (await benchmark([[rows, lineage("s")]], { replicates: 40 })).results[0]!
    assert.deepStrictEqual([unknown.verdict, unknown.improvement, unknown.model], ["measured", null, null])
    const named = (await benchmark([[rows, lineage("s")]], { replicates: 40, models: { s: "Ours" } })).results[0]!
    assert.deepStrictEqual([named.verdict, named.model], ["above", "Ours (stated)"])
  })

  it("is not the sign of a difference", async () => {
    // Two scores of one quality: what tells them apart is noise.
    const rows = classes("mfass_splicing", 200, 40, (i) => ((i * 7919) % 101) / 101 + (i < 40 ? 0.3 : 0)).map(
      (row, i) => ({
        ...row,
        comparator: ((i * 6067) % 103) / 103 + (i < 40 ? 0.3 : 0)
      })
    )
    const alike = (await benchmark([[await scoresOf(rows), lineage("s")]])).results[0]!
    assert.strictEqual(alike.verdict, "no difference shown")
    assert.isTrue(alike.difference !== 0 && alike.difference_low! < 0 && alike.difference_high! > 0)
    const better = rows.map((row, i) => ({ ...row, prediction: (i < 40 ? 2 : 0) + (i % 7) / 10 }))
    assert.strictEqual((await benchmark([[await scoresOf(better), lineage("s")]])).results[0]!.verdict, "better")
  })

  it("is none of classes that are neither 0 nor 1", async () => {
    const coded = tsv(
      ["variant_id", "score", "target"],
      Array.from({ length: 10 }, (_, i) => [`v${i}`, i / 10, i < 6 ? 1 : 2])
    )
    const error = await failure(runStage(evaluationScores, { evaluation: "mfass_splicing" }, { scores: coded }))
    assert.deepStrictEqual([error.file, error.line], [coded, 8])
    assert.match(error.message, /column 'target': 2 where mfass_splicing needs a class, 0 or 1/u)
    const rows = classes("mfass_splicing", 30, 12, (i) => -i).map((row) => ({ ...row, target: row.target! + 1 }))
    const [result] = (await benchmark([[await scoresOf(rows), model]])).results
    assert.deepStrictEqual([result!.value, result!.positives, result!.random], [null, null, null])
  })
})

describe("several models", () => {
  const rows = (sign: number, keys = 40): ReadonlyArray<Scored> =>
    Array.from({ length: keys }, (_, i) => ({
      evaluation: "mfass_splicing",
      key: `v${i}`,
      target: i < 12 ? 1 : 0,
      prediction: sign * ((i < 12 ? 1 : 0) + ((i * 37) % 41) / 100)
    }))

  it("stand side by side under the names of their stages, with the paired difference", async () => {
    const a = [await scoresOf(rows(1)), lineage("a")] as const
    const b = [await scoresOf(rows(-1)), lineage("b")] as const
    const alone = [(await benchmark([a])).results[0]!, (await benchmark([b])).results[0]!]
    const { results, differences, figure } = await benchmark([a, b])
    assert.deepStrictEqual(results, alone)
    assert.deepStrictEqual(
      results.map(({ label, value, n }) => [label, value === 1, n]),
      [
        ["a", true, 40],
        ["b", false, 40]
      ]
    )
    assert.lengthOf(differences, 1)
    const [difference] = differences
    assert.deepStrictEqual([difference!.label, difference!.other, difference!.n], ["a", "b", 40])
    assert.closeTo(difference!.difference!, results[0]!.value! - results[1]!.value!, 1e-12)
    assert.isTrue(
      difference!.low! > 0 &&
        difference!.low! <= difference!.difference! &&
        difference!.difference! <= difference!.high!
    )
    assert.strictEqual(difference!.verdict, "better")
    for (const label of ["a", "b"]) assert.match(figure, new RegExp(`>${label}</text>`, "u"))
  })

  it("may be called by other names, and are compared on what both scored", async () => {
    const short = rows(-1, 40).map((row, i) => (i % 4 === 0 ? { ...row, prediction: null } : row))
    const tables = [
      [await scoresOf(rows(1)), lineage("a")],
      [await scoresOf(short), lineage("b")]
    ] as const
    const { results, differences } = await benchmark(tables, { labels: { a: "ours", b: "theirs" } })
    assert.deepStrictEqual(
      results.map(({ label, n }) => [label, n]),
      [
        ["ours", 40],
        ["theirs", 30]
      ]
    )
    assert.deepStrictEqual([differences[0]!.n, differences[0]!.only_label, differences[0]!.only_other], [30, 10, 0])
    assert.match(differences[0]!.note!, /no verdict: 9 positives/u)
    const zero = await benchmark(tables, { missing: "zero" })
    assert.deepStrictEqual(
      zero.results.map(({ n }) => n),
      [40, 40]
    )
    const error = await failure(benchmark(tables, { labels: { c: "ours" } }))
    assert.match(error.message, /labels: no scores come from 'c'/u)
  })

  it("are not pooled: one key twice under one label is an error at its line", async () => {
    const [a, b] = [await scoresOf(rows(1)), await scoresOf(rows(-1))]
    const tables = [
      [a, lineage("a")],
      [b, lineage("b")]
    ] as const
    const error = await failure(benchmark(tables, { labels: { a: "one", b: "one" } }))
    assert.deepStrictEqual([error.file, error.line], [b, 2])
    assert.match(error.message, /two scores for v0 of mfass_splicing under one label, 'one'/u)
    const own = tsv(
      ["variant_id", "target", "score"],
      [
        ["v1", 1, 0.5],
        ["v2", 0, 0.1],
        ["v1", 1, 0.7]
      ]
    )
    const twice = await failure(runStage(evaluationScores, { evaluation: "mfass_splicing" }, { scores: own }))
    assert.deepStrictEqual([twice.file, twice.line], [own, 4])
  })
})

describe("a figure", () => {
  it("draws a line of several rows by how many of them there are", async () => {
    const { figure } = await benchmark([[await scoresOf(correlated(smc, 144, 0.8)), model]])
    assert.match(figure, /ds\/caQTL direction \(1 of 5\)/u)
    // The diamond is of all five.
    assert.notMatch(figure, /l5 5l-5 5l-5 -5z/u)
    const ids = ["caqtl_african", "caqtl_european", "dsqtl_yoruba", "caqtl_microglia", "caqtl_smc"]
    const sizes = [2219, 2618, 165, 285, 144]
    const all = ids.flatMap((id, at) => correlated(`${id}_variant_coefficient_human`, sizes[at]!, 0.8))
    const whole = await benchmark([[await scoresOf(all), model]], { replicates: 0 })
    assert.match(whole.figure, /ds\/caQTL direction \(mean of 5\)/u)
    assert.match(whole.figure, /l5 5l-5 5l-5 -5z/u)
  })

  it("says SYNTHETIC by itself, as tables do", async () => {
    const drawn = [await scoresOf(correlated(smc, 144, 0.687)), lineage("s", { synthetic: true })] as const
    const { results, figure } = await benchmark([drawn])
    assert.match(figure, />SYNTHETIC</u)
    assert.deepStrictEqual([results[0]!.synthetic, results[0]!.source], [true, "synthetic: stage s"])
    // A table that was carried away says it of itself.
    const copied = correlated(smc, 144, 0.687).map((row) => ({ ...row, synthetic: true }))
    const carried = await benchmark([[await scoresOf(copied), lineage("s")]])
    assert.isTrue(carried.results[0]!.synthetic)
    assert.match(carried.figure, />SYNTHETIC</u)
    const own = tsv(["variant_id", "score", "target", "synthetic"], [["v1", 1, 0.5, "true"]])
    const { outputs } = await runStage(evaluationScores, { evaluation: smc }, { scores: own })
    const [kept] = await runPromise(Table.read(outputs["scores"]!, ScoredVariants.table))
    assert.isTrue(kept!.synthetic)
    const plain = await benchmark([[await scoresOf(correlated(smc, 144, 0.687)), lineage("s")]])
    assert.notMatch(plain.figure, /SYNTHETIC/u)
    assert.isFalse(plain.results[0]!.synthetic)
  })
})

describe("tissues", () => {
  const sqtl = "sqtl_variant_causality_gene_human"
  // Two tissues of both classes, one of positives only, one of negatives only, one row alone, and rows of none.
  const rows = [
    ...["Liver", "Lung"].flatMap((group, at) =>
      [1, 0, 1, 0, 0].map((target, i) => ({
        evaluation: sqtl,
        key: `${group}${i}`,
        group,
        target,
        prediction: (i * (at + 2)) % 5
      }))
    ),
    ...[1, 1, 1].map((target, i) => ({ evaluation: sqtl, key: `Testis${i}`, group: "Testis", target, prediction: i })),
    ...[0, 0].map((target, i) => ({ evaluation: sqtl, key: `Uterus${i}`, group: "Uterus", target, prediction: i })),
    { evaluation: sqtl, key: "Ovary0", group: "Ovary", target: 1, prediction: 1 },
    { evaluation: sqtl, key: "lost", group: null, target: 1, prediction: 1 }
  ]
  const of = async (params: object) =>
    (await benchmark([[await scoresOf(rows), model]], { replicates: 0, ...params })).results[0]!

  it("of one class count as the notebook counts them, or not at all; both are said", async () => {
    // sklearn.metrics.average_precision_score: Liver 0.5, Lung 0.7 (scores 0 2 4 1 3, 0 3 1 4 2); Testis 1, Uterus 0.
    const [liver, lung] = [0.5 * 1 + 0.5 * (2 / 5), 0.5 * (1 / 4) + 0.5 * (2 / 5)]
    const keep = await of({})
    assert.closeTo(keep.value!, (5 * liver! + 5 * lung! + 3 * 1 + 2 * 0) / 15, 1e-12)
    assert.deepStrictEqual([keep.n, keep.groups], [15, 4])
    assert.match(keep.note!, /1 of 5 groups have no value \(1: 1 of at least 2 rows\)/u)
    assert.match(keep.note!, /1 rows name no tissue and are left out/u)
    const without = await of({ one_class: "leave_out" })
    assert.closeTo(without.value!, (liver! + lung!) / 2, 1e-12)
    assert.deepStrictEqual([without.n, without.groups], [10, 2])
    assert.match(without.note!, /3 of 5 groups have no value/u)
  })

  it("that are written as missing are none", async () => {
    const coefficient = "eqtl_variant_borzoi_coefficient_human"
    const table = tsv(
      ["variant_id", "score", "target", "tissue"],
      ["Liver", ".", "nan", "", "NA"].flatMap((tissue, at) =>
        Array.from({ length: 10 }, (_, i) => [`${at}v${i}`, i / 10, at === 0 ? i : -i, tissue])
      )
    )
    const { outputs } = await runStage(evaluationScores, { evaluation: coefficient }, { scores: table })
    const { results, account } = await benchmark([[outputs["scores"]!, lineage("s")]], { replicates: 0 })
    assert.deepStrictEqual([results[0]!.value, results[0]!.groups, results[0]!.n], [1, 1, 10])
    assert.deepStrictEqual([account[0]!.taken, account[0]!.kept], [50, 10])
  })
})

describe("matched sets", () => {
  it("without both classes do not enter: n says so", async () => {
    const row = (key: string, pair: string | null, target: number, prediction: number) => ({
      evaluation: "paqtl_variant_causality_human",
      key,
      pair,
      target,
      prediction
    })
    const rows = [
      row("a", "1", 1, 3),
      row("b", "1", 0, 1),
      row("c", "1", 0, 2),
      row("d", "2", 1, 5),
      row("e", "3", 0, 5),
      row("f", null, 1, 5)
    ]
    const [result] = (await benchmark([[await scoresOf(rows), model]], { replicates: 0 })).results
    assert.deepStrictEqual([result!.value, result!.n, result!.positives, result!.groups], [1, 3, 1, 1])
    assert.match(result!.note!, /2 rows are of sets without a positive or without a negative/u)
    assert.match(result!.note!, /1 rows name no matched set and are left out/u)
  })
})

describe("an expectation", () => {
  it("that every value meets is an error before the run", () => {
    const check = (expect: Readonly<Record<string, readonly [number, number]>>) =>
      Verdict.check({ expect }).map(({ message }) => message)
    assert.match(check({ "all/pearson": [-1, 1] })[0]!, /any value is within -1 to 1/u)
    assert.match(check({ "all/auroc": [-3, 9] })[0]!, /any value is within -3 to 9/u)
    assert.deepStrictEqual(
      check({ "all/pearson": [0.2, 1], "all/coverage_scored": [1, 1], "all/threshold": [0, 1] }),
      []
    )
  })
})

describe("n", () => {
  const labels = tsv(
    ["variant_id", "label", "tissue"],
    Array.from({ length: 20 }, (_, i) => [`v${i}`, i % 2, i < 10 ? "Liver" : "."])
  )
  const predictions = tsv(
    ["variant_id", "score"],
    Array.from({ length: 18 }, (_, i) => [`v${i}`, i + 1])
  )
  const measure = async (params: object) => {
    const { outputs, account } = await runStage(evaluateVariants, { replicates: 0, ...params }, { predictions, labels })
    return { metrics: await runPromise(Table.read(outputs["metrics"]!, MetricTable.table)), account }
  }

  it("is what entered the metric: a label of 0 has no sign", async () => {
    const { metrics, account } = await measure({ metrics: ["sign_accuracy", "pearson"] })
    assert.deepStrictEqual(
      metrics.map(({ metric, n }) => [metric, n]),
      [
        ["sign_accuracy", 9],
        ["pearson", 18]
      ]
    )
    assert.match(metrics[0]!.note!, /^9 labels of 0 have no sign; 2 of 20 labels are not covered$/u)
    assert.deepStrictEqual(
      account.map(({ rows, taken, kept, leftOut }) => [
        rows,
        taken,
        kept,
        leftOut.map(({ reason, count }) => [reason, count])
      ]),
      [
        ["labels", 20, 18, [["no prediction", 2]]],
        ["predictions", 18, 18, []]
      ]
    )
  })

  it("counts a label without a prediction where it is said to count as 0, and no group that is missing", async () => {
    const { metrics } = await measure({ metrics: ["auroc"], missing: "zero" })
    assert.strictEqual(metrics[0]!.n, 20)
    const grouped = await measure({ metrics: ["auroc"], group: "tissue" })
    assert.deepStrictEqual(
      grouped.metrics.map(({ subset, n }) => [subset, n]),
      [
        ["Liver", 10],
        ["all", 10]
      ]
    )
    assert.match(grouped.metrics[1]!.note!, /8 labels name no group and are left out/u)
  })
})
