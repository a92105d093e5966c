/** What is taken from the cache, what runs again, and what a run says of why. */
import { spawnSync } from "node:child_process"
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { labStages } from "../support/lab.ts"
import { Rig, step, until, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const wanted = { all: "${{ d.out }}", side: "${{ c.out }}" }

/** a and b each read a file; c needs a; d needs both b and c; e stands alone. */
const stages = (changes: Readonly<Record<string, unknown>> = {}) => ({
  a: step(rig, "a", 'cat "$x" > "$out"', { inputs: { x: "./project/x.txt" } }),
  b: step(rig, "b", 'sort "$y" > "$out"', { inputs: { y: "./project/y.txt" } }),
  c: step(rig, "c", 'head -c "$n" "$a" > "$out"', { inputs: { a: "${{ a.out }}" }, env: { n: "${{ params.n }}" } }),
  d: step(rig, "d", 'cat "$b" "$c" > "$out"', { inputs: { b: "${{ b.out }}", c: "${{ c.out }}" } }),
  e: step(rig, "e", 'echo alone > "$out"'),
  ...changes
})

const params = { n: { type: "integer", default: 3 } }

const setUp = (name = "flow.yaml", changes = {}, rest = {}) => {
  rig.write("project/x.txt", "xylophone\n")
  rig.write("project/y.txt", "zebra\nyak\n")
  return rig.write(name, workflow(stages(changes), { params, outputs: wanted, ...rest }))
}

const run = async (...args: ReadonlyArray<string>) => {
  const finished = await rig.agflow(["run", ...args])
  assert.strictEqual(finished.code, 0, finished.stdout + finished.stderr)
  return finished
}

const first = async () => {
  setUp()
  await run("flow.yaml")
  assert.sameMembers([...rig.executed()], ["a", "b", "c", "d", "e"])
  const results = rig.results()
  assert.deepStrictEqual(results, { "all.txt": "yak\nzebra\nxyl", "side.txt": "xyl" })
  return results
}

describe("nothing is executed", () => {
  it("in a second run, and the results are the same bytes", async () => {
    const results = await first()
    const { stdout } = await run("flow.yaml")
    assert.deepStrictEqual(rig.executed(), [])
    assert.deepStrictEqual(rig.results(), results)
    assert.strictEqual(stdout.match(/ = \w +cached/gu)?.length, 5)
    assert.deepStrictEqual(
      Object.values(rig.trace()).map(({ status }) => status),
      ["cached", "cached", "cached", "cached", "cached"]
    )
  })

  it("when the file, the workflow, a stage or the folder is renamed, or an input is touched", async () => {
    const results = await first()
    rig.write("other.yaml", rig.read("flow.yaml"))
    rmSync(rig.path("flow.yaml"))
    await run("other.yaml")
    assert.deepStrictEqual(rig.executed(), [], "file renamed")

    rig.write("other.yaml", rig.read("other.yaml").replace('"name": "rig"', '"name": "another"'))
    await run("other.yaml")
    assert.deepStrictEqual(rig.executed(), [], "workflow renamed")

    rig.write(
      "other.yaml",
      rig.read("other.yaml").replace('"a": {', '"first": {').replace("${{ a.out }}", "${{ first.out }}")
    )
    await run("other.yaml")
    assert.deepStrictEqual(rig.executed(), [], "stage renamed")
    assert.strictEqual(rig.trace()["first"]?.["status"], "cached")

    const later = new Date(Date.now() + 60_000)
    utimesSync(rig.path("project/x.txt"), later, later)
    await run("other.yaml")
    assert.deepStrictEqual(rig.executed(), [], "input touched")

    rig.write("moved/other.yaml", rig.read("other.yaml"))
    renameSync(rig.path("project"), rig.path("moved/project"))
    await run("moved/other.yaml")
    assert.deepStrictEqual(rig.executed(), [], "folder moved")

    renameSync(rig.home, rig.path("elsewhere"))
    assert.strictEqual(
      (await rig.agflow(["run", "moved/other.yaml"], { env: { AGFLOW_HOME: rig.path("elsewhere") } })).code,
      0
    )
    assert.deepStrictEqual(rig.executed(), [], "state moved")
    renameSync(rig.path("elsewhere"), rig.home)
    assert.deepStrictEqual(rig.results(), results)
  })

  it("when only what cannot change a result differs: resources, a description", async () => {
    await first()
    setUp("flow.yaml", {
      e: { ...step(rig, "e", 'echo alone > "$out"'), description: "stands alone", resources: { memory: "1 MB" } }
    })
    await run("flow.yaml")
    assert.deepStrictEqual(rig.executed(), [])
  })
})

it.skipIf(process.getuid?.() !== 0)(
  "nothing is executed for another user of the same cache (needs root to set up)",
  async () => {
    const results = await first()
    // As a group that shares a folder would have it.
    spawnSync("chmod", ["-R", "a+rwX", rig.folder])
    const other = { uid: 65534 }
    const second = await rig.agflow(["run", "flow.yaml"], other)
    assert.strictEqual(second.code, 0, second.stdout + second.stderr)
    assert.deepStrictEqual(rig.executed(), [])
    assert.deepStrictEqual(rig.results(), results)
    // What the other one does, the first has as well.
    assert.strictEqual((await rig.agflow(["run", "flow.yaml", "--param", "n=4"], other)).code, 0)
    assert.deepStrictEqual(rig.executed(), ["c", "d"])
    await run("flow.yaml", "--param", "n=4")
    assert.deepStrictEqual(rig.executed(), [])
  }
)

it.skipIf(process.getuid?.() !== 0)(
  "who may write to a state folder may write to what others have made in it, and clears away around them (needs root)",
  async () => {
    const script = `umask > "$out"; [ "$n" = 1 ] || { mkdir -p sub/folder; umask 077; mkdir -p sub/closed; sleep 307; }`
    const stages = { a: step(rig, "a", script, { env: { n: "${{ params.n }}" } }) }
    rig.write("flow.yaml", workflow(stages, { params: { n: { type: "integer" } }, outputs: { a: "${{ a.out }}" } }))
    mkdirSync(rig.home)
    chmodSync(rig.home, 0o777)
    chmodSync(rig.folder, 0o755)
    chmodSync(rig.log, 0o666)
    await run("flow.yaml", "--param", "n=1")
    assert.deepStrictEqual(rig.results(), { "a.txt": `00${process.umask().toString(8)}\n` })
    for (const folder of ["store", "records", "runs", "results", "index"]) {
      for (const entry of readdirSync(join(rig.home, folder), { recursive: true, withFileTypes: true })) {
        if (entry.isDirectory())
          assert.strictEqual(statSync(join(entry.parentPath, entry.name)).mode & 0o777, 0o777, entry.name)
      }
    }
    const killed = rig.start(["run", "flow.yaml", "--param", "n=2"])
    await until("it sleeps", () => rig.processes().some(({ command }) => command === "sleep 307"))
    killed.child.kill("SIGKILL")
    await killed.ended
    const other = await rig.agflow(["run", "flow.yaml", "--param", "n=1"], { uid: 65534 })
    assert.strictEqual(other.code, 0, other.stdout + other.stderr)
    assert.lengthOf(readdirSync(join(rig.home, "work")), 1)
    const gc = await rig.agflow(["gc", "--spare", "0s", "--keep-runs", "1"], { uid: 65534 })
    assert.strictEqual(gc.code, 0, gc.stdout + gc.stderr)
    assert.lengthOf(readdirSync(join(rig.home, "runs")), 2, "the last run, and its second name")
    await run("flow.yaml", "--param", "n=1")
    assert.deepStrictEqual(readdirSync(join(rig.home, "work")), [])
  }
)

it.skipIf(process.getuid?.() !== 0)(
  "a task that another user's run has begun is done, though what that one kept of it cannot be removed (needs root)",
  async () => {
    rig.write("stages.ts", labStages)
    rig.write("rows.tsv", "x\n1\n")
    const scaled = { uses: "scale", with: { values: "./rows.tsv" } }
    rig.write("flow.yaml", workflow({ scaled }, { imports: ["./stages.ts"], outputs: { s: "${{ scaled.scaled }}" } }))
    const plan = JSON.parse((await rig.agflow(["plan", "flow.yaml", "--tasks", "--json"])).stdout)
    const [{ key }] = plan.stages[0].each
    spawnSync("chmod", ["-R", "a+rwX", rig.folder])
    rig.write(`state/checkpoints/${key}/attempt`, "")
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"], { uid: 65534 })
    assert.strictEqual(code, 0, stdout + stderr)
    assert.deepStrictEqual(rig.results(), { "s.tsv": "x\n2\n" })
  }
)

/** The figure is 1,000: AGFLOW_INPUTS=1000. */
const many = Number(process.env["AGFLOW_INPUTS"] ?? 200)

it(
  `one byte of one of ${many} inputs: the task that reads it, and nothing behind an unchanged result`,
  { timeout: 600_000 },
  async () => {
    const names = Array.from({ length: many }, (_, at) => `./inputs/${at}.txt`)
    for (const [at, name] of names.entries()) rig.write(name, `${at}\nrest\n`)
    rig.write(
      "flow.yaml",
      workflow(
        {
          each: {
            ...step(rig, "each", "", { inputs: { file: "${{ item }}" } }),
            run: 'echo "$file" >> "$executed"; read -r line < "$file"; echo "$line" > "$out"',
            scatter: { over: names }
          },
          all: step(rig, "all", 'cat $each | sort -n | uniq | wc -l > "$out"', { inputs: { each: "${{ each.out }}" } })
        },
        { outputs: { all: "${{ all.out }}" } }
      )
    )
    await run("flow.yaml")
    assert.strictEqual(rig.executed().length, many + 1)
    const changed = many >> 1
    const file = names[changed]!.slice("./".length)
    const executed = () => rig.executed().map((line) => line.slice(line.lastIndexOf("/") + 1))

    rig.write(file, `${changed}\nresT\n`)
    await run("flow.yaml")
    assert.deepStrictEqual(executed(), [`${changed}.txt`])

    rig.write(file, "0\nresT\n")
    await run("flow.yaml")
    assert.deepStrictEqual(executed(), [`${changed}.txt`, "all"])
    assert.deepStrictEqual(rig.results(), { "all.txt": `${many - 1}\n` })
  }
)

describe("exactly what depends on a change runs again, and the reason is said", () => {
  it("one byte of an input", async () => {
    await first()
    rig.write("project/x.txt", "xylophonE\n")
    // The upstream reads 'x' whole; what follows sees its first three bytes, which are the same.
    const { stdout } = await run("flow.yaml")
    assert.deepStrictEqual(rig.executed(), ["a", "c"])
    assert.match(stdout, /> a +input x content [0-9a-f]{8} -> [0-9a-f]{8}\n/u)
    assert.match(stdout, /> c +input a content [0-9a-f]{8} -> [0-9a-f]{8}\n/u)
    assert.match(stdout, /= d +cached/u)
    assert.match(rig.trace()["a"]!["reason"]!, /^input x content/u)

    rig.write("project/x.txt", "Xylophone\n")
    await run("flow.yaml")
    assert.deepStrictEqual(rig.executed(), ["a", "c", "d"])
    assert.strictEqual(rig.results()["all.txt"], "yak\nzebra\nXyl")
  })

  it("a param", async () => {
    await first()
    const { stdout } = await run("flow.yaml", "--param", "n=4")
    assert.deepStrictEqual(rig.executed(), ["c", "d"])
    assert.match(stdout, /> c +params\.n 3 -> 4\n/u)
    assert.strictEqual(rig.results()["side.txt"], "xylo")
    // Back to the first value: the first results are still there.
    await run("flow.yaml")
    assert.deepStrictEqual(rig.executed(), [])
    assert.strictEqual(rig.results()["side.txt"], "xyl")
  })

  it("the text of a script", async () => {
    await first()
    setUp("flow.yaml", { b: step(rig, "b", 'sort -r "$y" > "$out"', { inputs: { y: "./project/y.txt" } }) })
    const { stdout } = await run("flow.yaml")
    assert.deepStrictEqual(rig.executed(), ["b", "d"])
    assert.match(stdout, /> b +script changed\n/u)
  })

  it("an input's own name, which a script can see, and an output's kind", async () => {
    await first()
    rig.write("project/z.txt", "zebra\nyak\n")
    setUp("flow.yaml", {
      b: step(rig, "b", 'sort "$y" > "$out"', { inputs: { y: "./project/z.txt" } }),
      e: step(rig, "e", 'echo alone > "$out"', { outputs: { out: "tsv" } })
    })
    const { stdout } = await run("flow.yaml")
    // The same bytes come out of b: d does not run.
    assert.sameMembers([...rig.executed()], ["b", "e"])
    assert.match(stdout, /> e +output out changed\n/u)
  })

  it("an upstream that gives the same content again leaves what follows alone", async () => {
    await first()
    setUp("flow.yaml", { b: step(rig, "b", ': other words\nsort "$y" > "$out"', { inputs: { y: "./project/y.txt" } }) })
    await run("flow.yaml")
    assert.deepStrictEqual(rig.executed(), ["b"])
  })
})

describe("what is lost or damaged is made again, with the same bytes", () => {
  const objectOf = (text: string): string => {
    const found = rig.state("store").find((name) => readFileSync(join(rig.home, "store", name), "utf8") === text)
    assert.isDefined(found)
    return join(rig.home, "store", found!)
  }

  it("a stored file that was deleted", async () => {
    const results = await first()
    rmSync(objectOf("xyl"))
    const { stdout } = await run("flow.yaml")
    assert.deepStrictEqual(rig.executed(), ["c"])
    assert.match(stdout, /> c +its result is gone or damaged/u)
    assert.deepStrictEqual(rig.results(), results)
    assert.strictEqual(readFileSync(objectOf("xyl"), "utf8"), "xyl")
  })

  it("a stored file in which one byte was flipped", async () => {
    const results = await first()
    const object = objectOf("yak\nzebra\n")
    const bytes = readFileSync(object)
    bytes[4]! ^= 1
    chmodSync(object, 0o644)
    writeFileSync(object, bytes)
    await run("flow.yaml")
    assert.deepStrictEqual(rig.executed(), ["b"])
    assert.deepStrictEqual(rig.results(), results)
    assert.strictEqual(readFileSync(object, "utf8"), "yak\nzebra\n")
  })

  it("a record that was deleted, or cut short", async () => {
    const results = await first()
    const { key: a } = rig.trace()["a"]!
    const { key: d } = rig.trace()["d"]!
    const record = (key: string) => join(rig.home, "records", key.slice(0, 2), `${key}.json`)
    rmSync(record(a!))
    writeFileSync(record(d!), readFileSync(record(d!), "utf8").slice(0, 100))
    await run("flow.yaml")
    assert.deepStrictEqual(rig.executed(), ["a"], "of the one cut short the index still tells")
    assert.deepStrictEqual(rig.results(), results)
    rmSync(join(rig.home, "index"), { recursive: true })
    await run("flow.yaml")
    assert.deepStrictEqual(rig.executed(), ["d"])
    assert.deepStrictEqual(rig.results(), results)
    await run("flow.yaml")
    assert.deepStrictEqual(rig.executed(), [])
  })

  it("the digests that are remembered, in part or in whole", async () => {
    await first()
    const journal = join(rig.home, "digests.tsv")
    writeFileSync(journal, `${readFileSync(journal, "utf8").slice(0, 200)}\n\0\0 not a line`)
    await run("flow.yaml")
    rmSync(journal)
    await run("flow.yaml")
    assert.deepStrictEqual(rig.executed(), [])
  })
})

it("an output that is a link is kept by its content, and the file behind it stays what it was", async () => {
  const input = rig.write("project/x.txt", "mine\n")
  chmodSync(input, 0o644)
  const reads = { inputs: { x: "./project/x.txt" } }
  rig.write(
    "flow.yaml",
    workflow(
      {
        symbolic: step(rig, "symbolic", 'ln -s "$x" "$out"', reads),
        moved: step(rig, "moved", 'mv "$x" "$out"', reads),
        hard: step(rig, "hard", 'ln "$(readlink "$x")" "$out"', reads)
      },
      { outputs: { symbolic: "${{ symbolic.out }}", moved: "${{ moved.out }}", hard: "${{ hard.out }}" } }
    )
  )
  await run("flow.yaml")
  rig.write("project/x.txt", "yours\n")
  assert.deepStrictEqual(rig.results(), { "symbolic.txt": "mine\n", "moved.txt": "mine\n", "hard.txt": "mine\n" })
  assert.deepStrictEqual(
    rig.state("store").map((name) => readFileSync(join(rig.home, "store", name), "utf8")),
    ["mine\n"]
  )
})
