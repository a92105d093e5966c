/** The variant benchmark without data: all 26 evaluations through their own scorers, inside what the law implies. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Table from "../../src/data/Table.ts"
import * as BenchmarkTables from "../../src/evaluation/BenchmarkTables.ts"
import { Rig } from "../support/rig.ts"
import { runPromise } from "../support/stage.ts"

const workflow = join(import.meta.dirname, "../../workflows/variant-benchmark.yaml")

let rig: Rig
beforeAll(async () => {
  rig = new Rig()
  const finished = await rig.agflow(["run", workflow])
  assert.strictEqual(finished.code, 0, finished.stdout + finished.stderr)
}, 600_000)
afterAll(() => rig.remove())

const results = (name: string) => runPromise(Table.read(rig.latest("results", name), BenchmarkTables.resultTable))

describe("workflows/variant-benchmark.yaml", () => {
  it("gives 26 values where the law says, each marked", async () => {
    const rows = await results("results.tsv")
    assert.lengthOf(rows, 26)
    for (const { evaluation, verdict, note, low, value, high, expected_low, expected_high } of rows) {
      assert.strictEqual(verdict, "inside", evaluation)
      assert.include(note!, "SYNTHETIC")
      assert.isTrue(low! < value! && value! < high! && expected_low! < value! && value! < expected_high!, evaluation)
    }
    const mfass = rows.find(({ evaluation }) => evaluation === "mfass_splicing")!
    assert.isBelow(mfass.improvement!, 0)
    assert.include(mfass.reported, "0.512 (notebook variant_eval_examples)")
  })

  it("gives what chance gives with shuffled labels", async () => {
    const rows = await results("chance.tsv")
    assert.lengthOf(rows, 26)
    assert.deepStrictEqual([...new Set(rows.map(({ verdict }) => verdict))], ["inside"])
    const auRocs = rows.filter(({ metric }) => metric.startsWith("auroc"))
    assert.lengthOf(auRocs, 4)
    for (const { value } of auRocs) assert.closeTo(value!, 0.5, 0.13)
  })

  it("draws every line of the paper's figure, and says SYNTHETIC on figure and page", () => {
    const figure = readFileSync(rig.latest("results", "figure.svg"), "utf8")
    for (const label of ["ds/caQTL direction (mean of 5)", "ds/caQTL causality (mean of 3)", "CAGI5 MPRA", "SYNTHETIC"])
      assert.include(figure, label)
    assert.include(readFileSync(rig.latest("results", "page.html"), "utf8"), "SYNTHETIC")
  })
})
