/** What the engine knows of an artifact reaches the tasks that state it, and no result is another origin's. */
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig } from "../support/rig.ts"

const stages = `import { Effect, Param, Port, Schema, Stage, Task } from "agflow"

/** Its output has the same bytes whether or not it is said to be drawn from a seed. */
export const draw = Stage.make({
  name: "draw",
  version: 1,
  summary: "Writes a value.",
  params: { seeded: Param.withDefault(Schema.Boolean, false, "said to be drawn from a seed") },
  inputs: {},
  outputs: { out: Port.file("text", "a value") },
  synthetic: ({ seeded }) => seeded,
  run: Effect.fnUntraced(function* ({ outputs }) {
    const task = yield* Task
    yield* task.note({ kind: "model", name: "coin", weights: "c01", licence: "MIT", citation: "none" })
    yield* outputs.out.write("1\\n")
  })
})

const tells = (name: string, lineage: boolean) => Stage.make({
  name,
  version: 1,
  summary: "Tells what it was given.",
  params: {},
  inputs: { of: Port.list(Port.file("text", "texts")) },
  outputs: { out: Port.file("text", "what it knows") },
  lineage,
  run: Effect.fnUntraced(function* ({ outputs }) {
    const { synthetic, lineage } = yield* Task
    yield* outputs.out.write(JSON.stringify({ synthetic, lineage }) + "\\n")
  })
})
export const tell = tells("tell", true)
export const hush = tells("hush", false)
`

const flow = (name: string, seeded: boolean) => `agflow: 1
name: flow
imports: [./stages.ts]
stages:
  ${name}: { uses: draw, with: { seeded: ${seeded} } }
  copy: { run: 'cat "$in" > "$out"', inputs: { in: "\${{ ${name}.out }}" }, outputs: { out: text } }
  tell: { uses: tell, with: { of: ["\${{ copy.out }}", "\${{ ${name}.out }}", ./own.txt] } }
  hush: { uses: hush, with: { of: ["\${{ copy.out }}"] } }
outputs: { tell: "\${{ tell.out }}", hush: "\${{ hush.out }}", copy: "\${{ copy.out }}" }
`

let rig: Rig
beforeEach(() => {
  rig = new Rig()
  rig.write("stages.ts", stages)
  rig.write("own.txt", "1\n")
})
afterEach(() => rig.remove())

const run = async (text: string) => {
  rig.write("flow.yaml", text)
  const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml", "--outdir", "out"])
  assert.strictEqual(code, 0, stdout + stderr)
  const results = rig.results()
  const [tell, hush] = [results["tell.txt"]!, results["hush.txt"]!].map((each) => JSON.parse(each))
  const marks = Object.fromEntries(
    (JSON.parse(rig.read("out", "outputs.json")) as ReadonlyArray<{ name: string; synthetic: boolean }>).map((each) => [
      each.name,
      each.synthetic
    ])
  )
  const status = Object.fromEntries(Object.entries(rig.trace()).map(([id, { status }]) => [id, status]))
  return { tell, hush, marks, status }
}

describe("lineage", () => {
  it("names stage, file and models through other stages, to those that ask", async () => {
    const { tell, hush } = await run(flow("first", false))
    const models = [{ name: "coin", weights: "c01" }]
    const known = { uses: null, file: null, datasets: [], models, synthetic: false }
    assert.deepStrictEqual(tell, {
      synthetic: false,
      lineage: {
        of: [
          { stage: "copy", ...known, edited: ["copy"] },
          { stage: "first", ...known },
          { stage: null, uses: null, file: "own.txt", datasets: [], models: [], synthetic: false }
        ]
      }
    })
    assert.deepStrictEqual(hush, { synthetic: false, lineage: {} })
  }, 120_000)

  it("is no other's: equal bytes of another stage, or drawn from a seed, are told as such", async () => {
    await run(flow("first", false))
    const renamed = await run(flow("second", false))
    assert.strictEqual(renamed.tell.lineage.of[1].stage, "second")
    assert.deepStrictEqual(renamed.status, { second: "cached", copy: "cached", tell: "done", hush: "cached" })
    const seeded = await run(flow("first", true))
    assert.isTrue(seeded.tell.synthetic && seeded.hush.synthetic && seeded.tell.lineage.of[0].synthetic)
    assert.deepStrictEqual(seeded.marks, { tell: true, hush: true, copy: true })
    const plain = await run(flow("first", false))
    assert.deepStrictEqual(plain.marks, { tell: false, hush: false, copy: false })
    assert.isFalse(plain.tell.synthetic || plain.hush.synthetic)
    assert.deepStrictEqual([...new Set(Object.values(plain.status))], ["cached"])
  }, 240_000)

  it("stays synthetic when what was published is given to another workflow", async () => {
    await run(flow("first", true))
    const next = (file: string) => `agflow: 1
name: next
imports: [./stages.ts]
stages:
  tell: { uses: tell, with: { of: [${file}] } }
  hush: { uses: hush, with: { of: [${file}] } }
outputs: { tell: "\${{ tell.out }}", hush: "\${{ hush.out }}" }
`
    const taken = rig.write("taken.txt", rig.read("out", "copy.txt"))
    for (const file of ["./out/copy.txt", join(rig.home, "runs", rig.runId()!, "results/copy.txt")]) {
      const { code, stdout, stderr } = await rig.agflow(["run", rig.write("next.yaml", next(file))])
      assert.strictEqual(code, 0, stdout + stderr)
      assert.isTrue(JSON.parse(rig.results()["tell.txt"]!).synthetic, file)
    }
    // Elsewhere nothing says so.
    await rig.agflow(["run", rig.write("next.yaml", next(taken))])
    assert.isFalse(JSON.parse(rig.results()["tell.txt"]!).synthetic)
  }, 240_000)
})
