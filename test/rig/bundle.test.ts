/** A run exported here and imported elsewhere is resumed there without executing anything. */
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { writeTableFlow } from "../support/lab.ts"
import { Rig, step, until, workflow } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const setUp = async () => {
  const more = {
    empty: step(rig, "empty", ': > "$out"'),
    noise: step(rig, "noise", 'head -c 300000 /dev/urandom > "$out"', { outputs: { out: "file" } })
  }
  writeTableFlow(rig, more, { noise: "${{ noise.out }}", empty: "${{ empty.out }}" })
  const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
  assert.strictEqual(code, 0, stdout + stderr)
  rig.executed()
}

const elsewhere = () => ({ env: { AGFLOW_HOME: rig.path("elsewhere") } })

const contents = (home: string) => {
  const files = ["store", "records"].flatMap((folder) =>
    readdirSync(join(home, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
  )
  return Object.fromEntries(files.map((path) => [path.slice(home.length), readFileSync(path).toString("base64")]))
}

/** Makes the digests of the run's own files in a bundle those of what is there now. */
const reseal = (folder: string) => {
  const path = join(folder, "agflow.json")
  const names = readdirSync(join(folder, "run"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  const digest = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex")
  const about = JSON.parse(readFileSync(path, "utf8")) as object
  writeFileSync(path, JSON.stringify({ ...about, run: Object.fromEntries(names.map((name) => [name, digest(name)])) }))
}

const exported = async (to: string) => {
  const { code, stdout, stderr } = await rig.agflow(["export", "latest", "--to", to])
  assert.strictEqual(code, 0, stdout + stderr)
}

const refuses = async (bundle: string, why: RegExp) => {
  const { code, stderr } = await rig.agflow(["import", bundle], elsewhere())
  assert.strictEqual(code, 2, stderr)
  assert.match(stderr, why)
  const home = rig.path("elsewhere")
  for (const folder of ["store", "records", "runs", "work"]) {
    assert.deepStrictEqual(readdirSync(join(home, folder)), [], folder)
  }
}

describe("export and import", () => {
  for (const to of ["run.tar.gz", "run-folder"]) {
    it(`carries a run as ${to}`, async () => {
      await setUp()
      const results = rig.results()
      const id = rig.runId()!
      await exported(to)
      const first = await rig.agflow(["import", to], elsewhere())
      assert.strictEqual(first.code, 0, first.stderr)
      assert.deepStrictEqual(contents(rig.path("elsewhere")), contents(rig.home))
      const run = rig.path("elsewhere", "runs", id)
      assert.deepStrictEqual(readdirSync(join(run, "results")).sort(), Object.keys(results).sort())
      assert.strictEqual(readFileSync(join(run, "results", "each.tsv"), "utf8"), results["each.tsv"])

      const resumed = await rig.agflow(["run", "flow.yaml"], elsewhere())
      assert.strictEqual(resumed.code, 0, resumed.stderr)
      assert.deepStrictEqual(rig.executed(), [])
      assert.notMatch(resumed.stdout, / > (?:table|noise|empty)/u)
      assert.strictEqual((await rig.agflow(["verify", id], elsewhere())).code, 0)

      const again = await rig.agflow(["import", to], elsewhere())
      assert.match(again.stdout, /0 results imported, \d+ were here already/u)
    })
  }

  it("takes only what the run needs, and the same run gives the same archive", async () => {
    await setUp()
    await exported("first.tar.gz")
    rig.write(
      "other.yaml",
      workflow({ other: step(rig, "other", 'echo other > "$out"') }, { outputs: { o: "${{ other.out }}" } })
    )
    const id = rig.runId()!
    assert.strictEqual((await rig.agflow(["run", "other.yaml"])).code, 0)
    assert.strictEqual((await rig.agflow(["export", id, "--to", "second.tar.gz"])).code, 0)
    assert.isTrue(readFileSync(rig.path("first.tar.gz")).equals(readFileSync(rig.path("second.tar.gz"))))
  })

  it("is a tar archive that other programs read", async () => {
    await setUp()
    await exported("run.tar.gz")
    mkdirSync(rig.path("unpacked"))
    execFileSync("tar", ["-xzf", rig.path("run.tar.gz"), "-C", rig.path("unpacked")])
    assert.strictEqual((await rig.agflow(["import", "unpacked"], elsewhere())).code, 0)
    assert.deepStrictEqual(contents(rig.path("elsewhere")), contents(rig.home))
  })

  it("takes nothing of an archive that is cut short, flipped, or something else", async () => {
    await setUp()
    await exported("run.tar.gz")
    const whole = readFileSync(rig.path("run.tar.gz"))
    const tar = gunzipSync(whole)
    for (const [bytes, why] of [
      [whole.subarray(0, whole.length >> 1), /unexpected end|breaks off/u],
      [gzipSync(tar.subarray(0, tar.length - 1024)), /breaks off before its end/u],
      [gzipSync(tar.subarray(0, tar.length >> 1)), /breaks off before its end/u],
      [Buffer.from("not an archive"), /incorrect header/u],
      [gzipSync("not an archive, but long enough for a block ".repeat(100)), /no tar archive/u],
      [gzipSync(Buffer.alloc(1024)), /not a bundle/u]
    ] as const) {
      writeFileSync(rig.path("bad.tar.gz"), bytes)
      await refuses("bad.tar.gz", why)
    }
    // One bit of the last stored file, which is the last thing before the padding.
    const flipped = Buffer.from(tar)
    let at = flipped.length - 1025
    while (flipped[at] === 0) at--
    flipped[at]! ^= 1
    writeFileSync(rig.path("bad.tar.gz"), gzipSync(flipped))
    await refuses("bad.tar.gz", /damaged/u)
  })

  it("takes nothing of a bundle with names that lead out of it, links, or what it does not need", async () => {
    await setUp()
    await exported("good")
    const forged = async (change: (folder: string) => void, why: RegExp) => {
      const folder = rig.path("forged")
      rmSync(folder, { recursive: true, force: true })
      cpSync(rig.path("good"), folder, { recursive: true })
      change(folder)
      await refuses("forged", why)
    }
    const first = (folder: string, room: string) => {
      const [short] = readdirSync(join(folder, room))
      const [name] = readdirSync(join(folder, room, short!))
      return join(folder, room, short!, name!)
    }
    await forged((folder) => writeFileSync(join(folder, "extra"), "x"), /no place in a bundle/u)
    await forged((folder) => symlinkSync("/etc/passwd", join(folder, "run", "link")), /not a plain file/u)
    await forged((folder) => writeFileSync(first(folder, "store"), "x"), /damaged/u)
    await forged((folder) => rmSync(first(folder, "store")), /should hold/u)
    await forged((folder) => {
      const path = first(folder, "records")
      writeFileSync(path, readFileSync(path, "utf8").replace(/"stage": *"[^"]*"/u, '"stage": "forged"'))
    }, /record .* damaged/u)
    await forged((folder) => writeFileSync(join(folder, "run", "report.html"), "x"), /'run\/report.html' .* damaged/u)
    await forged((folder) => rmSync(join(folder, "run", "events.ndjson")), /'run\/events.ndjson' .* missing/u)
    await forged((folder) => writeFileSync(join(folder, "run", "results"), "x"), /no place in a bundle/u)
    const noise = createHash("sha256").update(rig.results()["noise.bin"]!).digest("hex")
    const secret = rig.write("secret", "secret\n")
    const upwards = `../../../../../../../../../../../../..${secret}`
    for (const [word, other] of [
      [/"id": *"[^"]*"/gu, '"id":"../../escaped"'],
      [/"id": *"[^"]*"/gu, '"id":"latest"'],
      [/results\/each\./gu, "results/../../each."],
      [/"sha256": *"[0-9a-f]{64}"/gu, `"sha256":"${upwards}"`],
      [/"sha256": *"[0-9a-f]{64}"/gu, `"sha256":"${noise}"`]
    ] as const) {
      await forged((folder) => {
        const path = join(folder, "run", "run.json")
        writeFileSync(path, readFileSync(path, "utf8").replaceAll(word, other))
        reseal(folder)
      }, /record in it is damaged/u)
    }
    // Records that are whole: of a file that is none of the store, of one that leads out of it by its name, of none.
    for (const change of [
      (text: string) =>
        text.replace(/"sha256": "[0-9a-f]{64}"/u, `"sha256": "${upwards}"`).replace(/"bytes": \d+/u, '"bytes": 7'),
      (text: string) => text.replace('"suffix": ""', '"suffix": "/../../x"'),
      (text: string) => text.replace(/"files": \[[^\]]*\]/u, '"files": []')
    ]) {
      await forged((folder) => {
        const path = first(folder, "records")
        const [, rest] = /^\{\n "check": "[0-9a-f]{64}",(.*)$/su.exec(readFileSync(path, "utf8"))!
        const changed = change(rest!)
        assert.notStrictEqual(changed, rest)
        const check = createHash("sha256").update(changed).digest("hex")
        writeFileSync(path, `{\n "check": "${check}",${changed}`)
      }, /record .* damaged/u)
    }
    assert.strictEqual(readFileSync(secret, "utf8"), "secret\n")

    const evil = rig.path("evil")
    mkdirSync(join(evil, "sub"), { recursive: true })
    writeFileSync(join(evil, "escaped"), "x")
    execFileSync("tar", ["-czPf", rig.path("evil.tar.gz"), "--transform=s,escaped,../../escaped,", "escaped"], {
      cwd: evil
    })
    await refuses("evil.tar.gz", /no place in a bundle/u)
    execFileSync("tar", ["-czPf", rig.path("evil.tar.gz"), rig.path("evil", "escaped")])
    await refuses("evil.tar.gz", /no place in a bundle/u)
    assert.isFalse(existsSync(rig.path("escaped")))
  })

  it("a run that was killed has ended when it is elsewhere; one that still runs cannot be exported", async () => {
    rig.write(
      "slow.yaml",
      workflow({
        quick: step(rig, "quick", 'echo 1 > "$out"'),
        slow: step(rig, "slow", 'echo "$quick"; sleep 331', { inputs: { quick: "${{ quick.out }}" } })
      })
    )
    const run = rig.start(["run", "slow.yaml"])
    await until("it sleeps", () => rig.processes().some(({ command }) => command === "sleep 331"))
    assert.match((await rig.agflow(["export", "--to", "running.tar.gz"])).stderr, /has not ended yet/u)
    run.child.kill("SIGKILL")
    await run.ended
    await exported("killed")
    const path = rig.path("killed/run/run.json")
    writeFileSync(path, readFileSync(path, "utf8").replace(/"host": *"[^"]*"/u, '"host":"another"'))
    reseal(rig.path("killed"))
    assert.strictEqual((await rig.agflow(["import", "killed"], elsewhere())).code, 0)
    const { stdout } = await rig.agflow(["runs", "--json"], elsewhere())
    const [{ status, tasks }] = JSON.parse(stdout)
    assert.strictEqual(status, "interrupted")
    assert.deepInclude(tasks, { done: 1, running: 0, other: 1 })
  })

  it("an export that is interrupted leaves nothing behind", async () => {
    rig.write(
      "flow.yaml",
      workflow({ a: step(rig, "a", 'head -c 300000000 /dev/urandom > "$out"', { outputs: { out: "file" } }) })
    )
    assert.strictEqual((await rig.agflow(["run", "flow.yaml"])).code, 0)
    const before = readdirSync(rig.folder)
    const run = rig.start(["export", "--to", "run.tar.gz"])
    await until("it writes", () => readdirSync(rig.folder).length > before.length)
    run.child.kill("SIGINT")
    assert.strictEqual((await run.ended).code, 130)
    assert.deepStrictEqual(readdirSync(rig.folder), before)
  })

  it("says what is wrong: no such run, a file in the way, a damaged store, another kind of archive", async () => {
    await setUp()
    assert.match(
      (await rig.agflow(["export", "--to", "run.zip"])).stderr,
      /run\.zip: archives are written as \.tar\.gz/u
    )
    assert.match((await rig.agflow(["import", "nowhere"])).stderr, /nowhere: there is no such file or folder\n$/u)
    assert.match((await rig.agflow(["export", "nonsense", "--to", "x"])).stderr, /there is no run 'nonsense'/u)
    rig.write("there.tar.gz", "")
    assert.match((await rig.agflow(["export", "--to", "there.tar.gz"])).stderr, /it is there already/u)
    const [file] = rig.state("store")
    rmSync(join(rig.home, "store", file!))
    const { code, stderr } = await rig.agflow(["export", "--to", "new.tar.gz"])
    assert.strictEqual(code, 2)
    assert.match(stderr, /a stored file is missing/u)
    assert.isFalse(existsSync(rig.path("new.tar.gz")))
  })
})
