/** What others have put into a state folder, or brought along with one, is data. */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig, step, until, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const nobody = 65534
const isRoot = process.getuid?.() === 0

/** A folder as a run that was killed leaves one. */
const left = `${"0".repeat(16)}-${hostname()}-999999.1-0`

const hello = () => workflow({ a: step(rig, "a", 'echo hi > "$out"') }, { outputs: { out: "${{ a.out }}" } })

describe("a command that stands in a file of the state folder", () => {
  const commands = ["gc", "run", "import"] as const
  it.each(commands)("is not executed by agflow %s", async (command) => {
    rig.write("flow.yaml", hello())
    const forged = { host: hostname(), pid: 999999, started: "1", engine: "sh", stop: ["touch", rig.path("pwned")] }
    rig.write(`state/work/${left}/child.json`, JSON.stringify(forged))
    const args = { gc: ["gc"], run: ["run", "flow.yaml"], import: ["import", "nothing.tar.gz"] }[command]
    await rig.agflow(args)
    assert.isFalse(existsSync(rig.path("pwned")))
    assert.deepStrictEqual(rig.state("work"), [])
  })

  it("ends a container of docker or podman by the name that its folder has, and by no other", async () => {
    rig.write("flow.yaml", hello())
    const program = rig.write("bin/docker", `#!/bin/sh\necho "$@" >> ${rig.path("called")}\n`)
    chmodSync(program, 0o755)
    const child = { host: hostname(), pid: 999999, started: "1", engine: "docker", name: "somebody-elses" }
    rig.write(`state/work/${left}/child.json`, JSON.stringify(child))
    await rig.agflow(["gc"], { env: { PATH: `${rig.path("bin")}:${process.env["PATH"]}` } })
    assert.strictEqual(rig.read("called"), `rm --force agflow-${left}\n`)
  })

  it.skipIf(!isRoot)("is of nobody's folder but one's own (needs root to set up)", async () => {
    rig.write("flow.yaml", hello())
    const folder = rig.path("state/work", left)
    rig.write(`state/work/${left}/child.json`, "{}")
    chownSync(folder, nobody, nobody)
    assert.strictEqual((await rig.agflow(["gc"])).code, 0)
    assert.isTrue(existsSync(folder))
  })
})

describe("a state folder that somebody else made", () => {
  const warning = /warning: this state folder was made by .*, not by you here/u

  it("is warned about once; one's own never", async () => {
    rig.write("flow.yaml", hello())
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).stderr, "")
    assert.strictEqual((await rig.agflow(["plan", "flow.yaml"])).stderr, "")
    // Another user has another home.
    const home = { HOME: rig.path("other") }
    const first = await rig.agflow(["run", "flow.yaml"], { env: home })
    assert.match(first.stderr, warning)
    assert.include(first.stderr, "delete it, or set AGFLOW_HOME")
    assert.strictEqual(first.code, 0)
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"], { env: home })).stderr, "")
  })

  it("that does not say who made it is warned about as well", async () => {
    rig.write("flow.yaml", hello())
    await rig.agflow(["run", "flow.yaml"])
    rmSync(rig.path("state/made.json"))
    assert.match((await rig.agflow(["gc"])).stderr, /made by an earlier version of agflow, or by somebody else/u)
    assert.strictEqual((await rig.agflow(["gc"])).stderr, "")
  })

  it("may not have links in the place of its folders", async () => {
    rig.write("precious/file", "1")
    mkdirSync(rig.home)
    symlinkSync(rig.path("precious"), join(rig.home, "store"))
    const { code, stderr } = await rig.agflow(["gc", "--spare", "0s"])
    assert.strictEqual(code, 2, stderr)
    assert.include(stderr, "'store' of the state folder is a link, and the folder is not one that you made")
    assert.strictEqual(rig.read("precious/file"), "1")
  })
})

/** Changes the only record, and gives it the digest that belongs to what it says now. */
const forge = (change: (text: string) => string): void => {
  const [name] = rig.state("records")
  const path = join(rig.home, "records", name!)
  const rest = change(readFileSync(path, "utf8").slice('{\n "check": "'.length + 64 + 2))
  chmodSync(path, 0o644)
  writeFileSync(path, `{\n "check": "${createHash("sha256").update(rest).digest("hex")}",${rest}`)
  rmSync(join(rig.home, "index"), { recursive: true, force: true })
}

describe("a record that names what is no stored file", () => {
  const cases: ReadonlyArray<readonly [what: string, change: (text: string) => string]> = [
    ["digest", (text) => text.replace(/"sha256": "[0-9a-f]{64}"/u, '"sha256": "../../precious"')],
    ["suffix", (text) => text.replace('"suffix": ""', '"suffix": "/../../../precious"')],
    ["extension", (text) => text.replace('"extension": "txt"', '"extension": "/../../../precious"')]
  ]
  it.each(cases)("by its %s is none, and no file is touched", async (_, change) => {
    rig.write("flow.yaml", hello())
    rig.write("precious", "mine")
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
    forge(change)
    rig.executed()
    const again = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(again.code, 0, again.stdout + again.stderr)
    assert.deepStrictEqual(rig.executed(), ["a"])
    assert.strictEqual(rig.read("precious"), "mine")
    assert.deepStrictEqual(rig.results(), { "out.txt": "hi\n" })
  })
})

it("a link in the place of a journal is not written through", async () => {
  rig.write("flow.yaml", hello())
  rig.write("profile", "mine\n")
  assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
  for (const name of ["digests.tsv", ...rig.state("index").map((each) => join("index", each))]) {
    rmSync(join(rig.home, name))
    symlinkSync(rig.path("profile"), join(rig.home, name))
  }
  assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
  assert.strictEqual(rig.read("profile"), "mine\n")
})

it("a run that calls itself by another folder's name does not have that removed", async () => {
  rig.write("flow.yaml", hello())
  assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
  rig.write("precious/run.json", "1")
  const record = rig.latest("run.json")
  const text = readFileSync(record, "utf8")
  writeFileSync(record, text.replace(/"id": "[^"]*"/u, '"id": "../../precious"'))
  await rig.agflow(["gc", "--keep-runs", "0", "--spare", "0s"])
  assert.strictEqual(rig.read("precious/run.json"), "1")
})

it.skipIf(!isRoot)("in a shared state folder nobody can change what another's task executes (needs root)", async () => {
  rig.write("flow.yaml", workflow({ a: step(rig, "a", 'sleep 3; echo hi > "$out"') }))
  mkdirSync(rig.home)
  chownSync(rig.home, 0, nobody)
  chmodSync(rig.home, 0o2775)
  chmodSync(rig.folder, 0o755)
  const run = rig.start(["run", "flow.yaml"])
  await until("the task runs", () => rig.read("executed.log") !== "")
  const [folder] = readdirSync(join(rig.home, "work"))
  const work = join(rig.home, "work", folder!)
  const asNobody = (command: string) => spawnSync("sh", ["-c", command], { uid: nobody, gid: nobody }).status
  assert.notStrictEqual(asNobody(`echo 'touch pwned' >> ${work}/script.sh`), 0)
  assert.notStrictEqual(asNobody(`echo > ${work}/inputs/x`), 0)
  assert.notStrictEqual(asNobody(`mv ${work} ${work}.gone`), 0)
  // Who removes what nobody needs has to see what tasks need.
  assert.strictEqual(asNobody(`ls ${work}/inputs`), 0)
  assert.strictEqual((await run.ended).code, 0)
  assert.strictEqual(statSync(join(rig.home, "records")).mode & 0o020, 0o020)
})

it("the folder of a failed task of a lab's own stage can be run again by itself", async () => {
  const stage = rig.write(
    "stage.ts",
    `import { Effect, InputError, Param, Port, Schema, Stage } from "agflow"
export const picky = Stage.make({
  name: "picky", version: 1, summary: "Fails.",
  params: { n: Param.required(Schema.Int, "a number") },
  inputs: {}, outputs: { o: Port.file("text", "o") },
  run: () => Effect.fail(new InputError({ message: "it is never content" }))
})
`
  )
  rig.write("flow.yaml", workflow({ a: { uses: "picky", with: { n: 1 } } }, { imports: ["./stage.ts"] }))
  assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 1)
  renameSync(stage, `${stage}.gone`)
  const kept = rig.latest("logs/failed/a")
  rmSync(join(kept, "exit.json"), { force: true })
  spawnSync("bash", [join(kept, "run.sh")])
  assert.include(readFileSync(join(kept, "exit.json"), "utf8"), "it is never content")
  assert.deepStrictEqual(rig.state("work"), [])
})
