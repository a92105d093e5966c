/** Several runs at once in one cache. */
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { afterEach, assert, beforeEach, it } from "vitest"
import { binary, Rig, step, until, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

/** Two tasks that wait for the gate, one that reads both, one behind it, and six scattered ones behind that. */
const chain = (gate: string) => {
  const gated = (id: string) =>
    step(rig, id, `until [ -e "$gate" ]; do sleep 0.05; done; echo ${id} > "$out"`, { env: { gate } })
  const inputs = { a: "${{ left.out }}", b: "${{ right.out }}" }
  return workflow(
    {
      left: gated("left"),
      right: gated("right"),
      sum: step(rig, "sum", 'cat "$a" "$b" > "$out"', { inputs }),
      many: {
        ...step(rig, "many", 'echo "$n"; cat "$sum" > "$out"', {
          inputs: { sum: "${{ sum.out }}" },
          env: { n: "${{ n }}" }
        }),
        scatter: { over: "${{ range(6) }}", as: "n" }
      },
      last: step(rig, "last", 'cat $many | wc -l > "$out"', { inputs: { many: "${{ many.out }}" } })
    },
    { outputs: { last: "${{ last.out }}" } }
  )
}

it("eight runs of one workflow execute each task once in all, and all succeed", async () => {
  const gate = rig.path("gate")
  rig.write("flow.yaml", chain(gate))
  const runs = Array.from({ length: 8 }, () => rig.start(["run", "flow.yaml"]))
  const waiting = () =>
    runs.filter((run) => /another run is at it \(process \d+ on \S+\): waiting/u.test(run.output())).length
  // All are in the race for the first tasks: one may have both of them, the others say for whom they wait.
  await until("seven wait", () => waiting() >= 7, 60_000)
  writeFileSync(gate, "")
  const finished = await Promise.all(runs.map(({ ended }) => ended))
  for (const { code, stdout, stderr } of finished) assert.strictEqual(code, 0, stdout + stderr)
  const tasks = ["last", "left", ...Array.from({ length: 6 }, () => "many"), "right", "sum"]
  assert.deepStrictEqual([...rig.executed()].sort(), tasks)
  // A task that another run did is none of this run's own work.
  const done = readdirSync(join(rig.home, "runs"))
    .filter((name) => name !== "latest")
    .flatMap((name) => readFileSync(join(rig.home, "runs", name, "events.ndjson"), "utf8").match(/"TaskDone"/gu) ?? [])
  assert.strictEqual(done.length, tasks.length)
  assert.deepStrictEqual(rig.results(), { "last.txt": "12\n" })
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

const apart = ["--pid", "--fork", "--mount-proc"]
const mayPartProcesses = spawnSync("unshare", [...apart, "true"]).status === 0

it.skipIf(!mayPartProcesses)(
  "a run in a container of the same name is left alone, and waited for (needs root to set up)",
  async () => {
    rig.write("flow.yaml", workflow({ only: step(rig, "only", 'sleep 3; echo 1 > "$out"') }))
    const inside = spawn("unshare", [...apart, process.execPath, binary, "run", "flow.yaml"], {
      cwd: rig.folder,
      env: { PATH: process.env["PATH"]!, HOME: rig.path("home"), AGFLOW_HOME: rig.home },
      stdio: "ignore"
    })
    const ended = once(inside, "exit")
    await until("it runs", () => readFileSync(rig.log, "utf8") !== "")
    const { code, stdout } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 0, stdout)
    assert.match(stdout, /\(process \d+ on .*~\d+\): waiting/u)
    assert.deepStrictEqual(await ended, [0, null])
    assert.deepStrictEqual(rig.executed(), ["only"])
  }
)

it("what another machine has left is cleared away a day later, but not what it still holds", async () => {
  rig.write("flow.yaml", workflow({ only: step(rig, "only", 'echo 1 > "$out"') }))
  const then = new Date(Date.now() - 25 * 3600 * 1000)
  const left = (key: string, when: Date) => {
    const folder = rig.path("state/work", `${key.slice(0, 16)}-else-where-1.1-0`)
    mkdirSync(folder, { recursive: true })
    utimesSync(folder, when, when)
  }
  const [old, young, held] = ["a", "b", "c"].map((letter) => letter.repeat(64)) as [string, string, string]
  left(old, then)
  left(young, new Date())
  left(held, then)
  rig.write(`state/leases/${held}`, JSON.stringify({ nonce: "x", host: "else-where", pid: 1, started: "1" }))
  assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
  assert.deepStrictEqual(
    readdirSync(rig.path("state/work")).map((name) => name.slice(0, 2)),
    ["bb", "cc"]
  )
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
  const dead = spawnSync("true").pid
  writeFileSync(lease, JSON.stringify({ nonce: "x", host: hostname(), pid: dead, started: "1" }))
  const runs = await Promise.all([rig.agflow(["run", "flow.yaml"]), rig.agflow(["run", "flow.yaml"])])
  assert.deepStrictEqual(
    runs.map(({ code }) => code),
    [0, 0]
  )
  assert.deepStrictEqual(rig.executed(), ["only"])
  assert.isFalse(existsSync(lease))
  // Nobody waits for the dead one, as they would for the lease of another machine until it was silent for long.
  for (const { stdout } of runs) assert.notInclude(stdout, `process ${dead} `)
})
