import { assert, describe, it } from "vitest"
import supervisedScores from "../../modules/supervised-scores/stage.ts"
import { file, rejection } from "../support/genome.ts"
import { runStage } from "../support/stage.ts"

const params = { evaluation: "mfass_splicing", method: "random_forest", trees: 3, folds: 3 }
const table = (head: string, cells: (at: number) => ReadonlyArray<string | number>) =>
  file("t.tsv", `${head}\n${Array.from({ length: 30 }, (_, at) => `v${at}\t${cells(at).join("\t")}\n`).join("")}`)

describe("supervised-scores", () => {
  it("does not learn from the target under another name", async () => {
    const leaking = table("variant_id\ttarget\tlabel\tx", (at) => [at % 2, `${at % 2}.0`, (at * 7) % 11])
    const error = await rejection(runStage(supervisedScores, params, { table: leaking }))
    assert.match(error.message, /column 'label' says the target in every row/u)
    const turned = table("variant_id\ttarget\tlabel\tx", (at) => [at % 2, 3 - 2 * (at % 2), (at * 7) % 11])
    const other = await rejection(runStage(supervisedScores, params, { table: turned }))
    assert.match(other.message, /column 'label' says the target/u)
    const { account } = await runStage(supervisedScores, { ...params, features: ["x"] }, { table: leaking })
    assert.deepStrictEqual([account[0]!.taken, account[0]!.kept], [30, 30])
  })

  it("learns from rows of `train` alone, and accounts for what is neither", async () => {
    const sides = ["train", "test", "valid"]
    const split = table("variant_id\ttarget\tx\tside", (at) => [at % 2, (at * 7) % 11, sides[at % 3]!])
    const { account } = await runStage(supervisedScores, { ...params, split: "side" }, { table: split })
    assert.strictEqual(account[0]!.kept, 10)
    assert.deepStrictEqual(account[0]!.leftOut, [
      { reason: "neither train nor test", count: 10, example: "v2: 'valid'" },
      { reason: "learned from, not predicted", count: 10, example: "" }
    ])
  })

  it.each(["inf", "NaN", "-1e999"])("learns nothing from %s", async (value) => {
    const odd = table("variant_id\ttarget\tx", (at) => [at % 2, at === 3 ? value : (at * 7) % 11])
    for (const method of ["random_forest", "boosting", "lasso"]) {
      const error = await rejection(runStage(supervisedScores, { ...params, method }, { table: odd }))
      assert.deepStrictEqual([/is no feature/u.test(error.message), error.line], [true, 5])
    }
  })

  it("does not learn from a row what it predicts of the same variant", async () => {
    const head = "variant_id\ttarget\tx\tside"
    const rows = Array.from({ length: 30 }, (_, at) => [
      `v${at % 29}`,
      at % 2,
      (at * 7) % 11,
      at < 20 ? "train" : "test"
    ])
    const twice = file("t.tsv", `${head}\n${rows.map((row) => row.join("\t")).join("\n")}\n`)
    for (const split of [{}, { split: "side" }]) {
      const error = await rejection(
        runStage(supervisedScores, { ...params, features: ["x"], ...split }, { table: twice })
      )
      assert.deepStrictEqual([error.message, error.line], ["column 'variant_id': two rows are v0", 31])
    }
  })
})
