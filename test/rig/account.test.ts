/** What became of the rows that a task took: shown everywhere, kept with the result, and judged each time. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const stages = `import { Account, Effect, Port, Schema, Stage, Table } from "agflow"

const values = { x: Table.number("a value") }

export const positive = Stage.make({
  name: "positive",
  version: 1,
  summary: "Keeps what is above 0.",
  params: { forget: Schema.Boolean.pipe(Schema.optionalKey) },
  inputs: { values: Port.table(values, "values") },
  outputs: { kept: Port.table(values, "those above 0") },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const account = yield* Account.open("values")
    const kept = []
    for (const row of yield* inputs.values.rows) {
      account.take()
      if (row.x > 0) {
        account.keep()
        kept.push(row)
      } else if (params.forget !== true) account.leave("not above 0", String(row.x))
    }
    yield* outputs.kept.write(kept)
  })
})
`

const flow = (more = "", params = "") => `agflow: 1
name: account
imports: [./stages.ts]
stages:
  keep:
    uses: positive
    with: { values: ./values.tsv${params} }
${more}outputs: { kept: "\${{ keep.kept }}" }
`

const line = "values: 1 of 3 kept; left out: 2 not above 0 (-2)"

const setUp = (text = flow()) => {
  rig.write("stages.ts", stages)
  rig.write("values.tsv", "x\n1\n-2\n-3\n")
  rig.write("flow.yaml", text)
}

const report = () => readFileSync(rig.latest("report.html"), "utf8")

describe("the account of rows", () => {
  it("stands under the stage, in show, trace and report, of a cached task too", async () => {
    setUp()
    for (const status of ["done", "cached"]) {
      const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
      assert.strictEqual(code, 0, stdout + stderr)
      assert.include(stdout + stderr, line)
      assert.deepInclude(rig.trace()["keep"], { status, rows: line })
      assert.include((await rig.agflow(["show"])).stdout, line)
      assert.include((await rig.agflow(["show", "keep"])).stdout, line)
      assert.match(report(), /What was left out, and why/u)
      assert.include(report(), "not above 0")
    }
  })

  it("of nothing kept is an error, each time, unless the workflow allows it", async () => {
    setUp()
    rig.write("values.tsv", "x\n-1\n-2\n")
    for (const time of ["first", "again"]) {
      const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
      assert.strictEqual(code, 1, time)
      assert.include(stdout + stderr, "values: 0 of 2 kept; left out: 2 not above 0 (-1)")
      assert.include(stdout + stderr, "keep_at_least: { values: 0 }")
    }
    rig.write("flow.yaml", flow("    keep_at_least: { values: 0 }\n"))
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 0, stdout + stderr)
    assert.strictEqual(rig.trace()["keep"]!["status"], "cached")
    rig.write("flow.yaml", flow("    keep_at_least: 1.5\n"))
    assert.match((await rig.agflow(["check", "flow.yaml"])).stderr, /a share from 0 to 1/u)
  })

  it("may ask for a share, of a stage's pieces together", async () => {
    setUp(
      flow("    scatter: { over: ./values.tsv, rows: 1, as: piece }\n    keep_at_least: 0.3\n").replace(
        "values: ./values.tsv",
        'values: "${{ piece }}"'
      )
    )
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 0, stdout + stderr)
    assert.include(stdout + stderr, line)
    rig.write("flow.yaml", readFileSync(join(rig.folder, "flow.yaml"), "utf8").replace("0.3", "0.5"))
    const strict = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(strict.code, 1)
    assert.include(strict.stdout + strict.stderr, "the stage asks for at least 50 % of the values")
  })

  it("that does not balance is an error of the stage", async () => {
    setUp(flow("", ", forget: true"))
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 1)
    assert.include(stdout + stderr, "3 taken, 1 kept, 0 left out")
  })

  it("is written by a script as lines of a file", async () => {
    const script = (lines: string) => `agflow: 1
name: script
stages:
  keep:
    run: printf '${lines}' > "$AGFLOW_ACCOUNT"; echo done > "$out"
    outputs: { out: text }
outputs: { out: "\${{ keep.out }}" }
`
    rig.write("flow.yaml", script("reads\\tkept\\t8\\nreads\\tleft\\t2\\tunmapped\\tread7\\n"))
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 0, stdout + stderr)
    assert.include(stdout + stderr, "reads: 8 of 10 kept; left out: 2 unmapped (read7)")
    rig.write("flow.yaml", script("reads\\ttaken\\t11\\nreads\\tkept\\t8\\nreads\\tleft\\t2\\tunmapped\\tread7\\n"))
    const lost = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(lost.code, 1)
    assert.include(lost.stdout + lost.stderr, "11 taken, 8 kept, 2 left out")
    rig.write("flow.yaml", script("reads kept 8\\n"))
    const wrong = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(wrong.code, 1)
    assert.include(wrong.stdout + wrong.stderr, "line 1 of its account")
  })
})

describe("an output without a byte", () => {
  it("is said under its stage, of a cached task too, and counted where the stage is scattered", async () => {
    const one = `  one: { run: ': > "$out"', outputs: { out: text } }`
    const each = `  each:
    scatter: { over: [1, 2, 3], as: x }
    run: if [ "$x" = 2 ]; then echo 2; fi > "$out"
    env: { x: "\${{ x }}" }
    outputs: { out: text }`
    rig.write("flow.yaml", `agflow: 1\nname: flow\nstages:\n${one}\n${each}\n`)
    for (const line of [/✓ one .*\n +output 'out' is empty\n/u, /= one .*\n +output 'out' is empty\n/u]) {
      const { code, stdout } = await rig.agflow(["run", "flow.yaml"])
      assert.strictEqual(code, 0, stdout)
      assert.match(stdout, line)
      assert.match(stdout, /✓ each +3 tasks,.*\n +output 'out' is empty \(2 of 3 tasks\)\n/u)
    }
  })
})
