import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, beforeEach, describe, it } from "vitest"
import { FileDigests } from "../../src/cache/FileDigests.ts"
import * as Digest from "../../src/core/Digest.ts"
import { temporaryFolder } from "../support/stage.ts"
import { withCache } from "./cache.ts"

let folder: string
let file: string
beforeEach(() => {
  folder = temporaryFolder()
  file = join(folder, "x.txt")
})

/** The digest of the file as it is seen so many seconds from now. */
const digest = (seconds: number) =>
  withCache(
    join(folder, "state"),
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.now() + seconds * 1000)
      return yield* (yield* FileDigests).of(file)
    }).pipe(Effect.provide(TestClock.layer()))
  )

const journal = () => {
  const path = join(folder, "state/digests.tsv")
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : []
}

/** Makes what is remembered of the file tell a lie, so that one sees whether it is believed. */
const lie = () => {
  const [inode, state] = journal()[0]!.split("\t")
  writeFileSync(join(folder, "state/digests.tsv"), `${inode}\t${state}\t${"0".repeat(64)}\n`)
}

describe("FileDigests", () => {
  it("reads a file that has been still for two seconds once", async () => {
    writeFileSync(file, "abc")
    assert.deepStrictEqual(await digest(3), { sha256: Digest.ofBytes("abc"), bytes: 3 })
    assert.strictEqual(journal().length, 1)
    lie()
    assert.strictEqual((await digest(3)).sha256, "0".repeat(64), "remembered")
    const path = join(folder, "renamed.txt")
    renameSync(file, path)
    file = path
    assert.strictEqual((await digest(3)).sha256, Digest.ofBytes("abc"), "a rename is a change of the inode")
  })

  it("reads a file that was changed a moment ago again each time, however old it says it is", async () => {
    writeFileSync(file, "abc")
    assert.strictEqual((await digest(1)).sha256, Digest.ofBytes("abc"))
    assert.deepStrictEqual(journal(), [])
    utimesSync(file, 1e9, 1e9)
    assert.strictEqual((await digest(1)).sha256, Digest.ofBytes("abc"))
    assert.deepStrictEqual(journal(), [])
  })

  it("sees a change that keeps size and mtime", async () => {
    writeFileSync(file, "abc")
    utimesSync(file, 1e9, 1e9)
    await digest(3)
    assert.strictEqual(journal().length, 1)
    writeFileSync(file, "abd")
    utimesSync(file, 1e9, 1e9)
    assert.strictEqual(statSync(file).mtimeMs, 1e12)
    assert.strictEqual((await digest(3)).sha256, Digest.ofBytes("abd"))
  })

  it("passes over lines of its journal that a crash cut short", async () => {
    writeFileSync(file, "abc")
    await digest(3)
    writeFileSync(join(folder, "state/digests.tsv"), journal()[0]!.slice(0, -5))
    assert.strictEqual((await digest(3)).sha256, Digest.ofBytes("abc"))
  })

  it("reads a file again after a restart of the machine, unless it was on the disk before", async () => {
    writeFileSync(file, "abc")
    const remember = (synced: boolean) =>
      withCache(
        join(folder, "state"),
        Effect.flatMap(FileDigests, (digests) => digests.remember(file, "0".repeat(64), synced))
      )
    await remember(false)
    assert.strictEqual((await digest(3)).sha256, "0".repeat(64), "the machine is still the same")
    const path = join(folder, "state/digests.tsv")
    writeFileSync(path, readFileSync(path, "utf8").replace(/[^\t\n]+\n$/u, "another-boot\n"))
    assert.strictEqual((await digest(3)).sha256, Digest.ofBytes("abc"))
    await remember(true)
    assert.strictEqual((await digest(3)).sha256, "0".repeat(64))
  })

  it("writes its journal anew when most of it is outdated", async () => {
    writeFileSync(file, "abc")
    await digest(3)
    const [line] = journal()
    const old = line!.replace(/\.[^.]+\t[^\t]*$/u, `.1\t${"0".repeat(64)}\n`)
    writeFileSync(join(folder, "state/digests.tsv"), old.repeat(20_000) + `${line}\n`)
    assert.strictEqual((await digest(3)).sha256, Digest.ofBytes("abc"))
    assert.deepStrictEqual(journal(), [line])
  })

  it("names a file that is not there, and a folder", async () => {
    const none = await withCache(
      join(folder, "state"),
      Effect.flip(Effect.flatMap(FileDigests, (digests) => digests.of(file)))
    )
    assert.match(none.message, /^cannot read: ENOENT/u)
    assert.strictEqual(none.file, file)
    mkdirSync(file)
    const directory = await withCache(
      join(folder, "state"),
      Effect.flip(Effect.flatMap(FileDigests, (digests) => digests.of(file)))
    )
    assert.strictEqual(directory.message, "not a file")
  })
})
