/** Every workflow runs as it stands, without data; the main job and the variant benchmark have tests of their own. */
import { readFileSync } from "node:fs"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { dirname, join } from "node:path"
import * as Table from "../../src/data/Table.ts"
import * as BenchmarkTables from "../../src/evaluation/BenchmarkTables.ts"
import { benchmark, Rig } from "../support/rig.ts"
import { runPromise } from "../support/stage.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const run = async (name: string) => {
  // No dataset may be asked for: where there is no mirror, a download would need the internet.
  const finished = await rig.agflow(["run", join(dirname(benchmark), `${name}.yaml`)])
  assert.strictEqual(finished.code, 0, finished.stdout + finished.stderr)
  assert.include(readFileSync(rig.latest("report.html"), "utf8"), "SYNTHETIC")
  assert.strictEqual(rig.state("downloads").length, 0)
  return rig.results()
}

describe("on made-up data", () => {
  it.each([
    ["splice-benchmark", 6],
    ["eqtl-benchmark", 5],
    ["element-benchmark", 7]
  ])("%s gives values where the law says", async (name, count) => {
    const results = await run(name)
    const rows = await runPromise(Table.read(rig.latest("results", "results.tsv"), BenchmarkTables.resultTable))
    assert.deepStrictEqual(
      rows.map(({ verdict }) => verdict),
      Array.from({ length: count }, () => "inside")
    )
    assert.include(results["page.html"], "SYNTHETIC")
    const lines = (text: string) => text.trimEnd().split("\n").length - 1
    if (name === "splice-benchmark") {
      assert.strictEqual(lines(results["tissues.tsv"]!), 6)
      assert.strictEqual(lines(results["consequences.tsv"]!), 3 * count)
      assert.strictEqual(lines(results["distances.tsv"]!), 3 * count)
    }
    if (name === "element-benchmark") assert.strictEqual(lines(results["loci.tsv"]!), 6)
  })

  it("track-benchmark gives what the noise leaves of the truth", async () => {
    const results = await run("track-benchmark")
    assert.match(results["truth_against_measurements.tsv"]!, /^truth-measured\tall\tpearson\t0\.89.*\tinside\t/mu)
    assert.match(results["metrics.tsv"]!, /^student-measured\tall\tpearson\t0\.78.*\tinside\t/mu)
  })
})
