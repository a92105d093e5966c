/** Tables that scripts write: held to the columns that they declare. */
import { existsSync } from "node:fs"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig, step, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const columns = { id: "string", pos: "integer", effect: "number?" }

const run = (script: string, table: Readonly<Record<string, string>> = columns) => {
  const outputs = { out: { table } }
  rig.write("flow.yaml", workflow({ a: step(rig, "a", script, { outputs: outputs as never }) }))
  return rig.agflow(["run", "flow.yaml"])
}

describe("a script's table", () => {
  it.each([
    ["has the wrong columns", "id\\tposition\\teffect\\nx\\t1\\t2\\n", 1, "missing column 'pos'"],
    [
      "has a word where a number belongs",
      "id\\tpos\\teffect\\nx\\t1\\t2\\ny\\t1.5\\t2\\n",
      3,
      "column 'pos': '1.5' where an integer is expected"
    ],
    [
      "lacks a value that it must have",
      "id\\tpos\\teffect\\nx\\tNA\\tNA\\n",
      2,
      "column 'pos': 'NA' where an integer is expected"
    ],
    ["has a short row", "id\\tpos\\teffect\\nx\\t1\\n", 2, "2 fields where the header has 3"],
    ["names a column twice", "id\\tpos\\tpos\\nx\\t1\\t2\\n", 1, "two columns are named 'pos'"],
    ["is empty", "", undefined, "is empty: a header row is needed"]
  ])("that %s fails the task, and nothing is kept", async (_, text, line, message) => {
    const { code, stdout, stderr } = await run(`printf '${text}' > "$out"`)
    const said = stdout + stderr
    assert.strictEqual(code, 1, said)
    assert.include(said, message)
    assert.include(said, "output 'out'")
    if (line !== undefined) assert.match(said, new RegExp(`outputs/out\\.tsv:${line}: `, "u"))
    assert.strictEqual(rig.keys().size, 0, "no record")
    assert.isTrue(existsSync(rig.latest("logs", "failed", "a", "outputs", "out.tsv")), "the table can be looked at")
    await rig.agflow(["run", "flow.yaml"])
    assert.deepStrictEqual(rig.executed(), ["a", "a"], "it runs again")
  })

  it("may have further columns, missing values where it says so, and empty lines", async () => {
    const { code, stdout } = await run(`printf 'id\\tmore\\teffect\\tpos\\n\\nx\\t?\\tNA\\t7\\n\\n' > "$out"`)
    assert.strictEqual(code, 0, stdout)
  })

  it("of half a million rows is read to its end", async () => {
    const { code, stdout } = await run(
      `printf 'id\\tpos\\teffect\\n' > "$out"; seq 500000 | sed 's/.*/v&\\t&\\t0.25/' >> "$out"; printf 'x\\ty\\tz\\n' >> "$out"`
    )
    assert.strictEqual(code, 1, stdout)
    assert.match(stdout, /out\.tsv:500002: /u)
  })
})

it("an output of a workflow cannot leave the run's folder", async () => {
  rig.write(
    "flow.yaml",
    workflow({ a: step(rig, "a", 'echo 1 > "$out"') }, { outputs: { "../../escape": "${{ a.out }}" } })
  )
  const { code, stderr } = await rig.agflow(["run", "flow.yaml"])
  assert.strictEqual(code, 2)
  assert.match(stderr, /'\.\.\/\.\.\/escape' cannot name an output/u)
  assert.deepStrictEqual(rig.executed(), [])
})
