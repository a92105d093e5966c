/** What `agflow plan` foresees: counts of scattered stages, time and bytes by earlier tasks. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import * as Record from "../../src/cache/Record.ts"
import { Rig, step, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const setUp = (count: number, rest = "cat $parts > $out") =>
  rig.write(
    "flow.yaml",
    workflow(
      {
        parts: {
          ...step(rig, "part", 'head -c 1000 /dev/zero > "$out"; echo "$n" >> "$out"', { env: { n: "${{ n }}" } }),
          scatter: { over: `\${{ range(${count}) }}`, as: "n" }
        },
        joined: step(rig, "joined", rest, { inputs: { parts: "${{ parts.out }}" } })
      },
      { outputs: { joined: "${{ joined.out }}" } }
    )
  )

const plan = async (...flags: ReadonlyArray<string>) => {
  const { code, stdout, stderr } = await rig.agflow(["plan", "flow.yaml", ...flags])
  assert.strictEqual(code, 0, stdout + stderr)
  assert.deepStrictEqual(rig.executed(), [])
  return stdout
}

/** Says of all records that their tasks took so long. */
const tookSeconds = (seconds: number) => {
  const folder = join(rig.home, "records")
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".json")) continue
    const record = Record.decode(readFileSync(join(folder, name), "utf8"))!
    writeFileSync(join(folder, name), Record.encode({ ...record, seconds }))
  }
}

describe("a scattered stage", () => {
  it("is one line of counts; --tasks lists its tasks", async () => {
    setUp(3)
    assert.strictEqual(
      await plan(),
      "  parts   3 tasks: all to run  not run before\n" +
        "  joined  unknown  depends on what 'parts' gives\n" +
        "0 cached, 3 to run, 1 unknown until these end\n"
    )
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
    rig.executed()
    setUp(5)
    const lines = (await plan("--tasks")).split("\n")
    assert.match(lines[0]!, /^ {2}parts {3}5 tasks: 3 cached, 2 to run {2}not run before/u)
    assert.deepStrictEqual(lines.slice(1, 6), [
      "    parts/0  cached  nothing that it depends on has changed",
      "    parts/1  cached  nothing that it depends on has changed",
      "    parts/2  cached  nothing that it depends on has changed",
      "    parts/3  to run  not run before",
      "    parts/4  to run  not run before"
    ])
    setUp(3)
    assert.match(await plan(), /^ {2}parts {3}3 tasks: all cached {2}nothing that it depends on has changed\n/u)
  })
})

describe("an estimate", () => {
  it("goes by the median of earlier tasks of the same stage, and says what it does not know", async () => {
    setUp(3)
    assert.notInclude(await plan(), "about")
    await rig.agflow(["run", "flow.yaml"])
    rig.executed()
    tookSeconds(60)
    setUp(9, "cat $parts >  $out")
    const text = await plan("--max-cpus", "2")
    // 6 tasks of a minute, two at a time.
    assert.match(text, /^ {2}parts .* {2}not run before \(about 6 min 0 s, 6\.0 KB\)$/mu)
    assert.match(
      text,
      /\nabout 3 min 0 s, 6\.0 KB at most, going by earlier tasks of the same stages, without 'joined'\n$/u
    )
    const { stages, estimate, ...counts } = JSON.parse(await plan("--json", "--max-cpus", "2"))
    assert.deepInclude(counts, { workflow: "rig", file: "flow.yaml", cached: 3, toRun: 6, unknown: 1 })
    assert.deepStrictEqual(estimate, { seconds: 180, bytes: 6 * 1002 })
    assert.deepStrictEqual(stages[0].estimate, { seconds: 60, bytes: 1002, from: 3 })
    assert.deepInclude(stages[0], { id: "parts", status: "to run", scattered: true, tasks: 9, cached: 3, toRun: 6 })
    assert.deepStrictEqual(stages[1].waitsFor, ["parts"])
    assert.isNull(stages[1].estimate)
    assert.strictEqual(await plan("--format", "json", "--max-cpus", "2"), await plan("--json", "--max-cpus", "2"))
  })

  it("is not given where nothing is to run", async () => {
    setUp(2)
    await rig.agflow(["run", "flow.yaml"])
    rig.executed()
    assert.match(await plan(), /\n3 cached, 0 to run, 0 unknown until these end\n$/u)
    assert.isNull(JSON.parse(await plan("--json")).estimate)
  })
})

it("a script's table whose columns are declared anew is made again", async () => {
  const columns = (id: string) => {
    const outputs = { out: { table: { id } } } as never
    rig.write("flow.yaml", workflow({ a: step(rig, "a", "printf 'id\\nx\\n' > \"$out\"", { outputs }) }))
  }
  columns("string")
  await rig.agflow(["run", "flow.yaml"])
  rig.executed()
  columns("integer")
  assert.match(await plan(), /a {2}to run {3}output out changed/u)
})
