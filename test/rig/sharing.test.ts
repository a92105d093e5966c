/** Several runs at once in one cache. */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { afterEach, assert, beforeEach, it } from "vitest"
import { Rig, step, until, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const chain = () =>
  workflow(
    {
      left: step(rig, "left", 'sleep 0.3; echo 1 > "$out"'),
      right: step(rig, "right", 'sleep 0.3; echo 2 > "$out"'),
      sum: step(rig, "sum", 'sleep 0.2; cat "$a" "$b" > "$out"', {
        inputs: { a: "${{ left.out }}", b: "${{ right.out }}" }
      }),
      last: step(rig, "last", 'wc -l < "$sum" > "$out"', { inputs: { sum: "${{ sum.out }}" } })
    },
    { outputs: { last: "${{ last.out }}" } }
  )

it("four runs of one workflow execute each task once in all, and all succeed", async () => {
  rig.write("flow.yaml", chain())
  const runs = await Promise.all(Array.from({ length: 4 }, () => rig.agflow(["run", "flow.yaml"])))
  for (const { code, stdout, stderr } of runs) assert.strictEqual(code, 0, stdout + stderr)
  assert.deepStrictEqual([...rig.executed()].sort(), ["last", "left", "right", "sum"])
  assert.isTrue(
    runs.some(({ stdout }) => /another run is at it \(process \d+ on \S+\): waiting/u.test(stdout)),
    "a run that waits says for whom"
  )
  // A task that another run did is none of this run's own work.
  const done = runs.reduce((sum, { stdout }) => sum + (stdout.match(/✓/gu)?.length ?? 0), 0)
  assert.strictEqual(done, 4)
  assert.deepStrictEqual(rig.state("leases"), [])
  assert.deepStrictEqual(rig.state("work"), [])
})

it("a trace says 'cached' of a task that another run has finished meanwhile", async () => {
  rig.write("flow.yaml", workflow({ slow: step(rig, "slow", 'sleep 1; echo 1 > "$out"') }))
  const first = rig.start(["run", "flow.yaml"])
  await until("the task runs", () => rig.read("executed.log") !== "")
  const second = await rig.agflow(["run", "flow.yaml"])
  assert.strictEqual(second.code, 0)
  assert.strictEqual(rig.trace()["slow"]!["status"], "cached")
  assert.strictEqual((await first.ended).code, 0)
  assert.deepStrictEqual(rig.executed(), ["slow"])
})

it("two stages of one workflow that are the same task are executed once", async () => {
  const same = step(rig, "same", 'sleep 0.2; echo 1 > "$out"')
  rig.write("flow.yaml", workflow({ one: same, two: same }))
  assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
  assert.deepStrictEqual(rig.executed(), ["same"])
})

it("the lease of a dead process is taken over at once, by one of two", async () => {
  rig.write("flow.yaml", workflow({ only: step(rig, "only", 'sleep 0.3; echo 1 > "$out"') }))
  // Another state folder tells the key that the task will have in this one.
  const elsewhere = rig.path("elsewhere")
  assert.strictEqual((await rig.agflow(["run", "flow.yaml"], { env: { AGFLOW_HOME: elsewhere } })).code, 0)
  const key = readdirSync(join(elsewhere, "records"), { recursive: true, encoding: "utf8" })
    .find((name) => name.endsWith(".json"))!
    .slice("00/".length, -".json".length)
  rig.executed()
  const lease = join(rig.home, "leases", key)
  mkdirSync(join(rig.home, "leases"), { recursive: true })
  writeFileSync(lease, JSON.stringify({ nonce: "x", host: hostname(), pid: spawnSync("true").pid, started: "1" }))
  const runs = await Promise.all([rig.agflow(["run", "flow.yaml"]), rig.agflow(["run", "flow.yaml"])])
  assert.deepStrictEqual(
    runs.map(({ code }) => code),
    [0, 0]
  )
  assert.deepStrictEqual(rig.executed(), ["only"])
  assert.isFalse(existsSync(lease))
  // Silence of 15 s, after which the lease of another machine is taken over, is not waited for.
  const seconds = rig.events().map(({ time }) => Date.parse(time) / 1000)
  assert.isBelow(seconds.at(-1)! - seconds[0]!, 8)
})
