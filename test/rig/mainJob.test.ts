import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, expect, it } from "vitest"
import { benchmark, Rig } from "../support/rig.ts"

it("the main job on made-up data: metrics where the construction puts them, SYNTHETIC everywhere, nothing done twice", async () => {
  const rig = new Rig()
  const first = await rig.agflow(["run", benchmark])
  assert.strictEqual(first.code, 0, first.stdout + first.stderr)
  const results = rig.results()
  const judged = Object.entries(results)
    .filter(([name]) => name.endsWith(".tsv"))
    .flatMap(([, text]) => text.split("\n").filter((line) => /\t(?:inside|outside)\t/u.test(line)))
  assert.isAtLeast(judged.length, 11)
  assert.deepStrictEqual(
    judged.filter((line) => line.includes("\toutside\t")),
    []
  )

  const report = readFileSync(rig.latest("report.html"), "utf8")
  const [shown = ""] = report.split('<section id="sources">')
  const headings = [...shown.matchAll(/<h3>(.*?)<\/h3>/gu)].map(([, heading]) => heading!)
  assert.strictEqual(headings.length, Object.keys(results).length)
  for (const heading of headings) assert.include(heading, "SYNTHETIC")
  for (const figure of ["coverage.svg", "direction.svg"]) assert.include(results[figure]!, "SYNTHETIC")

  // `npx vitest run test/rig/mainJob.test.ts -u` draws the README's picture anew.
  await expect(results["coverage.svg"]).toMatchFileSnapshot(join(benchmark, "../gwas-benchmark.svg"))

  const second = await rig.agflow(["run", benchmark])
  assert.strictEqual(second.code, 0)
  assert.notMatch(second.stdout, /^ {2}>/mu)
  assert.deepStrictEqual(rig.results(), results)
})
