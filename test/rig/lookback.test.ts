/** Looking back at runs: `agflow runs`, `show` and `logs`. */
import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig, step, until, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const agflow = async (code: number, ...args: ReadonlyArray<string>) => {
  const finished = await rig.agflow(args)
  assert.strictEqual(finished.code, code, finished.stdout + finished.stderr)
  return finished
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")

/** A step that says a line, waits for a file, and says another. */
const waiting = (flag: string) => ({
  slow: step(
    rig,
    "slow",
    `echo before; echo trouble >&2\nuntil test -e ${flag}; do sleep 0.05; done\necho after; echo 1 > "$out"`
  ),
  next: step(rig, "next", 'cat "$slow" > "$out"', { inputs: { slow: "${{ slow.out }}" } })
})

/** The rows below the header, by the run's id. */
const rows = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(/ {2,}/u))

describe("runs", () => {
  it("names the run whose record is cut, where an older one would pass for the latest", async () => {
    rig.write("flow.yaml", workflow({ a: step(rig, "a", 'echo 1 > "$out"') }))
    await agflow(0, "run", "flow.yaml")
    await agflow(0, "run", "flow.yaml")
    const file = join(rig.home, "runs", rig.runId()!, "run.json")
    writeFileSync(file, readFileSync(file, "utf8").slice(0, 100))
    for (const command of ["runs", "show"]) {
      const { stderr } = await agflow(0, command)
      assert.strictEqual(stderr, `warning: ${file} cannot be read: this run is passed over\n`)
    }
  })

  it("lists the runs, the newest first, with what became of their tasks", async () => {
    assert.strictEqual((await agflow(0, "runs")).stdout, "no runs yet\n")
    rig.write(
      "flow.yaml",
      workflow({
        a: step(rig, "a", 'echo 1 > "$out"'),
        b: step(rig, "b", 'test -e "$f"', { env: { f: rig.path("f") } })
      })
    )
    await agflow(1, "run", "flow.yaml")
    const first = rig.runId()!
    rig.write(
      "flow.yaml",
      workflow(
        { a: step(rig, "a", 'echo 1 > "$out"'), c: step(rig, "c", 'echo 2 > "$out"') },
        { name: "other", profiles: { p: {} } }
      )
    )
    await agflow(0, "run", "flow.yaml", "--profile", "p")
    const { stdout } = await agflow(0, "runs")
    const [second, failed] = rows(stdout)
    assert.deepStrictEqual(
      [second![0], ...second!.slice(1, 4), ...second!.slice(6)],
      [rig.runId()!, "other", "p", "succeeded", "1", "1", "0"]
    )
    assert.deepStrictEqual(
      [failed![0], ...failed!.slice(1, 4), ...failed!.slice(6)],
      [first, "rig", "-", "failed", "1", "0", "1"]
    )
    const listed = JSON.parse((await agflow(0, "runs", "--json")).stdout)
    assert.deepStrictEqual(
      listed.map(({ id, status, tasks }: { id: string; status: string; tasks: object }) => [id, status, tasks]),
      [
        [rig.runId(), "succeeded", { done: 1, cached: 1, failed: 0, running: 0, other: 0 }],
        [first, "failed", { done: 1, cached: 0, failed: 1, running: 0, other: 0 }]
      ]
    )
  })

  it("tells a run that lives from one that was killed", async () => {
    rig.write("flow.yaml", workflow(waiting(rig.path("go"))))
    const started = rig.start(["run", "flow.yaml"])
    await until("the task runs", () => rig.executed().includes("slow"))
    assert.deepStrictEqual([rows((await agflow(0, "runs")).stdout)[0]![3]], ["running"])
    assert.match((await agflow(0, "show")).stdout, /\n {2}slow +running +- +not run before\n/u)
    started.child.kill("SIGKILL")
    await started.ended
    assert.deepStrictEqual(rows((await agflow(0, "runs")).stdout)[0]!.slice(3), [
      "killed",
      rows((await agflow(0, "runs")).stdout)[0]![4]!,
      "-",
      "0",
      "0",
      "0"
    ])
    assert.match((await agflow(0, "show")).stdout, /\n {2}slow +killed +- +not run before\n/u)
    rig.write("go", "")
    assert.match((await agflow(0, "run", "flow.yaml")).stdout, /> slow +it was not finished the last time\n/u)
  })
})

describe("show", () => {
  const stages = () => ({
    a: step(rig, "a", 'echo reading "$x"; cat "$x" > "$out"', { inputs: { x: "./x.txt" } }),
    b: step(rig, "b", 'head -c "$n" "$a" > "$out"', { inputs: { a: "${{ a.out }}" }, env: { n: "${{ params.n }}" } })
  })
  const rest = { params: { n: { type: "integer", default: 2 } }, outputs: { short: "${{ b.out }}" } }

  it("a run: its params, its tasks, its outputs", async () => {
    rig.write("x.txt", "xylophone\n")
    rig.write("flow.yaml", workflow(stages(), rest))
    await agflow(0, "run", "flow.yaml", "--param", "n=3")
    const id = rig.runId()!
    const { stdout } = await agflow(0, "show")
    assert.match(
      stdout,
      new RegExp(`^run +${id}\nworkflow +rig \\(flow.yaml\\), text [0-9a-f]{8}\nstatus +succeeded\n`, "u")
    )
    assert.match(stdout, /\ncommand +agflow run flow.yaml --param n=3\n/u)
    assert.match(stdout, /\nparams\n {2}n +3\ntasks\n {2}a +done +[\d.]+ s +not run before\n {2}b +done /u)
    const path = join(rig.home, "runs", id, "results/short.txt")
    assert.match(stdout, new RegExp(`\noutputs\n {2}short +${sha256("xyl").slice(0, 8)} +3 B +${path}\n$`, "u"))
    for (const word of [id, "latest", id.slice(-4), id.slice(0, 20)]) {
      assert.strictEqual((await agflow(0, "show", word)).stdout, stdout, word)
    }
    const record = JSON.parse((await agflow(0, "show", "--json")).stdout)
    assert.deepStrictEqual(record.params, { n: 3 })
    assert.strictEqual(record.outputs[0].sha256, sha256("xyl"))
  })

  it("a task: what it was given and from where, what it gave, its script and its log, also when it was cached", async () => {
    rig.write("x.txt", "xylophone\n")
    rig.write("flow.yaml", workflow(stages(), rest))
    await agflow(0, "run", "flow.yaml")
    const first = rig.runId()!
    await agflow(0, "run", "flow.yaml", "--param", "n=4")
    const a = JSON.parse((await agflow(0, "show", "a", "--json")).stdout)
    assert.deepStrictEqual(
      [a.state, a.madeBy, a.reason, a.uses],
      ["cached", first, "nothing that it depends on has changed", "run"]
    )
    assert.deepStrictEqual(a.inputs, [
      { name: "x", files: [{ from: rig.path("x.txt"), digest: sha256("xylophone\n") }] }
    ])
    assert.strictEqual(readFileSync(a.outputs[0].path, "utf8"), "xylophone\n")
    assert.strictEqual(a.script, `echo a >> "$executed"\necho reading "$x"; cat "$x" > "$out"\n`)
    assert.match(a.logs[0].last[0], /^reading .*x\.txt$/u)
    const { stdout } = await agflow(0, "show", "b")
    assert.match(stdout, /\nstate +done\nreason +params\.n 2 -> 4\nkey +[0-9a-f]{64}\n/u)
    assert.match(stdout, new RegExp(`\ninputs\n {2}a +${sha256("xylophone\n").slice(0, 8)} +from a\\.out\n`, "u"))
    assert.match(stdout, new RegExp(`\noutputs\n {2}out +${sha256("xylo").slice(0, 8)} +4 B +/`, "u"))
    assert.match((await agflow(0, "show", "b", "--run", first)).stdout, /\nreason +not run before\n/u)
  })

  it("a failed task: why it ran, how it failed, where it is kept", async () => {
    rig.write("flow.yaml", workflow({ bad: step(rig, "bad", "echo some trouble >&2; exit 7") }))
    await agflow(1, "run", "flow.yaml")
    const { stdout } = await agflow(0, "show", "bad")
    assert.match(stdout, /\nstate +failed\nreason +not run before\n/u)
    assert.match(stdout, /\nfailure\n {2}the script ended with exit code 7\n/u)
    assert.match(stdout, /\nfolder +\/.*\/logs\/failed\/bad\n/u)
    assert.match(stdout, /\nlast lines of .*\/failed\/bad\/stderr\.log\n {2}some trouble\n$/u)
    assert.match((await agflow(0, "show")).stdout, /\nfailures\n {2}bad: the script ended with exit code 7\n/u)
  })

  it("all of what is long, through a pipe", async () => {
    const script = `# ${"x".repeat(300_000)}`
    rig.write("flow.yaml", workflow({ a: step(rig, "a", `${script}\necho 1 > "$out"`) }))
    await agflow(0, "run", "flow.yaml")
    assert.include(JSON.parse((await agflow(0, "show", "a", "--json")).stdout).script, script)
  })

  it("several runs of that name", async () => {
    rig.write("flow.yaml", workflow({ a: step(rig, "a", 'echo 1 > "$out"') }))
    await agflow(0, "run", "flow.yaml")
    await agflow(0, "run", "flow.yaml")
    assert.match((await agflow(2, "show", "2")).stderr, /'2' is the name of 2 runs\n/u)
  })

  it("nothing of that name", async () => {
    assert.match((await agflow(2, "show")).stderr, /there are no runs yet/u)
    rig.write("flow.yaml", workflow({ scores: step(rig, "scores", 'echo 1 > "$out"') }))
    await agflow(0, "run", "flow.yaml")
    assert.match((await agflow(2, "show", "scroes")).stderr, /has no task 'scroes'\n {2}hint: did you mean 'scores'\?/u)
    assert.match((await agflow(2, "show", "scores", "--run", "nope")).stderr, /there is no run 'nope'/u)
  })
})

describe("logs", () => {
  it("prints each stream where the task sent it, and only stderr when asked", async () => {
    rig.write(
      "flow.yaml",
      workflow({
        a: step(rig, "a", 'echo out; echo err >&2; echo 1 > "$out"'),
        quiet: step(rig, "quiet", 'echo 1 > "$out"')
      })
    )
    await agflow(0, "run", "flow.yaml")
    // The second run did not execute it: the log is that of the first.
    await agflow(0, "run", "flow.yaml")
    const { stdout, stderr } = await agflow(0, "logs", "a")
    assert.deepStrictEqual([stdout, stderr], ["out\n", "err\n"])
    assert.strictEqual((await agflow(0, "logs", "a", "--stderr")).stdout, "err\n")
    assert.match((await agflow(0, "logs", "quiet")).stderr, /^quiet: cached, and no log of it/u)
    assert.strictEqual((await agflow(0, "logs", "-f", "a")).stdout, "out\n")
  })

  it("are each task's own, whatever it is called", async () => {
    const scattered = (id: string, run: string, over: ReadonlyArray<string>) => ({
      ...step(rig, id, run, { env: { word: "${{ word }}" } }),
      scatter: { over, as: "word" }
    })
    const long = ["x", "y"].map((letter) => letter.repeat(40))
    rig.write(
      "flow.yaml",
      workflow({
        part: scattered("part", 'echo "of part $word"; echo 1 > "$out"', ["a", "b"]),
        part_a: step(rig, "part_a", 'echo of part_a; echo 1 > "$out"'),
        bad: scattered("bad", 'echo "of bad $word"; exit 1', ["a"]),
        bad_a: step(rig, "bad_a", "echo of bad_a; exit 1"),
        wide: {
          ...step(rig, "wide", 'echo "of $a $b $c"; echo 1 > "$out"', {
            env: { a: "${{ a }}", b: "${{ b }}", c: "${{ c }}" }
          }),
          scatter: ["a", "b", "c"].map((as) => ({ over: long, as }))
        }
      })
    )
    await agflow(1, "run", "flow.yaml", "--on-error", "ignore")
    for (const id of ["part/a", "part_a", "bad/a", "bad_a"]) {
      assert.strictEqual((await agflow(0, "logs", id)).stdout, `of ${id.replace("/", " ")}\n`)
    }
    const [x, y] = long
    assert.strictEqual((await agflow(0, "logs", `wide/${x},${y},${x}`)).stdout, `of ${x} ${y} ${x}\n`)
    assert.deepStrictEqual(rig.state("work"), [])
    await agflow(0, "export", "--to", "run.tar.gz")
  })

  it("-f waits for a task, tells its lines as they come, and ends with it", async () => {
    const go = rig.path("go")
    rig.write("flow.yaml", workflow(waiting(go)))
    const run = rig.start(["run", "flow.yaml"])
    await until("the task runs", () => rig.executed().includes("slow"))
    const slow = rig.start(["logs", "-f", "slow"])
    const next = rig.start(["logs", "-f", "next"])
    await until("the first line came", () => slow.output().includes("before\n"))
    assert.notInclude(slow.output(), "after")
    assert.isNull(next.child.exitCode)
    rig.write("go", "")
    assert.deepStrictEqual(await slow.ended, { code: 0, signal: null, stdout: "before\nafter\n", stderr: "trouble\n" })
    assert.deepStrictEqual((await next.ended).code, 0)
    assert.strictEqual((await run.ended).code, 0)
  })

  it("of a task that was killed are there until the next run", async () => {
    rig.write("flow.yaml", workflow({ slow: step(rig, "slow", "echo so far; sleep 309") }))
    const run = rig.start(["run", "flow.yaml"])
    await until("it sleeps", () => rig.processes().some(({ command }) => command === "sleep 309"))
    run.child.kill("SIGKILL")
    await run.ended
    assert.strictEqual((await agflow(0, "logs", "slow")).stdout, "so far\n")
    assert.match(
      (await agflow(0, "show", "slow")).stdout,
      /\nstate +killed\n[^]*\nlast lines of .*stdout\.log\n +so far\n/u
    )
  })

  it("-f ends when the run is killed", async () => {
    rig.write("flow.yaml", workflow(waiting(rig.path("go"))))
    const run = rig.start(["run", "flow.yaml"])
    await until("the task runs", () => rig.executed().includes("slow"))
    const slow = rig.start(["logs", "-f", "slow"])
    await until("the first line came", () => slow.output().includes("before\n"))
    run.child.kill("SIGKILL")
    const { code, stderr } = await slow.ended
    assert.strictEqual(code, 0)
    assert.match(stderr, /slow: killed\n$/u)
  })
})
