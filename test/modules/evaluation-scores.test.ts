import { assert, describe, it } from "vitest"
import evaluationScores from "../../modules/evaluation-scores/stage.ts"
import { InputError } from "../../src/core/Failure.ts"
import type { Tally } from "../../src/core/Tally.ts"
import * as Requirement from "../../src/dsl/stage/Requirement.ts"
import { file, rowsOf } from "../support/genome.ts"
import { runStage } from "../support/stage.ts"

describe("evaluation-scores", () => {
  it("finds the score of a variant that the labels write in another way", async () => {
    const { outputs, account } = await runStage(
      evaluationScores,
      { evaluation: "mfass_splicing" },
      {
        scores: file("s.tsv", "variant_id\tscore\n1:100:A:G\t0.5\nchr1_200_C_T\t0.25\nchr1_300_T_C\t0.1\n"),
        labels: file("l.tsv", "variant_id\ttarget\nchr1_100_A_G\t1\nchr1_199_AC_AT\t0\nchr1_300_C_T\t0\n")
      }
    )
    assert.deepStrictEqual(
      rowsOf(outputs["scores"]).map((row) => row["prediction"]),
      ["0.5", "0.25", "NA"]
    )
    const notes = account.find(({ rows }) => rows === "labels")!.notes
    assert.deepStrictEqual(
      notes.map(({ reason, count }) => `${count} ${reason}`),
      ["2 written in another form"]
    )
  })

  it("takes a tissue in two spellings for one, and says so", async () => {
    const tissues = [
      "Whole Blood",
      "Whole_Blood",
      "whole blood",
      "CD4+ T",
      "CD4- T",
      "Brain - Cortex",
      "Brain_Cortex",
      "."
    ]
    const table = tissues.map((tissue, at) => `v${at}\t1\t1\t${tissue}\n`).join("")
    const { outputs, account } = await runStage(
      evaluationScores,
      { evaluation: "eqtl_variant_borzoi_coefficient_human" },
      { scores: file("s.tsv", `variant_id\tscore\ttarget\ttissue\n${table}`) }
    )
    assert.deepStrictEqual(
      rowsOf(outputs["scores"]).map((row) => row["group"]),
      ["Whole Blood", "Whole Blood", "Whole Blood", "CD4+ T", "CD4- T", "Brain - Cortex", "Brain - Cortex", "NA"]
    )
    assert.deepStrictEqual(account[0]!.notes, [
      { reason: "group written in another way", count: 3, example: "Whole_Blood is Whole Blood" }
    ])
  })

  const scores = () => file("s.tsv", "variant_id\tscore\nchr1_100_A_G\t0.5\nchr1_300_T_C\t0.1\nchr1_400_T_C\t0\n")
  const labels = () =>
    file("l.tsv", "variant_id\ttarget\nchr1_100_A_G\t1\nchr1_300_C_T\t0\nchr1_400_C_T\t0\nchr1_9_C_T\t1\n")
  const said = (tallies: ReadonlyArray<Tally>) =>
    tallies.map(({ rows, kept, leftOut, notes }) => [
      rows,
      kept,
      [...leftOut, ...notes].map(({ count, reason, example }) => `${count} ${reason}: ${example}`)
    ])

  it("leaves labels whose alleles are turned in the scores without a score, and says so on both sides", async () => {
    const given = { scores: scores(), labels: labels() }
    const { outputs, account } = await runStage(evaluationScores, { evaluation: "mfass_splicing" }, given)
    const out = rowsOf(outputs["scores"]).map((row) => row["prediction"])
    assert.deepStrictEqual(out, ["0.5", "NA", "NA", "NA"])
    const inLabels = "alleles in the other order in the scores: chr1_300_C_T is chr1_300_T_C in the scores"
    const inScores = "alleles in the other order in the labels: chr1_300_T_C is chr1_300_C_T in the labels"
    assert.deepStrictEqual(said(account), [
      ["labels", 1, [`2 ${inLabels}`, "1 no score: chr1_9_C_T"]],
      ["scores", 1, [`2 ${inScores}`]]
    ])
    assert.deepStrictEqual(
      rowsOf(outputs["missing"]).map((row) => row["reason"]),
      [
        "alleles in the other order in the scores",
        "alleles in the other order in the scores",
        "no score",
        "alleles in the other order in the labels",
        "alleles in the other order in the labels"
      ]
    )
  })

  it("turns them with the sign of the score, or refuses them at their line, if asked", async () => {
    const params = { evaluation: "caqtl_smc_variant_coefficient_human", turned: "turn" } as const
    const given = { scores: scores(), labels: labels() }
    const { outputs, account } = await runStage(evaluationScores, params, given)
    const out = rowsOf(outputs["scores"]).map((row) => row["prediction"])
    assert.deepStrictEqual(out, ["0.5", "-0.1", "0", "NA"])
    const turned = "alleles turned, with the sign of the score: chr1_300_C_T is chr1_300_T_C in the scores"
    assert.deepStrictEqual(said(account), [
      ["labels", 3, ["1 no score: chr1_9_C_T", `2 ${turned}`]],
      ["scores", 3, []]
    ])
    const refused = await runStage(evaluationScores, { ...params, turned: "error" }, given).catch(
      (error: unknown) => error as InputError
    )
    assert.instanceOf(refused, InputError)
    assert.deepStrictEqual([refused.file, refused.line], [given.labels, 3])
    assert.match(refused.message, /alleles in the other order: chr1_300_C_T is chr1_300_T_C in the scores/u)
  })

  it("does not turn scores without a sign", () => {
    const composite = { evaluation: "mfass_splicing", turned: "turn", aggregate: "composite" }
    const { check } = evaluationScores
    const wrong = check!(
      { ...composite, columns: {}, on: {}, where: {}, absolute: false } as never,
      Requirement.given([])
    )
    assert.deepStrictEqual(
      wrong.map(({ at }) => at),
      ["turned"]
    )
  })

  it("takes one variant in two spellings for one", async () => {
    const twice = file("t.tsv", "variant_id\tscore\ttarget\nchr1_100_A_G\t0.5\t1\n1:100:A:G\t0.5\t1\n")
    const refused = await runStage(evaluationScores, { evaluation: "mfass_splicing" }, { scores: twice }).catch(
      (error: unknown) => error as InputError
    )
    assert.instanceOf(refused, InputError)
    assert.deepStrictEqual([refused.file, refused.line], [twice, 3])
    assert.match(refused.message, /two rows for 1:100:A:G, which is chr1_100_A_G/u)
  })
})
