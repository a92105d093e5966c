/** What would never end by itself can be ended, or is an error. */
import { execFileSync } from "node:child_process"
import { openSync, readFileSync, writeFileSync } from "node:fs"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { binary, pause, Rig, step, until, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const echo = () =>
  rig.write(
    "flow.yaml",
    workflow(
      { a: step(rig, "a", 'echo "$n" > "$out"', { env: { n: "${{ params.n }}" } }) },
      { params: { n: { type: "integer", default: 1 } }, outputs: { out: "${{ a.out }}" } }
    )
  )

describe("a pipe", () => {
  it("that nothing writes to is an error as params file, and as any input", async () => {
    echo()
    execFileSync("mkfifo", [rig.path("pipe"), rig.path("pipe.yaml")])
    const params = await rig.agflow(["run", "flow.yaml", "--params-file", "pipe"])
    assert.strictEqual(params.code, 2)
    assert.match(params.stderr, /pipe: this is a pipe that nothing writes to\n +hint: /u)
    assert.match(
      (await rig.agflow(["check", "pipe.yaml"])).stderr,
      /pipe\.yaml: this is a pipe that nothing writes to/u
    )
    rig.write("reads.yaml", workflow({ a: step(rig, "a", 'cat "$x" > "$out"', { inputs: { x: "./pipe" } }) }))
    const input = await rig.agflow(["run", "reads.yaml"])
    assert.strictEqual(input.code, 2)
    assert.match(input.stderr, /pipe is a pipe or a device, where a file is expected/u)
  })

  it("that a program writes to can be a params file", async () => {
    echo()
    execFileSync("mkfifo", [rig.path("pipe")])
    const writer = spawn("bash", ["-c", 'exec 3<> pipe; sleep 3; echo "n: 7" >&3; sleep 1'], { cwd: rig.folder })
    await pause(500)
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml", "--params-file", "pipe"])
    writer.kill()
    assert.strictEqual(code, 0, stdout + stderr)
    assert.deepStrictEqual(rig.results(), { "out.txt": "7\n" })
  })
})

it.each(["SIGINT", "SIGTERM"] as const)("an import that never ends loading is ended by %s", async (signal) => {
  const mark = rig.path("loading")
  rig.write(
    "s.ts",
    `import { writeFileSync } from "node:fs"\nwriteFileSync(${JSON.stringify(mark)}, "")\nwhile (true) {}\n`
  )
  rig.write("flow.yaml", workflow({ a: step(rig, "a", 'echo > "$out"') }, { imports: ["./s.ts"] }))
  const run = rig.start(["check", "flow.yaml"])
  await until("it loads", () => rig.state("../").includes("loading") || run.child.exitCode !== null)
  run.child.kill(signal)
  assert.strictEqual((await run.ended).signal, signal)
})

it("under nohup a run goes on when its terminal is closed", async () => {
  rig.write(
    "flow.yaml",
    workflow({ a: step(rig, "a", 'sleep 2; echo 1 > "$out"') }, { outputs: { o: "${{ a.out }}" } })
  )
  const log = openSync(rig.path("nohup.log"), "w")
  const run = spawn("nohup", [process.execPath, binary, "run", "flow.yaml"], {
    cwd: rig.folder,
    env: { PATH: process.env["PATH"]!, HOME: rig.path("home"), AGFLOW_HOME: rig.home },
    stdio: ["ignore", log, log],
    detached: true
  })
  await until("the task runs", () => rig.read("executed.log") !== "")
  process.kill(-run.pid!, "SIGHUP")
  assert.deepStrictEqual(await once(run, "exit"), [0, null], rig.read("nohup.log"))
  assert.deepStrictEqual(rig.results(), { "o.txt": "1\n" })
})

it("compares a task that an interrupted run had not begun with the last run in which it ran", async () => {
  rig.write("s.sh", 'echo "1 $1"\n')
  const run = 'bash "$script" "$x" > "$out"'
  const many = { ...step(rig, "s", run, { inputs: { script: "./s.sh" }, env: { x: "${{ x }}" } }) }
  rig.write("flow.yaml", workflow({ s: { ...many, scatter: { over: ["a", "b", "c"], as: "x" } } }))
  const args = ["run", "flow.yaml", "--max-cpus", "1"]
  assert.strictEqual((await rig.agflow(args)).code, 0)
  rig.executed()
  rig.write("s.sh", 'sleep 5; echo "2 $1"\n')
  const second = rig.start(args)
  await until("one runs", () => readFileSync(rig.log, "utf8") !== "")
  second.child.kill("SIGINT")
  assert.strictEqual((await second.ended).code, 130)
  writeFileSync(rig.path("s.sh"), 'echo "3 $1"\n')
  const plan = await rig.agflow(["plan", "flow.yaml", "--tasks"])
  assert.notInclude(plan.stdout, "no longer recorded")
  assert.match(plan.stdout, /s\/c +to run +input script content /u)
  assert.strictEqual((await rig.agflow(args)).code, 0)
  const explained = await rig.agflow(["explain", "s"])
  assert.notInclude(explained.stdout, "no longer recorded")
  assert.match(explained.stdout, /s\/c ran .*\n +input script content /u)
})
