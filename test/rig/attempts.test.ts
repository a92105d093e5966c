/** Time limits, further attempts, and what a failure means for the run. */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig, step, until, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const retrying = () => rig.events().flatMap((event) => (event._tag === "TaskRetrying" ? [event] : []))

describe("a time limit", () => {
  it("stops the task and all that it started: first politely, then by force", async () => {
    const script = `trap 'echo asked >> "$executed"' TERM; sleep 311 & while :; do sleep 0.05; done`
    rig.write("flow.yaml", workflow({ slow: { ...step(rig, "slow", script), resources: { time: "2 s" } } }))
    const { code, stdout } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 1)
    assert.match(stdout, /✗ slow +failed [^]*it took longer than its limit of 2\.0 s\n +hint: .*resources: time/u)
    assert.deepStrictEqual(rig.executed(), ["slow", "asked"])
    assert.deepStrictEqual(rig.processes(), [])
    assert.deepStrictEqual(rig.state("work"), [])
  })

  it("is no part of what a result is kept under", async () => {
    const stage = step(rig, "a", 'echo 1 > "$out"')
    rig.write("flow.yaml", workflow({ a: stage }))
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
    const retry = { attempts: 3, memory: "x2" }
    rig.write("flow.yaml", workflow({ a: { ...stage, resources: { time: "1 h" }, retry, onError: "stop" } }))
    assert.match((await rig.agflow(["run", "flow.yaml"])).stdout, /= a +cached/u)
  })
})

describe("further attempts", () => {
  const script =
    'echo "$AGFLOW_ATTEMPT $AGFLOW_CPUS $AGFLOW_MEMORY" >> "$given"; [ "$AGFLOW_ATTEMPT" = 4 ]; echo 1 > "$out"'

  it("get more, cut at what the machine has, and each is told with its reason", async () => {
    const given = rig.path("given")
    const stage = {
      ...step(rig, "a", script, { env: { given }, resources: { cpus: 1, memory: "100 MB", time: "10 s" } }),
      retry: { attempts: 4, cpus: "x2", memory: "x2", time: "x1.5", delay: "50 ms" }
    }
    rig.write("flow.yaml", workflow({ a: stage }, { outputs: { a: "${{ a.out }}" } }))
    const { code, stdout } = await rig.agflow(["run", "flow.yaml", "--max-cpus", "2", "--max-memory", "350 MB"])
    assert.strictEqual(code, 0, stdout)
    assert.deepStrictEqual(readFileSync(given, "utf8").trim().split("\n"), [
      "1 1 100000000",
      "2 2 200000000",
      "3 2 350000000",
      "4 2 350000000"
    ])
    assert.match(
      stdout,
      /! a +attempt 1 of 4 failed after [^:]+: again in 0\.1 s\n +the script ended with exit code 1/u
    )
    assert.match(stdout, /> a +attempt 2 of 4 \(cpus 1 -> 2, memory 100 MB -> 200 MB, time 10 s -> 15 s\)/u)
    assert.deepStrictEqual(
      retrying().map(({ attempt, attempts, failure, delay }) => [
        attempt,
        attempts,
        failure.message.replace(/ at line .*/u, ""),
        delay
      ]),
      [1, 2, 3].map((attempt) => [attempt, 4, "the script ended with exit code 1", 0.05])
    )
    assert.deepStrictEqual(rig.results(), { "a.txt": "1\n" })
    // What the failed ones left is kept by number, and can be run again by hand.
    const kept = rig.latest("logs/failed/a.attempt-2")
    spawnSync(join(kept, "run.sh"))
    assert.strictEqual(readFileSync(join(kept, "code"), "utf8"), "1")
    assert.strictEqual(readFileSync(given, "utf8").trim().split("\n").at(-1), "2 2 200000000")
  })

  it("end with the last, whose failure is the task's", async () => {
    rig.write("flow.yaml", workflow({ a: { ...step(rig, "a", "exit 3"), retry: { attempts: 2 } } }))
    const { code, stdout } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 1)
    assert.match(stdout, /✗ a +failed after [^]*exit code 3/u)
    assert.deepStrictEqual(rig.executed(), ["a", "a"])
    assert.strictEqual(rig.trace()["a"]!["status"], "failed")
  })

  it("with more time, after one that took too long", async () => {
    const stage = {
      ...step(rig, "a", 'sleep "$AGFLOW_ATTEMPT"; sleep 0.5; echo 1 > "$out"'),
      run: 'echo a >> "$executed"; sleep 1.5; echo 1 > "$out"\n',
      resources: { time: "1 s" },
      retry: { attempts: 2, time: "x20" }
    }
    rig.write("flow.yaml", workflow({ a: stage }))
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
    assert.deepStrictEqual(
      retrying().map(({ failure }) => failure._tag),
      ["OutOfTime"]
    )
  })

  it("are not spent on bad input, unless the stage says so", async () => {
    rig.write("bad.vcf", "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\nchr1\tx\t.\tA\tC\n")
    const stages = (retry: object) => ({
      genome: { uses: "fetch-reference", with: { genome: "synthetic", seed: 1, chromosomes: 1, length: 20000 } },
      variants: {
        uses: "load-variants",
        with: { variants: "./bad.vcf", reference: "${{ genome.fasta }}", mismatch: "drop" },
        retry
      }
    })
    rig.write("flow.yaml", workflow(stages({ attempts: 3 })))
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 1)
    assert.deepStrictEqual(retrying(), [])
    rig.write("flow.yaml", workflow(stages({ attempts: 3, on: "any" })))
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 1)
    assert.strictEqual(retrying().length, 2)
  })
})

describe("after a failure", () => {
  const stages = (onError?: string, slow = 'echo slow > "$out"') => ({
    bad: { ...step(rig, "bad", "exit 1"), ...(onError === undefined ? {} : { onError }) },
    slow: step(rig, "slow", slow),
    next: step(rig, "next", 'cat "$bad" > "$out"', { inputs: { bad: "${{ bad.out }}" } }),
    both: step(rig, "both", 'cat $all > "$out"', { inputs: { all: ["${{ bad.out }}", "${{ slow.out }}"] } }),
    after: step(rig, "after", 'cat "$slow" > "$out"', { inputs: { slow: "${{ slow.out }}" } })
  })
  const statuses = () => Object.fromEntries(Object.entries(rig.trace()).map(([id, { status }]) => [id, status]))

  it("stop ends what runs", async () => {
    const both = 'until [ "$(wc -l < "$executed")" = 2 ]; do sleep 0.05; done'
    const { bad, ...rest } = stages("stop", "sleep 311")
    rig.write("flow.yaml", workflow({ bad: { ...bad, run: `echo bad >> "$executed"; ${both}; exit 1` }, ...rest }))
    const { code, stdout } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 1)
    assert.match(stdout, /- slow +not run: it was stopped when another task failed/u)
    assert.deepStrictEqual(statuses(), {
      bad: "failed",
      slow: "skipped",
      next: "skipped",
      both: "skipped",
      after: "skipped"
    })
    assert.deepStrictEqual(rig.processes(), [])
    assert.deepStrictEqual(rig.state("work"), [])
  })

  it("ignore goes on with what can do without, and the run has succeeded", async () => {
    rig.write("flow.yaml", workflow(stages("ignore"), { outputs: { both: "${{ both.out }}" } }))
    const { code, stdout } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 0, stdout)
    assert.match(stdout, /- next +not run: it needs 'bad'/u)
    assert.match(stdout, /\nsucceeded in [\d.]+ s; 1 failure was ignored\n/u)
    assert.deepStrictEqual(statuses(), { bad: "failed", slow: "done", next: "skipped", both: "done", after: "done" })
    assert.deepStrictEqual(rig.results(), { "both.txt": "slow\n" })
  })

  it("--on-error is for stages that say nothing, and ignoring there does not make it a success", async () => {
    rig.write("flow.yaml", workflow(stages()))
    const { code } = await rig.agflow(["run", "flow.yaml", "--on-error", "ignore"])
    assert.strictEqual(code, 1)
    assert.deepStrictEqual(statuses(), { bad: "failed", slow: "done", next: "skipped", both: "done", after: "done" })
    const finish = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(finish.code, 1)
    assert.match((await rig.agflow(["run", "flow.yaml", "--on-error", "perhaps"])).stderr, /perhaps/u)
  })

  it("of one of many, ignored, the others are gathered", async () => {
    const many = {
      scatter: { over: [1, 2, 3] },
      ...step(rig, "many", 'echo "$i" >> "$executed"; [ "$i" != 2 ]; echo "$i" > "$out"', {
        env: { i: "${{ item }}" }
      }),
      onError: "ignore"
    }
    const all = step(rig, "all", 'cat $many > "$out"', { inputs: { many: "${{ many.out }}" } })
    rig.write("flow.yaml", workflow({ many, all }, { outputs: { all: "${{ all.out }}" } }))
    const { code, stdout } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 0, stdout)
    assert.deepStrictEqual(rig.results(), { "all.txt": "1\n3\n" })
    assert.match(stdout, /! many +3 tasks, 0 cached, 1 failed; 3 ran: not run before\n/u)
    const none = { ...many, run: "exit 1" }
    rig.write("none.yaml", workflow({ many: none, all }))
    const nothing = await rig.agflow(["run", "none.yaml"])
    assert.strictEqual(nothing.code, 0, nothing.stdout)
    assert.match(nothing.stdout, /- all +not run: it needs 'many'/u)
  })
})

describe("limits of the machine", () => {
  it("are faults where a stage asks for more", async () => {
    rig.write(
      "flow.yaml",
      workflow({ a: step(rig, "a", 'echo 1 > "$out"', { resources: { cpus: 2, memory: "2 GB" } }) })
    )
    const small = await rig.agflow(["run", "flow.yaml", "--max-cpus", "1", "--max-memory", "1 GB"])
    assert.strictEqual(small.code, 2)
    assert.match(small.stderr, /asks for 2 cpus; this run may use 1 cpu/u)
    assert.match(small.stderr, /asks for 2\.0 GB; this run may use 1\.0 GB/u)
    const wrong = await rig.agflow(["check", "flow.yaml", "--max-memory", "much"])
    assert.match(wrong.stderr, /^error: --max-memory cannot be 'much'\n +hint: write 16 GB/u)
    const job = await rig.agflow(["check", "flow.yaml"], { env: { SLURM_CPUS_PER_TASK: "1" } })
    assert.match(job.stderr, /asks for 2 cpus; this run may use 1 cpu/u)
  })

  it("keep tasks from running at once", async () => {
    const script = 'sleep 0.4; echo 1 > "$out"'
    rig.write("flow.yaml", workflow({ a: step(rig, "a", script), b: step(rig, "b", script) }))
    const run = rig.start(["run", "flow.yaml", "--max-cpus", "1"])
    await until("the first is done", () => /✓ a /u.test(run.output()))
    assert.notMatch(run.output().split("✓ a")[0]!, /> b /u)
    assert.strictEqual((await run.ended).code, 0)
  })
})
