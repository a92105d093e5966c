import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import stage from "../../modules/colocalise/stage.ts"
import { runStage, temporaryFolder } from "../support/stage.ts"

const file = (...lines: ReadonlyArray<string>) => {
  const path = join(temporaryFolder(), "trait.tsv")
  writeFileSync(path, lines.map((line) => `${line.replaceAll(" ", "\t")}\n`).join(""))
  return path
}

const rows = (path: string) =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"))

const effects = (...lines: ReadonlyArray<string>) => file("group variant_id beta se", ...lines)

describe("colocalise", () => {
  it("compares groups of the same name by their effects", async () => {
    const { outputs } = await runStage(
      stage,
      { method: "abf" },
      {
        trait1: effects(
          "s1 v1 0.5 0.05",
          "s1 v2 0.1 0.05",
          "s2 v1 0.5 0.05",
          "s2 v2 0 0.05",
          "s3 v1 1 1",
          "s2 v3 NA NA"
        ),
        trait2: effects("s1 v1 -0.4 0.05", "s1 v2 0 0.05", "s2 v1 0 0.05", "s2 v2 0.5 0.05", "s4 v1 1 1")
      }
    )
    const found = rows(outputs["colocalisations"]!)
    assert.deepStrictEqual(
      found.map((row) => [...row.slice(0, 5), row[10]]),
      [
        ["s1", "s1", "1", "1", "2", "v1"],
        ["s2", "s2", "1", "1", "2", "v1"]
      ]
    )
    assert.isAbove(Number(found[0]![9]), 0.99)
    assert.isBelow(Number(found[1]![9]), 0.01)
    assert.deepStrictEqual(
      rows(outputs["skipped"]!).map(([trait]) => trait),
      ["s3", "s4"]
    )
  })

  it("compares all traits of one table with all of the other by their credible sets", async () => {
    const header = "molecular_trait_id variant lbf_variable1 lbf_variable2"
    const inputs = {
      trait1: file(header, "a v1 12 0", "a v2 0 0", "b v1 1 -1", "b v2 1 9"),
      trait2: file(header, "c v2 2 0", "c v1 14 0", "d v1 0 0")
    }
    const { outputs } = await runStage(stage, {}, inputs)
    assert.deepStrictEqual(
      rows(outputs["colocalisations"]!).map((row) => row.slice(0, 5)),
      [
        ["a", "c", "1", "1", "2"],
        ["b", "c", "1", "1", "2"],
        ["b", "c", "2", "1", "2"]
      ]
    )
    assert.deepStrictEqual(rows(outputs["skipped"]!), [["d", "it has no credible set"]])
    const listed = await runStage(stage, { min_pp_h4: 0.8 }, inputs)
    assert.deepStrictEqual(
      rows(listed.outputs["colocalisations"]!).map((row) => row.slice(0, 4)),
      [["a", "c", "1", "1"]]
    )
  })

  it("names file, line and column of what cannot be used", async () => {
    const good = effects("s v1 1 1")
    const failure = (params: unknown, trait1: string, trait2 = good) =>
      runStage(stage, params, { trait1, trait2 }).then(
        () => assert.fail("should fail"),
        (error: Error & { line?: number; hint?: string }) => error
      )
    const twice = await failure({ method: "abf" }, effects("s v1 1 1", "s v1 1 1"))
    assert.deepStrictEqual([twice.message, twice.line], ["variant v1 stands twice in s", 3])
    const zero = await failure({ method: "abf" }, effects("s v1 1 1", "s v2 1 0"))
    assert.deepStrictEqual([zero.message, zero.line], ["an effect of 1 with a standard error of 0", 3])
    assert.match((await failure({ method: "abf", beta: "b" }, good)).message, /missing column 'b'/u)
    assert.match((await failure({ group: "group", variant: "variant_id" }, good)).message, /no column 'lbf_variable1'/u)
    assert.match((await failure({ method: "abf", p12: 0.5 }, good)).message, /p12 = 0.5 is above/u)
    assert.match((await failure({ method: "susie" }, good)).message, /method/u)
    const notFinite = file("molecular_trait_id variant lbf_variable1", "a v1 NaN")
    assert.match((await failure({}, notFinite, notFinite)).message, /log Bayes factor is not finite/u)
  })
})
