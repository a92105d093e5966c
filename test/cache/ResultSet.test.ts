import * as Effect from "effect/Effect"
import { chmodSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, beforeEach, describe, it } from "vitest"
import { ContentStore } from "../../src/cache/ContentStore.ts"
import * as ResultSet from "../../src/cache/ResultSet.ts"
import * as Digest from "../../src/core/Digest.ts"
import { temporaryFolder } from "../support/stage.ts"
import { withCache } from "./cache.ts"

let state: string
beforeEach(() => {
  state = join(temporaryFolder(), "state")
})

const run = (id: string) => join(state, "runs", id)
const sets = () => readdirSync(join(state, "results"))
const read = (id: string, name: string) => readFileSync(join(run(id), "results", name), "utf8")

/** Publishes files with these texts as the results of a run. */
const publish = (id: string, texts: Readonly<Record<string, string>>) =>
  withCache(
    state,
    Effect.gen(function* () {
      const store = yield* ContentStore
      mkdirSync(run(id), { recursive: true })
      const files: Array<ResultSet.ResultFile> = []
      for (const [name, text] of Object.entries(texts)) {
        const path = join(state, "work", name)
        writeFileSync(path, text)
        files.push({ name, ...(yield* store.put(path)) })
      }
      yield* ResultSet.publish(run(id), files)
    })
  )

const edit = (id: string, name: string, text: string) => {
  const path = join(run(id), "results", name)
  chmodSync(path, 0o644)
  writeFileSync(path, text)
}

const sweep = () => withCache(state, ResultSet.sweep(sets()))

describe("published results", () => {
  it("are copied once for all runs that publish the same", async () => {
    await publish("1", { a: "A", b: "B" })
    const { ino } = statSync(join(run("1"), "results", "a"))
    await publish("2", { a: "A", b: "B" })
    assert.strictEqual(statSync(join(run("2"), "results", "a")).ino, ino)
    await publish("3", { a: "A", c: "B" })
    assert.notStrictEqual(statSync(join(run("3"), "results", "a")).ino, ino)
    assert.strictEqual(sets().length, 2)
    assert.strictEqual(statSync(join(run("1"), "results", "a")).mode & 0o222, 0)
    const stored = join(state, "store", Digest.ofBytes("A").slice(0, 2), Digest.ofBytes("A"))
    assert.strictEqual(lstatSync(stored).nlink, 1, "what the user may edit is no name of the stored file")
    assert.deepStrictEqual(readdirSync(join(state, "work")), [])
  })

  it("that were edited, or lost, are the run's own affair", async () => {
    await publish("1", { a: "A", b: "B" })
    edit("1", "a", "mine")
    await publish("2", { a: "A", b: "B" })
    assert.deepStrictEqual([read("1", "a"), read("2", "a"), read("2", "b")], ["mine", "A", "B"])
    rmSync(join(run("2"), "results", "b"))
    await publish("3", { a: "A", b: "B" })
    assert.deepStrictEqual([read("3", "a"), read("3", "b")], ["A", "B"])
    await publish("4", { a: "A", b: "B" })
    assert.strictEqual(ResultSet.of(run("4")), ResultSet.of(run("3")))
  })

  it("go with the last run that has them", async () => {
    await publish("1", { a: "AAAA" })
    await publish("2", { a: "AAAA" })
    rmSync(run("1"), { recursive: true })
    assert.strictEqual(await sweep(), 0)
    assert.strictEqual(read("2", "a"), "AAAA")
    rmSync(run("2"), { recursive: true })
    assert.strictEqual(await sweep(), 4)
    assert.deepStrictEqual(sets(), [])
  })
})
