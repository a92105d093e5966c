/** `agflow run -v`: what tasks print, while they print it. */
import { afterEach, assert, beforeEach, it } from "vitest"
import { Rig, step, until, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

it("shows both streams of a script before it ends, to the last line, and nothing without -v", async () => {
  const go = rig.path("go")
  const script = `echo early; echo trouble >&2; until [ -e "$go" ]; do sleep 0.05; done; printf 'no line end'; echo 1 > "$out"`
  rig.write("flow.yaml", workflow({ a: step(rig, "a", script, { env: { go } }) }))
  const run = rig.start(["run", "flow.yaml", "-v"])
  await until("the lines are shown", () => /a \| early/u.test(run.output()) && /a \| trouble/u.test(run.output()))
  assert.notMatch(run.output(), /✓ a /u)
  rig.write("go", "")
  const { code, stdout } = await run.ended
  assert.strictEqual(code, 0, stdout)
  assert.match(stdout, /a \| no line end\n[^]*✓ a /u)
  assert.isFalse(rig.events().some(({ _tag }) => _tag === "TaskOutput"))

  rig.write("other.yaml", workflow({ b: step(rig, "b", 'echo early; echo 1 > "$out"') }))
  assert.notInclude((await rig.agflow(["run", "other.yaml"])).stdout, "early")
})

it("shows what a TypeScript stage logs, once", async () => {
  rig.write("flow.yaml", workflow({ g: { uses: "fetch-reference", with: { genome: "synthetic", seed: 1 } } }))
  const { code, stdout } = await rig.agflow(["run", "flow.yaml", "--verbose"])
  assert.strictEqual(code, 0, stdout)
  const logged = rig.events().flatMap((event) => (event._tag === "TaskLog" ? [event.line] : []))
  const shown = stdout.split("\n").flatMap((line) => /^ +g \| (.*)$/u.exec(line)?.slice(1) ?? [])
  assert.deepStrictEqual(shown, logged)
})
