/** What `agflow gc` removes, and that what it keeps resumes as before. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { pause, Rig, step, until, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const day = 24 * 3600

/** a writes the param ten thousand times, b counts its lines; both are scripts. */
const setUp = () =>
  rig.write(
    "flow.yaml",
    workflow(
      {
        a: step(rig, "a", 'for i in $(seq 10000); do echo "$n"; done > "$out"', { env: { n: "${{ params.n }}" } }),
        b: step(rig, "b", 'sed -n 1,3p "$a" > "$out"', { inputs: { a: "${{ a.out }}" } })
      },
      { params: { n: { type: "integer", default: 1 } }, outputs: { b: "${{ b.out }}" } }
    )
  )

const run = async (n: number) => {
  const finished = await rig.agflow(["run", "flow.yaml", "--param", `n=${n}`])
  assert.strictEqual(finished.code, 0, finished.stdout + finished.stderr)
  return rig.executed()
}

const gc = async (...args: ReadonlyArray<string>) => {
  const { code, stdout, stderr } = await rig.agflow(["gc", "--spare", "0s", ...args])
  assert.strictEqual(code, 0, stdout + stderr)
  return stdout
}

/** Makes all records, or those of the keys, look unused for so many days. */
const age = (days: number, keys: ReadonlySet<string> = rig.keys()) => {
  const then = Date.now() / 1000 - days * day
  for (const name of rig.state("records")) {
    const key = name.slice(name.lastIndexOf("/") + 1, -".json".length)
    if (keys.has(key)) utimesSync(join(rig.home, "records", name), then, then)
  }
  // It would tell when they were truly used.
  rmSync(join(rig.home, "index"), { recursive: true, force: true })
}

const runs = () => readdirSync(join(rig.home, "runs")).filter((name) => name !== "latest")

interface GcJson {
  readonly freed: number
  readonly left: number
  readonly items: ReadonlyArray<{ readonly kind: string; readonly name: string; readonly reason: string }>
}

describe("gc", () => {
  it("without a flag takes nothing that a run has finished", async () => {
    setUp()
    await run(1)
    const before = [...rig.state("store"), ...rig.state("records"), ...runs()]
    assert.match(await gc(), /^nothing to remove/u)
    assert.deepStrictEqual([...rig.state("store"), ...rig.state("records"), ...runs()], before)
    assert.deepStrictEqual(await run(1), [])
  })

  it("keeps what the last runs need, removes the rest, and lists it first", async () => {
    setUp()
    for (const n of [1, 2, 3]) await run(n)
    assert.strictEqual(rig.state("store").length, 6)
    const listed = JSON.parse(await gc("--keep-runs", "2", "--dry-run", "--json")) as GcJson
    assert.deepStrictEqual(listed.items.map(({ kind }) => kind).sort(), ["result", "result", "run"])
    assert.strictEqual(rig.state("store").length, 6, "a dry run removes nothing")
    assert.match(await gc("--keep-runs", "2"), /^freed .+: 2 results, 1 run; /u)
    assert.strictEqual(rig.state("store").length, 4)
    assert.strictEqual(rig.keys().size, 4)
    assert.strictEqual(runs().length, 2)
    assert.deepStrictEqual(await run(3), [])
    assert.deepStrictEqual(await run(2), [])
    assert.deepStrictEqual(await run(1), ["a", "b"], "it is made again")
    assert.strictEqual(rig.results()["b.txt"], "1\n1\n1\n")
  })

  it("keeps a named run", async () => {
    setUp()
    await run(1)
    const first = rig.runId()!
    await run(2)
    await run(3)
    await gc("--keep-runs", "1", "--keep", first)
    assert.deepStrictEqual(await run(1), [])
    assert.deepStrictEqual(await run(3), [])
    assert.deepStrictEqual(await run(2), ["a", "b"])
    const { code, stderr } = await rig.agflow(["gc", "--keep", "nonsense"])
    assert.strictEqual(code, 2)
    assert.match(stderr, /there is no run 'nonsense'/u)
  })

  it("removes what was not used for long; a cached task counts as used", async () => {
    setUp()
    await run(1)
    await run(2)
    age(40)
    await run(2)
    await gc("--older-than", "30d")
    assert.deepStrictEqual(await run(2), [])
    assert.deepStrictEqual(await run(1), ["a", "b"])
  })

  it("comes down to a size, the least recently used first", async () => {
    setUp()
    const keys: Array<ReadonlySet<string>> = []
    for (const n of [1, 2, 3, 4]) {
      const before = rig.keys()
      await run(n)
      keys.push(new Set([...rig.keys()].filter((key) => !before.has(key))))
    }
    keys.forEach((each, at) => age(20 - at, each))
    const { left } = JSON.parse(await gc("--dry-run", "--json")) as GcJson
    // a's result is 20 kB: without one of the four there is room enough.
    await gc("--max-size", String(left - 5000))
    assert.deepStrictEqual(await run(2), [])
    assert.deepStrictEqual(await run(3), [])
    assert.deepStrictEqual(await run(4), [])
    assert.include(await run(1), "a")
  })

  it("spares what is young", async () => {
    setUp()
    await run(1)
    await run(2)
    const { code, stdout } = await rig.agflow(["gc", "--keep-runs", "1"])
    assert.strictEqual(code, 0)
    assert.match(stdout, /nothing to remove/u)
    assert.deepStrictEqual(await run(1), [])
  })

  it("sweeps what crashes leave: drafts, stored files that no record names, dead leases, half downloads", async () => {
    setUp()
    await run(1)
    const key = "ab".repeat(32)
    const junk = [
      `records/ab/${key}.json.4242.tmp`,
      `records/ab/${key}.json`,
      `store/ab/${key}`,
      `store/ab/${key}.gone`,
      `leases/${key}`,
      `leases/${key}.draft`,
      `downloads/${key}.part`,
      `checkpoints/${[...rig.keys()][0]!}/1`
    ]
    const unfinished = `checkpoints/${key}/1`
    mkdirSync(join(rig.home, unfinished, ".."), { recursive: true })
    writeFileSync(join(rig.home, unfinished), "half")
    for (const name of junk) {
      mkdirSync(join(rig.home, name, ".."), { recursive: true })
      writeFileSync(join(rig.home, name), "junk")
    }
    writeFileSync(join(rig.home, "downloads", key), "whole")
    await gc()
    for (const name of junk) assert.isFalse(existsSync(join(rig.home, name)), name)
    assert.isTrue(existsSync(join(rig.home, "downloads", key)), "a whole download is not junk")
    assert.isTrue(existsSync(join(rig.home, unfinished)), "nor is what a task can go on from")
    assert.deepStrictEqual(await run(1), [])
    const remembered = rig.write(`state/downloads/addresses/${key}`, key)
    await gc("--max-size", "0")
    assert.isFalse(existsSync(join(rig.home, "downloads", key)))
    assert.isTrue(existsSync(remembered), "what an address gave the last time is no download")
  })

  it("takes the leases of another machine that is silent, and no others", async () => {
    const holder = JSON.stringify({ nonce: "x", host: "elsewhere", pid: 1, started: "1" })
    const [silent, renewed] = [rig.write(`state/leases/${"a".repeat(64)}`, holder), `state/leases/${"b".repeat(64)}`]
    await pause(15_500)
    const young = rig.write(renewed, holder)
    await gc()
    assert.isFalse(existsSync(silent))
    assert.isTrue(existsSync(young))
  })

  it("beside a running run takes nothing that it uses", async () => {
    rig.write("go", "")
    const gate = rig.path("gate")
    const file = rig.write(
      "flow.yaml",
      workflow(
        {
          a: step(rig, "a", 'echo first > "$out"'),
          c: step(rig, "c", 'echo third > "$out"'),
          b: step(rig, "b", 'while [ ! -e "$gate" ]; do sleep 0.05; done; cat "$a" > "$out"', {
            inputs: { a: "${{ a.out }}" },
            env: { gate }
          }),
          d: step(rig, "d", 'cat "$b" "$c" > "$out"', { inputs: { b: "${{ b.out }}", c: "${{ c.out }}" } })
        },
        { outputs: { d: "${{ d.out }}" } }
      )
    )
    const started = rig.start(["run", file])
    await until("b runs", () => readFileSync(rig.log, "utf8").includes("b"))
    age(40)
    await gc("--older-than", "1d")
    await gc("--keep-runs", "0")
    writeFileSync(gate, "")
    const { code, stdout, stderr } = await started.ended
    assert.strictEqual(code, 0, stdout + stderr)
    assert.strictEqual(rig.results()["d.txt"], "first\nthird\n")
    rig.executed()
    assert.strictEqual((await rig.agflow(["run", file])).code, 0)
    assert.deepStrictEqual(rig.executed(), [])
  })

  it("again and again beside a running run does it no harm, and what the run has done stays done", async () => {
    const names = Array.from({ length: 12 }, (_, at) => `s${at}`)
    const gate = rig.path("gate")
    // The last task holds the run open until it has been collected beside often enough, however slow the machine is.
    const wait = (at: number) => (at === 11 ? 'while [ ! -e "$gate" ]; do sleep 0.05; done' : "sleep 0.3")
    const file = rig.write(
      "flow.yaml",
      workflow(
        Object.fromEntries(
          names.map((name, at) => [
            name,
            step(rig, name, `${wait(at)}; echo ${at} $(cat "\${before:-/dev/null}") > "$out"`, {
              inputs: at < 2 ? {} : { before: `\${{ s${at - 2}.out }}` },
              env: at === 11 ? { gate } : {}
            })
          ])
        ),
        { outputs: { last: "${{ s11.out }}" } }
      )
    )
    const started = rig.start(["run", file, "--outdir", "out"])
    for (let collections = 1; started.child.exitCode === null; collections++) {
      const { code, stdout, stderr } = await rig.agflow(["gc", "--spare", "0s", "--older-than", "0s"])
      assert.strictEqual(code, 0, stdout + stderr)
      if (collections === 4) writeFileSync(gate, "")
    }
    const { code, stdout, stderr } = await started.ended
    assert.strictEqual(code, 0, stdout + stderr)
    assert.isTrue(existsSync(gate), "the run was collected beside four times")
    assert.deepStrictEqual([...rig.executed()].sort(), [...names].sort(), "each once")
    assert.strictEqual(rig.read("out", "last.txt"), "11 9 7 5 3 1\n")
  }, 600_000)

  it("keeps what the engine itself made for a kept run: tables cut and joined", async () => {
    rig.write("rows.tsv", `id\n${Array.from({ length: 6 }, (_, i) => `r${i}`).join("\n")}\n`)
    rig.write(
      "flow.yaml",
      workflow(
        {
          table: step(rig, "table", 'cat "$t" > "$out"', {
            inputs: { t: "./rows.tsv" },
            outputs: { out: "tsv" }
          }),
          each: {
            ...step(rig, "each", 'cat "$part" > "$out"', {
              inputs: { part: "${{ part }}" },
              outputs: { out: "tsv" }
            }),
            scatter: { over: "${{ table.out }}", rows: 2, as: "part" }
          },
          all: step(rig, "all", 'cat "$t" > "$out"', { inputs: { t: "${{ each.out }}" }, outputs: { out: "tsv" } })
        },
        { outputs: { all: "${{ all.out }}" } }
      )
    )
    const first = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(first.code, 0, first.stdout + first.stderr)
    const keys = rig.keys()
    assert.strictEqual(await gc("--keep-runs", "1").then((text) => text.startsWith("nothing to remove")), true)
    assert.deepStrictEqual(rig.keys(), keys)
    await gc("--keep-runs", "0")
    assert.strictEqual(rig.keys().size, 0)
    assert.deepStrictEqual(rig.state("store"), [])
  })

  it("says in plain words what is wrong with a flag", async () => {
    for (const args of [
      ["--older-than", "soon"],
      ["--max-size", "lots"],
      ["--keep-runs", "-1"]
    ]) {
      const { code, stderr } = await rig.agflow(["gc", ...args])
      assert.strictEqual(code, 2, stderr)
      assert.match(stderr, new RegExp(`${args[0]}`, "u"))
    }
  })
})
