/** The report of a run: what it shows of results that are larger than a page, or not what they say. */
import { readFileSync, statSync } from "node:fs"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

describe("the report", () => {
  it("shows the beginning of what is large, and nothing of what it cannot read", async () => {
    const script = [
      `yes 'a line of text, ä' | head -n 20000 > "$text"`,
      `{ printf 'id\\tsequence\\n'; yes "x\t$(printf 'ACGT%.0s' {1..20000})" | head -n 40; } > "$wide"`,
      `yes '<svg/>' | head -c 6000000 > "$figure"`,
      `printf 'a\\tb\\n1\\n' > "$ragged"`
    ].join("\n")
    const outputs = { text: "text", wide: "tsv", figure: "svg", ragged: "tsv" }
    const given = Object.fromEntries(Object.keys(outputs).map((name) => [name, `\${{ a.${name} }}`]))
    rig.write("flow.yaml", workflow({ a: { run: `set +o pipefail\n${script}`, outputs } }, { outputs: given }))
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 0, stdout + stderr)
    const path = rig.latest("report.html")
    assert.isBelow(statSync(path).size, 1_500_000)
    const report = readFileSync(path, "utf8")
    assert.match(report, /The beginning of 380(\.\d+)? kB\./u)
    assert.notInclude(report, "\uFFFD", "no character is cut in two")
    assert.match(report, /The first 13 rows of 40\./u)
    for (const name of ["figure.svg", "ragged.tsv"]) assert.include(report, `href="results/${name}"`)
  })
})

it("shows the pictures that a script wrote, by the endings of their names", async () => {
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
  rig.write(
    "flow.yaml",
    `agflow: 1
name: plots
stages:
  made:
    run: |
      base64 -d > "$plot" <<< ${png}
      cp "$plot" "$other"; printf %s "$OMP_NUM_THREADS" > "$note"
    outputs: { plot: png, other: file.webp, note: md }
  page: { uses: report, with: { title: x, figures: ["\${{ made.plot }}"], texts: ["\${{ made.note }}"] } }
outputs: { plot: "\${{ made.plot }}", other: "\${{ made.other }}", note: "\${{ made.note }}", page: "\${{ page.page }}" }
`
  )
  const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
  assert.strictEqual(code, 0, stdout + stderr)
  assert.hasAllKeys(rig.results(), ["plot.png", "other.webp", "note.md", "page.html"])
  assert.strictEqual(rig.results()["note.md"], "1")
  const report = rig.read("state/runs/latest/report.html")
  assert.include(report, `src="data:image/png;base64,${png}"`)
  assert.include(report, "data:image/webp;base64,")
  assert.include(rig.results()["page.html"]!, `src="data:image/png;base64,${png}"`)
})
