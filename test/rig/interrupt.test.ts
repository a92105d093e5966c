/** Signals: a run that is asked to end does so in order, and the next one goes on where it was. */
import { readFileSync } from "node:fs"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { benchmark, pause, Rig, step, until, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

/** `quick` ends; `slow` says that it runs, and sleeps until the file `go` is there. */
const setUp = (trap = "") =>
  rig.write(
    "flow.yaml",
    workflow(
      {
        quick: step(rig, "quick", 'echo 1 > "$out"'),
        slow: step(rig, "slow", `${trap}\ncat "$quick" > "$out"; [ -e "$go" ] || { touch "$go.running"; sleep 307; }`, {
          inputs: { quick: "${{ quick.out }}" },
          env: { go: rig.path("go") }
        }),
        last: step(rig, "last", 'cat "$slow" > "$out"', { inputs: { slow: "${{ slow.out }}" } })
      },
      { outputs: { last: "${{ last.out }}", first: "${{ quick.out }}" } }
    )
  )

const startedSlow = async () => {
  const run = rig.start(["run", "flow.yaml"])
  await until("the slow script runs", () => rig.processes().some(({ command }) => command === "sleep 307"))
  return run
}

const resume = async () => {
  rig.executed()
  rig.write("go", "")
  const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
  assert.strictEqual(code, 0, stdout + stderr)
  assert.deepStrictEqual(rig.executed(), ["slow", "last"])
  assert.deepStrictEqual(rig.results(), { "first.txt": "1\n", "last.txt": "1\n" })
  assert.deepStrictEqual(rig.state("leases"), [])
}

describe.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s", (signal) => {
  it("ends the scripts, says so in the report, keeps what is finished, and the rest is run the next time", async () => {
    setUp()
    const run = await startedSlow()
    run.child.kill(signal)
    const { code, stdout, stderr } = await run.ended
    assert.strictEqual(code, 130, stdout + stderr)
    assert.deepStrictEqual(rig.processes(), [])
    assert.match(stdout, /interrupted in [\d.]+ s\nreport: .*report\.html\n$/u)
    assert.strictEqual(stderr, "")
    assert.include(readFileSync(rig.latest("report.html"), "utf8"), "Interrupted</span>")
    const end = rig.events().at(-1)!
    assert.strictEqual(end._tag === "RunEnded" ? end.status : end._tag, "interrupted")
    assert.deepStrictEqual(
      Object.entries(rig.trace()).map(([id, { status }]) => [id, status]),
      [
        ["quick", "done"],
        ["slow", "not started"],
        ["last", "not started"]
      ]
    )
    assert.deepStrictEqual(rig.results(), { "first.txt": "1\n" })
    assert.deepStrictEqual(rig.state("work"), [])
    assert.deepStrictEqual(rig.state("leases"), [])
    await resume()
  })
})

it("a script that ignores TERM is killed, and its children with it", async () => {
  setUp("trap '' TERM")
  const run = await startedSlow()
  run.child.kill("SIGINT")
  // Left alone, the script would sleep for longer than this test may take.
  assert.strictEqual((await run.ended).code, 130)
  assert.deepStrictEqual(rig.processes(), [])
  await resume()
})

it("a script that cleans up at TERM is given the time for it", async () => {
  setUp(`trap 'sleep 0.5; echo clean >> "$executed"; exit 1' TERM`)
  const run = await startedSlow()
  rig.executed()
  run.child.kill("SIGINT")
  assert.strictEqual((await run.ended).code, 130)
  assert.deepStrictEqual(rig.executed(), ["clean"])
})

it("SIGINT twice ends at once, and leaves no script behind", async () => {
  setUp("trap '' TERM")
  const run = await startedSlow()
  // Two that come too close together count as one.
  while (run.child.exitCode === null && run.child.kill("SIGINT")) await pause(100)
  const { code, stdout } = await run.ended
  assert.strictEqual(code, 130)
  assert.notInclude(stdout, "interrupted in", "it did not wait for the script, which ignores TERM")
  await until("nothing runs", () => rig.processes().length === 0)
  await resume()
})

it("Ctrl-C at a terminal, which reaches the workers, too, ends a run of stages in order", async () => {
  const run = rig.start(["run", benchmark], { detached: true })
  await until("a worker scores", () => run.output().includes("> teacher"))
  process.kill(-run.pid, "SIGINT")
  const { code, stdout, stderr } = await run.ended
  assert.strictEqual(code, 130, stdout + stderr)
  assert.notMatch(stdout, /✗|worker died/u)
  assert.match(stdout, /interrupted in [\d.]+ s\n/u)
  assert.strictEqual(stderr, "")
  assert.deepStrictEqual(rig.processes(), [])
  assert.deepStrictEqual(rig.state("work"), [])
})

it("a signal while a run waits for another leaves the other alone", async () => {
  setUp()
  const first = await startedSlow()
  const second = rig.start(["run", "flow.yaml"])
  await until("it waits", () => second.output().includes("waiting"))
  second.child.kill("SIGINT")
  assert.strictEqual((await second.ended).code, 130)
  assert.isTrue(rig.processes().some(({ command }) => command === "sleep 307"))
  first.child.kill("SIGINT")
  assert.strictEqual((await first.ended).code, 130)
})
