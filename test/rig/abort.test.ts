/** A native library that aborts takes its worker along, and nothing else. */
import { afterEach, assert, beforeEach, it } from "vitest"
import { Rig, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

/** What an addon does whose GPU driver fails an assertion: the process ends at once, by SIGABRT. */
const stages = `import { Effect, Param, Port, Schema, Stage } from "agflow"

export const infer = Stage.make({
  name: "infer",
  version: 1,
  summary: "Runs a native library.",
  params: { crash: Param.withDefault(Schema.Boolean, false, "whether it crashes") },
  inputs: {},
  outputs: { out: Port.file("text", "a text") },
  run: Effect.fnUntraced(function* ({ params, outputs }) {
    if (params.crash) process.abort()
    yield* outputs.out.write("done")
  })
})
`

it("a task whose native library aborts fails with words; the others and the run live on", async () => {
  rig.write("stages.ts", stages)
  const flow = {
    bad: { uses: "infer", with: { crash: true }, onError: "ignore" },
    good: { uses: "infer" },
    later: { run: 'cat "$text" > "$out"', inputs: { text: "${{ good.out }}" }, outputs: { out: "text" } }
  }
  rig.write("flow.yaml", workflow(flow, { imports: ["./stages.ts"] }))
  const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml", "--max-cpus", "1"])
  assert.strictEqual(code, 0, stdout)
  assert.match(
    stdout,
    /✗ bad +failed[^]*the worker died \(SIGABRT\): a native library crashed or memory ran out[^]*hint: /u
  )
  assert.notMatch(stdout + stderr, /\n\s+at /u)
  const statuses = Object.entries(rig.trace()).map(([id, { status }]) => `${id} ${status}`)
  assert.sameMembers(statuses, ["bad failed", "good done", "later done"])
  assert.deepStrictEqual(rig.processes(), [])
  assert.deepStrictEqual(rig.state("work"), [])
})
