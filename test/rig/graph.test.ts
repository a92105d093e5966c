/** `agflow graph` on the workflows that are shipped. */
import { afterEach, assert, beforeEach, it } from "vitest"
import { benchmark, Rig, step, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

it("draws the main job in every format, and writes nothing", async () => {
  const graph = async (format: string) => {
    const { code, stdout, stderr } = await rig.agflow(["graph", benchmark, "--format", format])
    assert.strictEqual(code, 0, stderr)
    return stdout
  }
  assert.match(
    await graph("mermaid"),
    /^flowchart TD\n[^]*\n {2}s_cohort -->\|"variants<br\/>pairs<br\/>genes"\| s_windows\n/u
  )
  assert.match(await graph("dot"), /\n {2}"windows" -> "scores" \[label="windows"\]\n/u)
  assert.match(await graph("svg"), /^<svg xmlns=[^]*<\/svg>\n$/u)
  const { edges } = JSON.parse(await graph("json"))
  assert.deepInclude(edges, { from: "networks", output: "student", to: "scores", input: "weights" })
  assert.deepStrictEqual(rig.state("."), [])
})

it("says what to do where a picture would show nothing", async () => {
  const stages = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`s${n}`, step(rig, "s", 'echo > "$out"')]))
  rig.write("flow.yaml", workflow(stages))
  const { code, stderr } = await rig.agflow(["graph", "flow.yaml", "--format", "svg"])
  assert.strictEqual(code, 2)
  assert.match(stderr, /a picture of 90 stages shows nothing\n +hint: use --format dot/u)
})

it("tells faults like the other commands", async () => {
  rig.write("flow.yaml", workflow({ a: { uses: "no-such" } }))
  const { code, stderr } = await rig.agflow(["graph", "flow.yaml"])
  assert.strictEqual(code, 2)
  assert.match(stderr, /there is no stage named 'no-such'/u)
})
