// The tables in test/evaluation/feather are random numbers, written by pandas 3.1.1 (pyarrow 26.0.1, LZ4); the values are
// those of scikit-learn 1.9.1 and scipy 1.17.1 by the rules of AlphaGenome's notebook on the same data frames.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import evaluationScores from "../../modules/evaluation-scores/stage.ts"
import publishedScores from "../../modules/published-scores/stage.ts"
import variantBenchmark from "../../modules/variant-benchmark/stage.ts"
import variantEvaluations from "../../modules/variant-evaluations/stage.ts"
import type { Lineage } from "../../src/core/Lineage.ts"
import * as Table from "../../src/data/Table.ts"
import * as BenchmarkTables from "../../src/evaluation/BenchmarkTables.ts"
import * as ScoredVariants from "../../src/evaluation/ScoredVariants.ts"
import { runPromise, runStage, temporaryFolder } from "../support/stage.ts"

const feather = join(import.meta.dirname, "../evaluation/feather")

/** A mirror folder with the made-up tables where the published ones would be. */
const mirrorOf = (tables: Readonly<Record<string, string>>): string => {
  const folder = temporaryFolder()
  const at = join(folder, "storage.googleapis.com/alphagenome/evals")
  mkdirSync(at, { recursive: true })
  for (const [id, file] of Object.entries(tables)) {
    copyFileSync(join(feather, file), join(at, `${id}_predictions.feather`))
  }
  return folder
}

const own = (id: string) => ({ [id]: `${id}_predictions.feather` })

const published = async (tables: Readonly<Record<string, string>>, params: object = {}) => {
  const only = Object.keys(tables)
  const chosen = await runStage(variantEvaluations, { only })
  const settings = { mirrors: [mirrorOf(tables)] }
  const evaluations = chosen.outputs["evaluations"]!
  const { outputs } = await runStage(publishedScores, params, { evaluations }, settings)
  return {
    evaluations,
    scores: outputs["scores"]!,
    missing: await runPromise(Table.read(outputs["missing"]!, ScoredVariants.missingTable))
  }
}

const results = async (
  inputs: Readonly<Record<string, string | Array<string>>>,
  params: object = {},
  lineage: ReadonlyArray<Lineage> = []
) => {
  const known = { lineage: { scores: lineage }, synthetic: lineage.some((each) => each.synthetic) }
  const ran = await runStage(variantBenchmark, { replicates: 0, ...params }, inputs as never, {}, undefined, known)
  const { outputs } = ran
  return {
    results: await runPromise(Table.read(outputs["results"]!, BenchmarkTables.resultTable)),
    groups: await runPromise(Table.read(outputs["groups"]!, BenchmarkTables.groupTable)),
    strata: await runPromise(Table.read(outputs["strata"]!, BenchmarkTables.stratumTable)),
    differences: await runPromise(Table.read(outputs["differences"]!, BenchmarkTables.differenceTable)),
    account: ran.account,
    figure: readFileSync(outputs["figure"]!, "utf8")
  }
}

/** What the engine knows of scores that a stage gives. */
const from = (stage: string, known: Partial<Lineage> = {}): Lineage => ({
  stage,
  uses: "evaluation-scores",
  file: null,
  datasets: [],
  models: [],
  synthetic: false,
  ...known
})

/** What it knows of published tables. */
const asPublished = (ids: ReadonlyArray<string>) => [
  from("scores", {
    uses: "published-scores",
    datasets: ids.map((id) => ({ name: `alphagenome-${id.replaceAll("_", "-")}`, sha256: "1a2b3c4d" }))
  })
]

const failure = (attempt: Promise<unknown>) =>
  attempt.then(
    () => assert.fail("should fail"),
    (error: Error & { hint?: string; file?: string; line?: number }) => error
  )

describe("published tables", () => {
  const ids = [
    "eqtl_variant_borzoi_sign_human",
    "eqtl_variant_borzoi_coefficient_human",
    "mfass_splicing",
    "dsqtl_yoruba_variant_coefficient_human",
    "paqtl_variant_causality_human"
  ]

  it("give what scikit-learn and scipy give, with NaN, single classes, a flipped sign and matched pairs", async () => {
    const { evaluations, scores, missing } = await published(Object.assign({}, ...ids.map(own)))
    const found = await results({ scores: [scores], evaluations }, { replicates: 50 }, asPublished(ids))
    const byId = new Map(found.results.map((result) => [result.evaluation, result]))
    const expected: ReadonlyArray<readonly [id: string, value: number, n: number, tolerance?: number]> = [
      ["eqtl_variant_borzoi_sign_human", 0.7489961829468504, 288],
      ["eqtl_variant_borzoi_coefficient_human", 0.7580995810603202, 295],
      ["mfass_splicing", 0.3571963761423005, 400],
      ["dsqtl_yoruba_variant_coefficient_human", 0.6636725961033099, 165],
      // Mean of 2,000 permutations by pandas, standard deviation 0.0277: of 100, four standard errors.
      ["paqtl_variant_causality_human", 0.8053794277831635, 240, (4 * 0.0277) / Math.sqrt(100)]
    ]
    for (const [id, value, n, tolerance = 1e-12] of expected) {
      const result = byId.get(id)!
      assert.closeTo(result.value!, value, tolerance, id)
      assert.strictEqual(result.n, n, id)
      assert.deepStrictEqual([result.model, result.source!.split(":")[0]], ["AlphaGenome", "published"], id)
      assert.strictEqual(
        result.verdict,
        id === "dsqtl_yoruba_variant_coefficient_human" ? "differs" : "not comparable",
        id
      )
      assert.strictEqual(result.improvement === null, result.verdict === "not comparable", id)
      assert.isBelow(result.low!, result.value!)
      assert.isAbove(result.high!, result.value!)
    }
    const sign = byId.get("eqtl_variant_borzoi_sign_human")!
    assert.deepStrictEqual([sign.without_label, sign.without_score, sign.groups, sign.random], [5, 0, 4, 0.5])
    assert.match(sign.note!, /not comparable: \d+ of 17,675 rows, \d+ of 9,759 positives/u)
    assert.match(sign.note!, /2 of 6 groups have no value \(1: every row is positive; 1: 1 of at least 2 rows\)/u)
    const notes = found.groups.filter(({ value }) => value === null).map(({ group, note }) => `${group}: ${note}`)
    assert.includeMembers(notes, ["Testis: every row is positive", "Uterus: 1 of at least 2 rows"])
    const mfass = byId.get("mfass_splicing")!
    assert.deepStrictEqual([mfass.positives, mfass.random], [37, 0.0925])
    assert.match(mfass.note!, /Pangolin's 0\.54 is on 27,504 rows, 1,040 positive/u)
    const dsqtl = byId.get("dsqtl_yoruba_variant_coefficient_human")!
    // 100 (A - C) / (C - 0), C = ChromBPNet's 0.77 on the same 165 rows.
    assert.closeTo(dsqtl.improvement!, (100 * (0.6636725961033099 - 0.77)) / 0.77, 1e-9)
    assert.match(dsqtl.note!, /differs by -0\.169 from 0\.8323, of AlphaGenome/u)
    const pairs = byId.get("paqtl_variant_causality_human")!
    assert.deepStrictEqual([pairs.groups, pairs.random, pairs.without_score], [60, 0.5, 1])
    assert.match(pairs.note!, /rows without a score that count as 0: 1/u)
    assert.match(byId.get("dsqtl_yoruba_variant_coefficient_human")!.note!, /the correlation was negative/u)
    assert.lengthOf(
      missing.filter(({ reason }) => reason.startsWith("nothing was measured")),
      5
    )
  })

  it("are as a user's own registry file states, and that is said", async () => {
    const registry = join(temporaryFolder(), "mine.yaml")
    writeFileSync(registry, "evaluations:\n  - { id: mfass_splicing, expected: { value: 0.3572, tolerance: 0.001 } }\n")
    const { scores } = await published(own("mfass_splicing"))
    const known = asPublished(["mfass_splicing"])
    const [result] = (await results({ scores: [scores], registry }, { strict: true }, known)).results
    assert.strictEqual(result!.verdict, "inside")
    assert.match(result!.note!, /expected 0\.3572, of AlphaGenome, as the registry file states/u)
    writeFileSync(registry, "evaluations:\n  - { id: mfass_splicing, expected: { value: 0.5, tolerance: 0.001 } }\n")
    assert.match(
      (await failure(results({ scores: [scores], registry }, { strict: true }, known))).message,
      /is 0\.357\d+, expected 0\.499/u
    )
  })

  it("that lack a column are refused by its name", async () => {
    const error = await failure(published({ paqtl_variant_causality_human: "without_pi.feather" }))
    assert.match(error.message, /missing column 'PI'/u)
    assert.match(error.hint!, /variant_id, target, prediction/u)
  })

  it("with renamed columns are refused by name, and read where they are named", async () => {
    const error = await failure(published({ mfass_splicing: "renamed.feather" }))
    assert.match(error.message, /missing column 'target'/u)
    assert.match(error.hint!, /variant_id, is_sdv, alphagenome/u)
    const columns = { target: "is_sdv", prediction: "alphagenome" }
    const { outputs } = await runStage(
      evaluationScores,
      { evaluation: "mfass_splicing", columns },
      { scores: join(feather, "renamed.feather") }
    )
    const [result] = (await results({ scores: [outputs["scores"]!] })).results
    assert.closeTo(result!.value!, 0.3571963761423005, 1e-12)
  })

  it("may have other types of the same columns: categories, true and false with gaps, float32 with NaN", async () => {
    const { scores } = await published({ eqtl_variant_borzoi_sign_human: "types.feather" })
    const [result] = (await results({ scores: [scores] })).results
    // roc_auc_score per tissue of the rows that have both, weighted by rows.
    assert.closeTo(result!.value!, 0.7516041760722613, 1e-12)
    const { n, positives, without_score: withoutScore, without_label: withoutLabel } = result!
    assert.deepStrictEqual([n, positives, withoutScore, withoutLabel], [282, 148, 7, 5])
  })

  it("of which there are none are told as not available, with what is needed", async () => {
    const chosen = await runStage(variantEvaluations, { only: ["mfass_splicing", "cagi5_mpra_lasso_human"] })
    const evaluations = chosen.outputs["evaluations"]!
    const text = await runPromise(Table.readText(evaluations))
    assert.deepStrictEqual(
      text.rows.map(([id, , dataset]) => [id, dataset]),
      [
        ["mfass_splicing", "alphagenome-mfass-splicing"],
        ["cagi5_mpra_lasso_human", "NA"]
      ]
    )
    writeFileSync(evaluations, `${text.columns.join("\t")}\n${text.rows[1]!.join("\t")}\n`)
    const { outputs } = await runStage(publishedScores, {}, { evaluations }, { mirrors: [] })
    const [result] = (await results({ scores: [outputs["scores"]!], evaluations })).results
    assert.deepStrictEqual(
      [result!.verdict, result!.value, result!.comparator_value],
      ["not available here", null, 0.6]
    )
    assert.match(result!.note!, /needs hg19/u)
  })

  it("with shuffled labels give what chance gives", async () => {
    const { scores } = await published(own("eqtl_variant_borzoi_sign_human"))
    const values = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8].map(
        async (seed) => (await results({ scores: [scores] }, { shuffle: true, seed })).results[0]!.value!
      )
    )
    // Standard error of an auROC of 288 rows in four tissues, halves of each class: about 0.034; of eight of them, 0.012.
    assert.closeTo(values.reduce((sum, value) => sum + value, 0) / 8, 0.5, 0.05)
  })
})

describe("a lab's own table", () => {
  const folder = temporaryFolder()
  const file = (name: string, rows: ReadonlyArray<ReadonlyArray<string | number>>) => {
    const path = join(folder, name)
    writeFileSync(path, rows.map((row) => `${row.join("\t")}\n`).join(""))
    return path
  }
  const scored = Array.from({ length: 12 }, (_, i) => [`v${i}`, i % 3 === 0 ? "true" : "false", i % 5, (i * 7) % 11])
  const mine = file("mine.tsv", [["snp", "is_causal", "our_score", "cadd"], ...scored])

  const read = async (params: object, inputs: Readonly<Record<string, string>> = { scores: mine }) => {
    const { outputs } = await runStage(evaluationScores, { evaluation: "mfass_splicing", ...params }, inputs)
    return {
      scores: outputs["scores"]!,
      missing: await runPromise(Table.read(outputs["missing"]!, ScoredVariants.missingTable))
    }
  }
  const columns = { key: ["snp"], target: "is_causal", prediction: "our_score", comparator: "cadd" }

  it("may name its columns as it likes, and hold another model's scores to compare with", async () => {
    const { scores, missing } = await read({ columns })
    assert.deepStrictEqual(missing, [])
    const [result] = (await results({ scores: [scores] })).results
    // sklearn.metrics.average_precision_score on the twelve rows: scores i % 5 and 7 i % 11, positives every third.
    assert.closeTo(result!.value!, 0.41666666666666663, 1e-12)
    assert.closeTo(result!.comparator_value!, 0.8333333333333333, 1e-12)
    assert.strictEqual(result!.comparator, "comparator of the table")
    assert.closeTo(result!.difference!, 0.41666666666666663 - 0.8333333333333333, 1e-12)
    // Four positives of twelve.
    assert.strictEqual(result!.verdict, "measured")
    assert.match(result!.note!, /no verdict: 4 positives, at least 10 are needed/u)
  })

  it("is compared with another model on the rows that both have scores for", async () => {
    const rows: ReadonlyArray<ReadonlyArray<string | number>> = [
      ["v1", 1, 0.9, "NA"],
      ["v2", 0, 0.8, 0.1],
      ["v3", 1, 0.1, 0.9],
      ["v4", 0, 0.2, 0.2]
    ]
    const both = file("both.tsv", [["variant_id", "target", "score", "other"], ...rows])
    const { scores } = await read({ columns: { comparator: "other" } }, { scores: both })
    const [result] = (await results({ scores: [scores] })).results
    assert.closeTo(result!.value!, (1 + 2 / 4) / 2, 1e-12)
    // Of v2, v3 and v4 the other has 1 and ours 1/3; half are positive by chance.
    assert.strictEqual(result!.comparator_value, 1)
    assert.closeTo(result!.difference!, 1 / 3 - 1, 1e-12)
    assert.isNull(result!.improvement)
    // Repeated, the rows are enough for it where the other has a score for each.
    const many = Array.from({ length: 20 }, (_, round) =>
      rows.slice(1).map(([id, target, score, other]) => [`${id}r${round}`, target!, score!, other!])
    )
    const whole = file("whole.tsv", [["variant_id", "target", "score", "other"], ...many.flat()])
    const again = await read({ columns: { comparator: "other" } }, { scores: whole })
    const [better] = (await results({ scores: [again.scores] })).results
    assert.closeTo(better!.improvement!, (100 * (better!.value! - 1)) / (1 - 1 / 3), 1e-9)
  })

  it("may lack scores: what is missing is told, row by row", async () => {
    const labels = file("labels.tsv", [["variant_id", "target"], ...scored.map(([id, target]) => [id!, target!])])
    const few = file("few.tsv", [["id", "s"], ...scored.slice(3).map(([id, , score]) => [id!, score!]), ["v99", 1]])
    const { scores, missing } = await read(
      { columns: { prediction: "s" }, on: { variant_id: "id" } },
      { scores: few, labels }
    )
    assert.deepStrictEqual(
      missing.map(({ key, reason }) => `${key}: ${reason}`),
      ["v0: no score", "v1: no score", "v2: no score", "v99: a score, but no label"]
    )
    const [result] = (await results({ scores: [scores] })).results
    assert.deepStrictEqual([result!.n, result!.without_score, result!.positives], [9, 3, 3])
  })

  it("may be a model's splicing scores, combined into one a variant", async () => {
    const rows: ReadonlyArray<ReadonlyArray<string | number>> = [
      ["v1", "gene_splicing", "SPLICE_SITES", 0.2],
      ["v1", "gene_splicing", "SPLICE_SITES", 0.7],
      ["v1", "gene_splicing", "SPLICE_SITE_USAGE", 0.1],
      ["v1", "splice_junctions", "SPLICE_JUNCTIONS", 2],
      ["v2", "gene_splicing", "SPLICE_SITE_USAGE", 0.3],
      ["v2", "gene_lfc", "RNA_SEQ", 9]
    ]
    const scores = file("splicing.tsv", [["variant_id", "scorer", "output", "score"], ...rows])
    const labels = file("classes.tsv", [
      ["variant_id", "target"],
      ["v1", 1],
      ["v2", 0],
      ["v3", 0]
    ])
    const made = await read({ aggregate: "composite" }, { scores, labels })
    const found = await runPromise(Table.read(made.scores, ScoredVariants.table))
    // 0.7 + 0.1 + 2 / 5; 0.3.
    assert.closeTo(found[0]!.prediction!, 1.2, 1e-12)
    assert.closeTo(found[1]!.prediction!, 0.3, 1e-12)
    assert.isNull(found[2]!.prediction)
  })

  it("may tell what kind each variant is, and a group: each is measured by itself", async () => {
    const rows: ReadonlyArray<ReadonlyArray<string | number>> = [
      ["v1", 1, 0.9, "intron", "Liver"],
      ["v2", 0, 0.8, "intron", "Liver"],
      ["v3", 1, 0.1, "exon", "Liver"],
      ["v4", 0, 0.2, "exon", "Lung"],
      ["v5", 0, 0.3, "NA", "Lung"],
      ["v6", 1, 0.4, "stop", "Lung"]
    ]
    const kinds = file("kinds.tsv", [["variant_id", "target", "score", "consequence", "organ"], ...rows])
    const { scores } = await read({ columns: { group: "organ" } }, { scores: kinds })
    const { strata, groups } = await results({ scores: [scores] })
    const value = (rows: ReadonlyArray<{ readonly value: number | null }>) => rows.map((row) => row.value)
    assert.deepStrictEqual(
      strata.map(({ stratum, n, positives }) => [stratum, n, positives]),
      [
        ["intron", 2, 1],
        ["exon", 2, 1],
        ["stop", 1, 1]
      ]
    )
    assert.deepStrictEqual(value(strata), [1, 0.5, 1])
    assert.deepStrictEqual(
      groups.map(({ group, n }) => [group, n]),
      [
        ["Liver", 3],
        ["Lung", 3]
      ]
    )
    // Of Liver the positives rank first and third, of Lung first.
    assert.closeTo(groups[0]!.value!, (1 + 2 / 3) / 2, 1e-12)
    assert.strictEqual(groups[1]!.value, 1)
  })

  it("may be checked against a value of one's own, and says how many rows have no score", async () => {
    const registry = file("own.yaml", [
      ["evaluations:"],
      ["  - { id: mfass_splicing, expected: { value: 0.4167, tolerance: 0.001, source: table } }"]
    ])
    const { scores } = await read({ columns })
    const of = async (path: string) => (await results({ scores: [path], registry })).results[0]!
    const few = await of(scores)
    assert.deepStrictEqual([few.verdict, few.expected_low], ["measured", null])
    const gaps = file("gaps.tsv", [
      ["snp", "is_causal", "our_score", "cadd"],
      ...scored.map((row, at) => (at === 2 ? [row[0]!, row[1]!, "NA", 1] : row))
    ])
    const lacking = await of((await read({ columns }, { scores: gaps })).scores)
    assert.match(lacking.note!, /1 of 12 labelled rows has no score/u)
    const nothing = file("nothing.tsv", [
      ["snp", "is_causal", "our_score", "cadd"],
      ["v1", "NA", 1, 1]
    ])
    const empty = (await results({ scores: [(await read({ columns }, { scores: nothing })).scores] })).results[0]!
    assert.deepStrictEqual([empty.verdict, empty.n, empty.without_label], ["not available here", 0, 1])
  })

  it("is refused in words where it does not fit", async () => {
    assert.match((await failure(read({ columns: { ...columns, target: "is_causl" } }))).hint!, /'is_causal'/u)
    assert.match((await failure(read({ evaluation: "mfas_splicing", columns }))).hint!, /'mfass_splicing'/u)
    assert.match((await failure(read({ evaluation: "cage_coverage_32bp_human", columns }))).message, /tracks/u)
    const labels = file("other.tsv", [
      ["rsid", "target"],
      ["v1", 1]
    ])
    const apart = await failure(read({ columns }, { scores: mine, labels }))
    assert.match(apart.hint!, /on: \{ rsid: snp \}/u)
    const twice = file("twice.tsv", [
      ["rsid", "score"],
      ["v1", 1],
      ["v1", 2]
    ])
    const two = await failure(read({ on: { rsid: "rsid" } }, { scores: twice, labels }))
    assert.match(two.message, /two scores for v1/u)
    assert.deepStrictEqual([two.file, two.line], [twice, 3])
    const { scores } = await read({ on: { rsid: "rsid" }, aggregate: "mean" }, { scores: twice, labels })
    const rows = await runPromise(Table.read(scores, ScoredVariants.table))
    assert.strictEqual(rows[0]!.prediction, 1.5)
  })
})
