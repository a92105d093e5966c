/** `agflow evaluations`: lists, explains, and reads a user's rows. */
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const agflow = async (code: number, ...args: ReadonlyArray<string>) => {
  const finished = await rig.agflow(["evaluations", ...args])
  assert.strictEqual(finished.code, code, finished.stdout + finished.stderr)
  return finished
}

describe("evaluations", () => {
  it("lists a group, one line a row", async () => {
    const { stdout } = await agflow(0, "--group", "variant")
    assert.match(stdout, /^mfass_splicing +average precision +0\.512 +Pangolin 0\.54 +lost +yes$/mu)
    assert.match(stdout, /\n33 rows;/u)
    const rows = JSON.parse((await agflow(0, "--group", "track", "--format", "json")).stdout) as ReadonlyArray<object>
    assert.lengthOf(rows, 24)
  })

  it("explains one with every reported value, and says what it does not know", async () => {
    const { stdout } = await agflow(0, "paqtl_variant_causality_human")
    for (const text of ["0.6294", "0.6288", "Borzoi (ensemble)", "+8.8 %  preprint", "0.6294 +- 0.01"]) {
      assert.include(stdout, text)
    }
    assert.match((await agflow(2, "mfass")).stderr, /did you mean 'mfass_splicing'/u)
  })

  it("reads a user's rows, or says where they are wrong", async () => {
    rig.write("mine.yaml", "evaluations:\n  - id: mfass_splicing\n    won: true\n")
    assert.match((await agflow(0, "--registry", "mine.yaml")).stdout, /^mfass_splicing .* won +yes$/mu)
    rig.write("bad.yaml", "evaluations:\n  - id: mfass_splicing\n    wonn: true\n")
    const { stderr } = await agflow(2, "--registry", "bad.yaml")
    assert.match(stderr, /bad\.yaml:3: column 5: unknown key 'wonn'\n +hint: did you mean 'won'/u)
  })
})

describe("a lab's own scores in a workflow", () => {
  it("are evaluated with five lines, and the report tells what was missing", async () => {
    const labels = Array.from({ length: 40 }, (_, i) => `snv_${i}\t${i % 4 === 0 ? 1 : 0}`)
    const scores = Array.from({ length: 37 }, (_, i) => `snv_${i}\t${(i * 17) % 23}`)
    rig.write("labels.tsv", `variant_id\ttarget\n${labels.join("\n")}\n`)
    rig.write("ours.tsv", `id\tlogit\n${scores.join("\n")}\n`)
    rig.write(
      "lab.yaml",
      `agflow: 1
name: lab
stages:
  ours:
    uses: evaluation-scores
    with: { evaluation: mfass_splicing, scores: ./ours.tsv, labels: ./labels.tsv, on: { variant_id: id }, columns: { prediction: logit } }
  result: { uses: variant-benchmark, with: { scores: ["\${{ ours.scores }}"] } }
outputs: { results: "\${{ result.results }}", missing: "\${{ ours.missing }}" }
`
    )
    const finished = await rig.agflow(["run", "lab.yaml"])
    assert.strictEqual(finished.code, 0, finished.stdout + finished.stderr)
    const results = rig.results()
    const [header, values] = results["results.tsv"]!.split("\n").map((line) => line.split("\t"))
    const value = (name: string) => values![header!.indexOf(name)]
    assert.deepStrictEqual([value("n"), value("without_score"), value("source")], ["37", "3", "table: stage ours"])
    // sklearn.metrics.average_precision_score of the 37 rows.
    assert.closeTo(Number(value("value")), 0.5283960746460746, 1e-12)
    const missing = results["missing.tsv"]!
    for (const id of ["snv_37", "snv_38", "snv_39"]) assert.include(missing, `${id}\tno score`)
    assert.include(rig.read("state/runs/latest/report.html"), "snv_38")
  })
})
