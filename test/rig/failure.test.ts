/** What happens to a run when a part of it fails. */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { benchmark, Rig, step, until, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const noTrace = ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) =>
  assert.notMatch(stdout + stderr, /\n\s+at |agflow broke|node:internal/u)

it("after a failure what runs is let finish and kept, and what is not run is listed with the reason", async () => {
  const ready = rig.path("ready")
  const stages = {
    // Of two at a time: the one fails while the other runs.
    bad: step(rig, "bad", `[ -e "$ready" ] || exit 3; echo 1 > "$out"`, { env: { ready } }),
    good: step(rig, "good", 'until [ -e "$seen" ]; do sleep 0.05; done; echo 2 > "$out"', {
      env: { seen: rig.path("seen") }
    }),
    next: step(rig, "next", 'cat "$bad" > "$out"', { inputs: { bad: "${{ bad.out }}" } }),
    last: step(rig, "last", 'cat "$next" > "$out"', { inputs: { next: "${{ next.out }}" } }),
    other: step(rig, "other", 'cat "$good" > "$out"', { inputs: { good: "${{ good.out }}" } })
  }
  rig.write("flow.yaml", workflow(stages, { outputs: { other: "${{ other.out }}", good: "${{ good.out }}" } }))
  const run = rig.start(["run", "flow.yaml", "--max-cpus", "2"])
  await until(
    "the failure is told, and the other runs",
    () => /✗ bad /u.test(run.output()) && /> good /u.test(run.output())
  )
  rig.write("seen", "")
  const finished = await run.ended
  assert.strictEqual(finished.code, 1)
  noTrace(finished)
  assert.match(finished.stdout, /✗ bad +failed after/u)
  assert.match(finished.stdout, /✓ good /u)
  assert.match(finished.stdout, /- next +not run: it needs 'bad'/u)
  assert.match(finished.stdout, /- last +not run: it needs 'next'/u)
  assert.match(finished.stdout, /- other +not run: the run was stopping after a failure/u)
  assert.deepStrictEqual(
    Object.entries(rig.trace())
      .map(([id, { status }]) => [id, status])
      .sort(),
    [
      ["bad", "failed"],
      ["good", "done"],
      ["last", "skipped"],
      ["next", "skipped"],
      ["other", "skipped"]
    ]
  )
  // What is finished is published, even so.
  assert.deepStrictEqual(rig.results(), { "good.txt": "2\n" })
  assert.match(readFileSync(rig.latest("report.html"), "utf8"), /Stage bad failed/u)

  rig.executed()
  rig.write("ready", "")
  assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
  assert.sameMembers([...rig.executed()], ["bad", "next", "last", "other"])
})

it("when what starts scripts is killed, they fail with a message, and another takes its place", async () => {
  const launchers = () => rig.processes().filter(({ command }) => /launcher\.js/u.test(command))
  const script = 'echo x >> "$tries"; [ "$(wc -l < "$tries")" = 2 ] || sleep 300; echo 1 > "$out"'
  const stage = step(rig, "long", script, { env: { tries: rig.path("tries") } })
  rig.write("flow.yaml", workflow({ long: { ...stage, retry: { attempts: 2 } } }))
  const run = rig.start(["run", "flow.yaml"])
  await until("it sleeps", () => rig.processes().some(({ command }) => command === "sleep 300"))
  const [launcher, ...others] = launchers()
  assert.deepStrictEqual(others, [])
  process.kill(launcher!.pid, "SIGKILL")
  const finished = await run.ended
  assert.strictEqual(finished.code, 0, finished.stdout)
  assert.match(finished.stdout, /attempt 1 of 2 failed[^]*the process that started the script was killed/u)
  assert.deepStrictEqual(rig.processes(), [])
  assert.deepStrictEqual(rig.state("work"), [])
})

describe("a worker that is killed", () => {
  const workers = () => rig.processes().filter(({ command }) => /worker\.js/u.test(command))

  it("fails its task with a message, and the run ends in order", async () => {
    const run = rig.start(["run", benchmark])
    await until("a worker scores", () => /> teacher/u.test(run.output()))
    const started = workers()
    assert.isAtLeast(started.length, 1)
    for (const { pid } of started) process.kill(pid, "SIGKILL")
    const finished = await run.ended
    assert.strictEqual(finished.code, 1, finished.stdout)
    noTrace(finished)
    assert.match(finished.stdout, /✗ teacher +failed[^]*the worker died \(SIGKILL\): [^]*hint: /u)
    assert.match(finished.stdout, /- benchmark +not run: it needs '/u)
    assert.match(finished.stdout, /failed in [\d.]+ s\nreport: /u)
    assert.strictEqual(rig.trace()["cohort"]!["status"], "done")
    assert.deepStrictEqual(rig.processes(), [])
    assert.deepStrictEqual(rig.state("work"), [])
    const again = await rig.agflow(["run", benchmark])
    assert.strictEqual(again.code, 0, again.stdout)
    assert.match(again.stdout, /= cohort +cached/u)
  })

  it("while it has nothing to do is replaced", async () => {
    rig.write("go.sh", "")
    const reference = (seed: number) => ({
      uses: "fetch-reference",
      with: { genome: "synthetic", seed, chromosomes: 1, length: 20000 }
    })
    const stages = {
      one: reference(1),
      pause: step(rig, "pause", 'until [ -e "$go" ]; do sleep 0.05; done; cat "$fasta" > "$out"', {
        inputs: { fasta: "${{ one.fasta }}" },
        env: { go: rig.path("go") },
        outputs: { out: "fasta" }
      }),
      two: {
        uses: "synthetic-cohort",
        with: { reference: "${{ pause.out }}", seed: 1, genes: 2, variants_per_gene: 1, reach: 300 }
      }
    }
    rig.write("flow.yaml", workflow(stages))
    const run = rig.start(["run", "flow.yaml"])
    await until("the script between runs", () => rig.executed().includes("pause"))
    const idle = workers().map(({ pid }) => pid)
    for (const pid of idle) process.kill(pid, "SIGKILL")
    // Gone is one whose parent has heard of it.
    await until("they are gone", () => !idle.some((pid) => existsSync(`/proc/${pid}`)))
    rig.write("go", "")
    const finished = await run.ended
    assert.notMatch(finished.stdout, /worker died/u)
    assert.match(finished.stdout, /> two /u)
    noTrace(finished)
  })
})

it("bad input names the user's own file and line, not the link that the stage was given", async () => {
  const vcf =
    "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nchr1\t12\t.\tA\tG\t.\t.\t.\nchr1\tmany\t.\tA\tG\t.\t.\t.\n"
  const path = rig.write("data/my variants.vcf", vcf)
  const stages = {
    genome: { uses: "fetch-reference", with: { genome: "synthetic", seed: 1, chromosomes: 1, length: 20000 } },
    variants: {
      uses: "load-variants",
      with: { variants: "./data/my variants.vcf", reference: "${{ genome.fasta }}", mismatch: "drop" }
    }
  }
  rig.write("flow.yaml", workflow(stages))
  const finished = await rig.agflow(["run", "flow.yaml"])
  assert.strictEqual(finished.code, 1, finished.stdout + finished.stderr)
  noTrace(finished)
  assert.include(finished.stdout, `${path}:4: `)
  assert.notMatch(finished.stdout, /\/inputs\//u)
})

it("an input that is not there any more, or not a file, is a clear error", async () => {
  rig.write("x.txt", "x")
  rig.write("flow.yaml", workflow({ a: step(rig, "a", 'cat "$x" > "$out"', { inputs: { x: "./x.txt" } }) }))
  spawnSync("rm", [rig.path("x.txt")])
  const gone = await rig.agflow(["run", "flow.yaml"])
  assert.strictEqual(gone.code, 2)
  assert.match(gone.stderr, /there is no file .*x\.txt/u)
  mkdirSync(rig.path("x.txt"))
  const folder = await rig.agflow(["run", "flow.yaml"])
  assert.strictEqual(folder.code, 2)
  assert.match(folder.stderr, /x\.txt is a folder, where a file is expected/u)
  noTrace(folder)
})

it("an empty AGFLOW_HOME is none", async () => {
  rig.write("flow.yaml", workflow({ a: step(rig, "a", 'echo 1 > "$out"') }))
  assert.strictEqual((await rig.agflow(["run", "flow.yaml"], { env: { AGFLOW_HOME: "" } })).code, 0)
  assert.isTrue(existsSync(rig.path(".agflow/runs/latest")))
  assert.isFalse(existsSync(rig.path("runs")))
})

describe("a state folder that cannot be written to", () => {
  const check = async (uid?: number, folder = rig.path("locked/state")) => {
    const finished = await rig.agflow(["run", "flow.yaml"], {
      env: { AGFLOW_HOME: folder },
      ...(uid === undefined ? {} : { uid })
    })
    assert.strictEqual(finished.code, 2, finished.stdout + finished.stderr)
    assert.match(
      finished.stderr,
      /^error: \S*\/state: cannot make the state folder: E[A-Z]+: [^\n]*\n +hint: set AGFLOW_HOME to a folder that you may write to\n$/u
    )
    assert.strictEqual(finished.stdout, "")
  }

  it("because its parent is a file", async () => {
    rig.write("flow.yaml", workflow({ a: step(rig, "a", 'echo 1 > "$out"') }))
    rig.write("locked", "")
    await check()
  })

  it.skipIf(!existsSync("/proc/self"))("because the system makes none there", async () => {
    rig.write("flow.yaml", workflow({ a: step(rig, "a", 'echo 1 > "$out"') }))
    await check(undefined, "/proc/agflow/state")
    const { code, stderr } = await rig.agflow(["run", "flow.yaml", "--outdir", "/proc/agflow/out"])
    assert.strictEqual(code, 1)
    assert.match(stderr, /cannot publish the outputs: ENOENT/u)
  })

  it("because it is another user's", async () => {
    rig.write("flow.yaml", workflow({ a: step(rig, "a", 'echo 1 > "$out"') }))
    mkdirSync(rig.path("locked"), { mode: 0o555 })
    spawnSync("chmod", ["a+rx", rig.folder])
    await check(process.getuid?.() === 0 ? 65534 : undefined)
  })
})

it.skipIf(process.getuid?.() !== 0)(
  "a state folder that may only be read can be planned from (needs root to set up)",
  async () => {
    rig.write("flow.yaml", workflow({ a: step(rig, "a", 'echo 1 > "$out"') }))
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
    spawnSync("chmod", ["-R", "a+rX,a-w", rig.folder])
    const plan = await rig.agflow(["plan", "flow.yaml"], { uid: 65534 })
    assert.strictEqual(
      plan.stdout + plan.stderr,
      "  a  cached   nothing that it depends on has changed\n1 cached, 0 to run, 0 unknown until these end\n"
    )
    assert.strictEqual(plan.code, 0)
    const run = await rig.agflow(["run", "flow.yaml"], { uid: 65534 })
    assert.strictEqual(run.code, 1)
    assert.match(run.stderr, /^error: .*: cannot make the run's folder: EACCES: permission denied[^\n]*\n$/u)
  }
)

/** A file system of a few megabytes, where this user may mount one. */
const small = (() => {
  const probe = new Rig()
  const folder = probe.path("small")
  mkdirSync(folder)
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]).status === 0
  if (mounted) spawnSync("umount", [folder])
  probe.remove()
  return mounted
})()

describe.skipIf(!small)(`a full disk${small ? "" : " (skipped: this user may not mount a small file system)"}`, () => {
  it("fails the task with the system's words, and the run goes on when there is room", async () => {
    const disk = rig.path("disk")
    mkdirSync(disk)
    assert.strictEqual(spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk]).status, 0)
    try {
      const filler = join(disk, "filler")
      const stages = {
        small: step(rig, "small", 'echo 1 > "$out"'),
        large: step(rig, "large", 'cat "$small" > "$out"; head -c 2000000 /dev/zero >> "$out"', {
          inputs: { small: "${{ small.out }}" }
        })
      }
      rig.write("flow.yaml", workflow(stages, { outputs: { small: "${{ small.out }}" } }))
      assert.strictEqual(spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=1M", "count=3"]).status, 0)
      const env = { AGFLOW_HOME: join(disk, "state") }
      const full = await rig.agflow(["run", "flow.yaml"], { env })
      assert.strictEqual(full.code, 1, full.stdout + full.stderr)
      noTrace(full)
      assert.match(full.stdout, /✓ small /u)
      assert.match(full.stdout, /✗ large [^]*(disk is full|No space left on device)/u)
      // To the last byte: nothing at all can be written.
      spawnSync("dd", ["if=/dev/zero", `of=${join(disk, "rest")}`, "bs=4k"])
      const fuller = await rig.agflow(["run", "flow.yaml"], { env })
      assert.oneOf(fuller.code, [1, 2])
      noTrace(fuller)
      assert.match(fuller.stdout + fuller.stderr, /ENOSPC: no space left on device/u)
      spawnSync("rm", [filler, join(disk, "rest")])
      rig.executed()
      const again = await rig.agflow(["run", "flow.yaml"], { env })
      assert.strictEqual(again.code, 0, again.stdout + again.stderr)
      assert.deepStrictEqual(rig.executed(), ["large"])
      assert.isTrue(existsSync(join(disk, "state/runs/latest/results/small.txt")))
    } finally {
      spawnSync("umount", [disk])
    }
  })
})
