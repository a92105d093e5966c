/** Killed with SIGKILL at ten random moments, then run again: same bytes, no finished task repeated, no manual step. */
import { afterAll, assert, describe, it } from "vitest"
import * as Random from "../../src/core/Random.ts"
import { benchmark, pause, Rig, step, until, workflow } from "../support/rig.ts"

const rigs: Array<Rig> = []
const newRig = () => {
  const rig = new Rig()
  rigs.push(rig)
  return rig
}
afterAll(() => rigs.forEach((rig) => rig.remove()))

/** Keys of the tasks that the last run has started. */
const startedKeys = (rig: Rig): ReadonlyArray<string> =>
  rig.events().flatMap((event) => (event._tag === "TaskStarted" ? [event.key] : []))

/** Each kill comes at a random moment after a random number of tasks, so that a slow machine is hit as a fast one is. */
const survive = async (file: (rig: Rig) => string, seed: number, longest: number, kills = 10) => {
  const undisturbed = newRig()
  const whole = await undisturbed.agflow(["run", file(undisturbed)])
  assert.strictEqual(whole.code, 0, whole.stdout + whole.stderr)
  const expected = undisturbed.results()
  const tasks = undisturbed.keys()

  const random = Random.make(seed, "kill")
  let rig = newRig()
  let inTheMiddle = 0
  for (let kill = 0; kill < kills; kill++) {
    const finished = rig.keys()
    const before = rig.runId()
    const goal = finished.size + random.int(tasks.size - finished.size)
    const run = rig.start(["run", file(rig)])
    await until(`${goal} tasks are done`, () => run.child.exitCode !== null || rig.keys().size >= goal, 120_000)
    await pause(random.next() * longest)
    run.child.kill("SIGKILL")
    const { code } = await run.ended
    // One that was killed before it made its folder has started nothing.
    if (rig.runId() !== before) {
      assert.deepStrictEqual(
        startedKeys(rig).filter((key) => finished.has(key)),
        [],
        "a finished task is not run again"
      )
    }
    const now = rig.keys().size
    if (code === null && now > 0 && now < tasks.size) inTheMiddle++
    if (now === tasks.size) {
      await check(rig)
      // All is done: the next one is killed in a run from the start.
      rig = newRig()
    }
  }
  await check(rig)
  assert.isAtLeast(inTheMiddle, 4, "runs were killed with some tasks finished and others not")

  async function check(survivor: Rig) {
    const finished = survivor.keys()
    const { code, stdout, stderr } = await survivor.agflow(["run", file(survivor)])
    assert.strictEqual(code, 0, stdout + stderr)
    assert.deepStrictEqual(
      startedKeys(survivor).filter((key) => finished.has(key)),
      []
    )
    assert.strictEqual(startedKeys(survivor).length, tasks.size - finished.size)
    assert.deepStrictEqual(survivor.results(), expected)
    assert.deepStrictEqual(survivor.state("work"), [])
    assert.deepStrictEqual(survivor.processes(), [])
    const again = await survivor.agflow(["run", file(survivor)])
    assert.strictEqual(again.code, 0)
    assert.deepStrictEqual(startedKeys(survivor), [])
  }
}

/** Twelve scripts: four sources, sums of pairs, then a chain; each writes its output in two halves with a pause between. */
const scripts = (rig: Rig): string => {
  const slow = 'echo "first half" > "$out"; sleep 0.15; '
  const of = (...names: ReadonlyArray<string>) =>
    Object.fromEntries(names.map((name, at) => [`i${at}`, `\${{ ${name}.out }}`]))
  const join = (...names: ReadonlyArray<string>) => ({ inputs: of(...names) })
  const concat = `${slow} cat ${["i0", "i1"].map((name) => `"\${${name}:-/dev/null}"`).join(" ")} | sha256sum >> "$out"`
  const stages = {
    a: step(rig, "a", `${slow} seq 1 100 >> "$out"`),
    b: step(rig, "b", `${slow} seq 1 200 >> "$out"`),
    c: step(rig, "c", `${slow} seq 1 300 >> "$out"`),
    d: step(rig, "d", `${slow} seq 1 400 >> "$out"`),
    ab: step(rig, "ab", concat, join("a", "b")),
    cd: step(rig, "cd", concat, join("c", "d")),
    abcd: step(rig, "abcd", concat, join("ab", "cd")),
    e: step(rig, "e", concat, join("abcd")),
    f: step(rig, "f", concat, join("e")),
    g: step(rig, "g", concat, join("f", "a")),
    h: step(rig, "h", concat, join("g")),
    i: step(rig, "i", concat, join("h", "c"))
  }
  return rig.write(
    "flow.yaml",
    workflow(stages, { outputs: { last: "${{ i.out }}", middle: "${{ abcd.out }}", first: "${{ a.out }}" } })
  )
}

/** 300 tasks: 149 scattered, 150 behind and beside them, and one that joins all. Files are gathered as lists. */
const many = (rig: Rig): string =>
  rig.write(
    "many.yaml",
    workflow(
      {
        made: {
          ...step(rig, "made", 'echo "$n" > "$out"; seq "$n" 500 >> "$out"', { env: { n: "${{ n }}" } }),
          scatter: { over: "${{ range(149) }}", as: "n" }
        },
        one: step(rig, "one", 'echo one > "$out"'),
        summed: {
          ...step(rig, "summed", 'sha256sum < "$each" > "$out"; cat "$one" >> "$out"', {
            inputs: { each: "${{ each }}", one: "${{ one.out }}" }
          }),
          scatter: { over: "${{ made.out }}", as: "each" }
        },
        joined: step(rig, "joined", 'cat $all > "$out"', { inputs: { all: "${{ summed.out }}" } })
      },
      { outputs: { joined: "${{ joined.out }}" } }
    )
  )

/** The issue's figure is 200: AGFLOW_KILLS=200. */
const manyKills = Number(process.env["AGFLOW_KILLS"] ?? 12)

it(`a workflow of 300 tasks, killed ${manyKills} times with SIGKILL`, () => survive(many, 3, 600, manyKills), 1_800_000)

describe("killed ten times with SIGKILL", () => {
  it("a workflow of twelve scripts", () => survive(scripts, 1, 300), 600_000)

  it("the GWAS benchmark", () => survive(() => benchmark, 2, 500), 600_000)
})

it("the programs of a killed run are gone after the next start, whoever is left of them", async () => {
  const rig = newRig()
  const script = 'setsid sleep 301 & sleep 302 & sleep 303; echo 1 > "$out"'
  rig.write("flow.yaml", workflow({ long: step(rig, "long", script) }))
  const sleeping = () => rig.processes().filter(({ command }) => command.startsWith("sleep 30")).length
  const run = rig.start(["run", "flow.yaml"])
  await until("all three sleep", () => sleeping() === 3)
  run.child.kill("SIGKILL")
  await run.ended
  assert.strictEqual(sleeping(), 3)
  // The leader of the script's group dies as well: what it has started is found without it.
  const leader = rig.processes().find(({ command }) => command.includes("script.sh"))!
  process.kill(leader.pid, "SIGKILL")
  rig.write("other.yaml", workflow({ other: step(rig, "other", 'echo 1 > "$out"') }))
  assert.strictEqual((await rig.agflow(["run", "other.yaml"])).code, 0)
  await until("none sleeps", () => sleeping() === 0)
  assert.deepStrictEqual(rig.state("work"), [])
})
