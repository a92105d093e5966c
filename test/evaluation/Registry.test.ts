import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { assert, describe, expect, it } from "vitest"
import * as DatasetRegistry from "../../src/data/DatasetRegistry.ts"
import * as JsonSchema from "../../src/dsl/file/JsonSchema.ts"
import * as Evaluation from "../../src/evaluation/Evaluation.ts"
import * as EvaluationDoc from "../../src/evaluation/EvaluationDoc.ts"
import * as Registry from "../../src/evaluation/Registry.ts"
import { runPromise, temporaryFolder } from "../support/stage.ts"

const variants = Registry.builtIn.filter(({ group, extra }) => group === "variant" && !extra)

const read = (text: string) => {
  const file = join(temporaryFolder(), "registry.yaml")
  writeFileSync(file, text)
  return runPromise(Effect.result(Registry.read(file)))
}

const failure = async (text: string) => {
  const result = await read(text)
  return result._tag === "Failure" ? result.failure : assert.fail("should fail")
}

describe("the registry of evaluations", () => {
  it("holds the paper's 26 variant and 24 track evaluations, each once", () => {
    assert.lengthOf(variants, 26)
    assert.lengthOf(
      Registry.builtIn.filter(({ group, extra }) => group === "track" && !extra),
      24
    )
    assert.strictEqual(new Set(Registry.builtIn.map(({ id }) => id)).size, Registry.builtIn.length)
    for (const row of Registry.builtIn) assert.isTrue(Schema.is(Evaluation.Evaluation)(row), row.id)
  })

  it("has the outcomes of the headline: 25 of 26 and 22 of 24", () => {
    const lost = Registry.builtIn.filter(({ won }) => won === false).map(({ id }) => id)
    assert.deepStrictEqual(lost, [
      "mfass_splicing",
      "splice_site_prediction_annotated_human",
      "cage_coverage_128bp_human"
    ])
  })

  it("draws the 17 lines of Fig. 1e, the ds/caQTL rows as two of them", () => {
    const labels = variants.flatMap(({ line }) => line?.label ?? [])
    assert.strictEqual(new Set(labels).size, 17)
    assert.lengthOf(
      labels.filter((label) => label === "ds/caQTL direction"),
      5
    )
    assert.lengthOf(
      labels.filter((label) => label === "ds/caQTL causality"),
      3
    )
  })

  it("names a registered dataset for each of the 20 published tables, which must give what the notebook gives", () => {
    const published = variants.filter(({ data }) => data.predictions !== undefined)
    assert.lengthOf(published, 20)
    for (const { id, data, expected, reported, metric } of published) {
      const dataset = DatasetRegistry.all.find(({ name }) => name === data.predictions)
      assert.strictEqual(dataset?.url, `https://storage.googleapis.com/alphagenome/evals/${id}_predictions.feather`)
      // The stored outputs of the notebook agree with the values it reports, two of them with the other sign.
      const notebook = reported.find(({ where }) => where === "notebook variant_eval_examples")!
      assert.closeTo(expected!.value, notebook.value, 0.0008, id)
      if (reported.some(({ value }) => value < 0)) assert.strictEqual(metric.sign, "either")
    }
    for (const { id, expected, data } of Registry.builtIn) {
      assert.strictEqual(expected === null, data.predictions === undefined, id)
    }
  })

  it("agrees with the published relative improvements where one comparator is given in full", () => {
    // 100 (A - C) / (C - random), random 0 for correlations: from the paper's methods.
    const row = variants.find(({ id }) => id === "caqtl_african_variant_coefficient_human")!
    assert.closeTo((100 * (0.7368 - 0.67)) / 0.67, row.improvement[0]!.value, 0.05)
    const smc = variants.find(({ id }) => id === "caqtl_smc_variant_coefficient_human")!
    assert.closeTo((100 * (0.687 - 0.66)) / 0.66, smc.improvement[0]!.value, 0.05)
  })

  // `npx vitest run test/evaluation/Registry.test.ts -u` writes it anew.
  it("is described by schemas/evaluation.schema.json", () =>
    expect(`${JSON.stringify(JsonSchema.document(Evaluation.File), null, 2)}\n`).toMatchFileSnapshot(
      "../../schemas/evaluation.schema.json"
    ))

  it("explains a row with its conflicts", () => {
    const text = EvaluationDoc.explain(variants.find(({ id }) => id === "eqtl_variant_borzoi_coefficient_human")!)
    for (const value of ["0.500588", "0.5006", "0.49", "Borzoi (ensemble)", "+25.5 %", "they conflict"]) {
      assert.include(text, value)
    }
  })
})

describe("a user's file of evaluations", () => {
  it("is what workflows/parts holds: evaluations of measurements at hand", async () => {
    const rows = await runPromise(Registry.read(join(import.meta.dirname, "../../workflows/parts/evaluations.yaml")))
    assert.lengthOf(rows, Registry.builtIn.length + 5)
    const text = EvaluationDoc.explain(rows.find(({ id }) => id === "apa_mpra_coefficient_human")!)
    for (const value of [
      "0.836  an independent implementation (APARENT2)",
      "the model's scores must give 0.836 +- 0.002"
    ]) {
      assert.include(text, value)
    }
  })

  it("changes the fields that it names and adds rows", async () => {
    const added = { ...variants[0]!, id: "our_lab", title: "Ours" }
    const result = await read(`evaluations:\n  - { id: mfass_splicing, won: true }\n  - ${JSON.stringify(added)}\n`)
    if (result._tag === "Failure") assert.fail(result.failure.message)
    const row = (id: string) => result.success.find((each) => each.id === id)
    const before = variants.find(({ id }) => id === "mfass_splicing")!
    const mfass = row("mfass_splicing")!
    assert.deepStrictEqual(Registry.plain(mfass), { ...before, won: true })
    assert.deepStrictEqual([[...mfass.stated!], mfass.builtIn], [["id", "won"], before])
    assert.strictEqual(row("our_lab")?.title, "Ours")
    assert.lengthOf(result.success, Registry.builtIn.length + 1)
  })

  it("adds a row that says nothing of what the paper reports", async () => {
    const { group, title, family, task, data, scoring, metric } = variants[0]!
    const ours = { id: "our_lab", group, title, family, task, data, scoring, metric }
    const result = await read(`evaluations:\n  - ${JSON.stringify(ours)}\n`)
    if (result._tag === "Failure") assert.fail(result.failure.message)
    const row = await runPromise(Registry.find(result.success, "our_lab"))
    assert.isTrue(row.extra)
    assert.isNull(row.expected)
    assert.deepStrictEqual(row.reported, [])
  })

  it("tells all its faults with their places", async () => {
    const error = await failure(
      "evaluations:\n  - id: clinvar_noncoding\n    wonn: true\n  - id: mfass_splicing\n    expected:\n      value: high\n      tolerance: 1\n  - id: new_one\n    title: x\n"
    )
    assert.strictEqual(error.line, 3)
    assert.include(error.message, "column 5: unknown key 'wonn'")
    assert.match(error.message, /6:14: /u)
    assert.match(error.message, /8:5: key 'group' is missing/u)
    assert.match(error.hint!, /did you mean 'won'/u)
  })

  it("checks nothing with a tolerance that most values meet, or none", async () => {
    const of = (id: string, expected: string) => failure(`evaluations:\n  - id: ${id}\n    expected: ${expected}\n`)
    const any = await of("mfass_splicing", "{ value: 0.5, tolerance: 10 }")
    assert.deepStrictEqual([any.line, any._tag], [3, "InputError"])
    assert.match(any.message, /column 40: tolerance 10: any value of average_precision \(0 to 1\) would count as 0\.5/u)
    assert.match((await of("mfass_splicing", "{ value: 0.9, tolerance: 0.6 }")).message, /70 % of its values/u)
    const r = "dsqtl_yoruba_variant_coefficient_human"
    assert.match((await of(r, "{ value: 0, tolerance: 1 }")).message, /any value of pearson \(-1 to 1\)/u)
    assert.match((await of("mfass_splicing", "{ value: 2, tolerance: 0.1 }")).message, /no value/u)
    const close = await read(`evaluations:\n  - { id: ${r}, expected: { value: 0.9, tolerance: 0.05 } }\n`)
    assert.strictEqual(close._tag, "Success")
  })

  it("must be a mapping of rows", async () => {
    assert.match((await failure("- id: x\n")).message, /a registry is a mapping/u)
    assert.match((await failure("evaluations: [1]\n")).message, /a registry is a mapping/u)
    assert.match((await failure("evaluations: [\n")).message, /column/u)
  })
})
