/** Damage on disk is found by `agflow verify`, and by the next run, and is made good with the same bytes. */
import { chmodSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { writeTableFlow } from "../support/lab.ts"
import { Rig, step } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

/** Two stages, three of many tasks that cut and join a table, one binary file: twelve stored files or so. */
const setUp = async () => {
  const all = step(rig, "all", 'gzip -nc "$t" > "$out"', { inputs: { t: "${{ each.out }}" }, outputs: { out: "file" } })
  writeTableFlow(rig, { all }, { all: "${{ all.out }}" })
  await run()
}

const run = async () => {
  const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
  assert.strictEqual(code, 0, stdout + stderr)
}

/** Bytes of all stored files and results, by name. */
const contents = () =>
  Object.fromEntries(
    rig.state("store").map((name) => [name, readFileSync(join(rig.home, "store", name)).toString("hex")])
  )

/** Changes one bit and puts the time back, as a bad disk would. */
const flip = (path: string) => {
  const { atime, mtime } = statSync(path)
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1]! ^= 4
  chmodSync(path, 0o644)
  writeFileSync(path, bytes)
  chmodSync(path, 0o444)
  utimesSync(path, atime, mtime)
}

interface VerifyJson {
  readonly files: number
  readonly findings: ReadonlyArray<{ readonly state: string; readonly kind: string; readonly path: string }>
}

const verify = async (...args: ReadonlyArray<string>) => {
  const { code, stdout, stderr } = await rig.agflow(["verify", ...args, "--json"])
  assert.strictEqual(stderr, "")
  const { files, findings } = JSON.parse(stdout) as VerifyJson
  return { code, files, found: findings.map(({ state, kind, path }) => `${state} ${kind} ${basename(path)}`) }
}

describe("verify", () => {
  it("finds a flipped bit in each stored file in turn, and the next run makes the same bytes again", async () => {
    await setUp()
    const before = contents()
    const names = Object.keys(before)
    assert.isAtLeast(names.length, 8)
    assert.deepStrictEqual(await verify(), { code: 0, files: names.length, found: [] })
    const results = rig.results()
    for (const name of names) {
      flip(join(rig.home, "store", name))
      const { code, found } = await verify("--remove")
      assert.deepStrictEqual([code, found], [1, [`damaged stored file ${basename(name)}`]])
      assert.notInclude(rig.state("store"), name)
      await run()
      assert.deepStrictEqual(contents(), before)
      assert.deepStrictEqual(rig.results(), results)
    }
    assert.strictEqual((await verify()).code, 0)
  }, 600_000)

  it("is not needed for a run to notice: the same damage, without it", async () => {
    await setUp()
    const before = contents()
    for (const name of Object.keys(before)) {
      flip(join(rig.home, "store", name))
      await run()
      assert.deepStrictEqual(contents(), before)
    }
  }, 600_000)

  it("nor are damaged records, each in turn: verify finds them, and the next run makes them again", async () => {
    await setUp()
    const before = contents()
    const results = rig.results()
    const names = rig.state("records").filter((name) => name.endsWith(".json"))
    assert.isAtLeast(names.length, 6)
    for (const name of names) {
      flip(join(rig.home, "records", name))
      assert.deepStrictEqual((await verify()).found, [`damaged record ${basename(name)}`])
      await run()
      assert.deepStrictEqual(rig.results(), results)
      assert.deepStrictEqual(contents(), before)
    }
    assert.deepStrictEqual(await verify(), { code: 0, files: Object.keys(before).length, found: [] })
  }, 600_000)

  it("tells missing files and damaged records", async () => {
    await setUp()
    const [file] = rig.state("store")
    rmSync(join(rig.home, "store", file!))
    // A damaged record names nothing: the missing file must be another's.
    const text = (name: string) => readFileSync(join(rig.home, "records", name), "utf8")
    const record = rig.state("records").find((name) => !text(name).includes(basename(file!)))
    const path = join(rig.home, "records", record!)
    const found = JSON.parse(text(record!)) as { structure: { code: string } }
    found.structure.code = `${found.structure.code}0`
    writeFileSync(path, JSON.stringify(found))
    assert.sameMembers(
      [...(await verify()).found],
      [`missing stored file ${basename(file!)}`, `damaged record ${basename(record!)}`]
    )
    await verify("--remove")
    await run()
    assert.strictEqual((await verify()).code, 0)
  })

  it("looks at one run: what it needs, and the results that it published", async () => {
    await setUp()
    assert.deepStrictEqual((await verify("latest")).found, [])
    writeFileSync(rig.latest("results", "each.tsv"), "edited\n")
    assert.deepStrictEqual(await verify("latest"), {
      code: 1,
      files: rig.state("store").length + 2,
      found: ["damaged result each.tsv"]
    })
    assert.strictEqual((await verify()).code, 0, "the store itself is whole")
    const { stdout } = await rig.agflow(["verify", "latest", "--remove"])
    assert.match(stdout, /damaged {2}result {2}.*each\.tsv/u)
    assert.strictEqual(readFileSync(rig.latest("results", "each.tsv"), "utf8"), "edited\n")
  })
})
