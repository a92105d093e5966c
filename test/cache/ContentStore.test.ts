import * as Effect from "effect/Effect"
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { assert, beforeEach, describe, it } from "vitest"
import type { Artifact } from "../../src/cache/Artifact.ts"
import { ContentStore } from "../../src/cache/ContentStore.ts"
import * as Digest from "../../src/core/Digest.ts"
import { temporaryFolder } from "../support/stage.ts"
import { withCache } from "./cache.ts"

let folder: string
beforeEach(() => {
  folder = temporaryFolder()
})

const inStore = <A, E>(use: (store: typeof ContentStore.Service) => Effect.Effect<A, E>) =>
  withCache(join(folder, "state"), Effect.flatMap(ContentStore, use))

const write = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const artifact = (...texts: ReadonlyArray<string>): Artifact => ({
  extension: "txt",
  synthetic: false,
  files: texts.map((text, at) => ({
    suffix: at === 0 ? "" : `.${at}`,
    sha256: Digest.ofBytes(text),
    bytes: text.length
  }))
})

const put = (path: string) => inStore((store) => store.put(path))
const holds = (what: Artifact) => inStore((store) => store.holds(what))
const stored = (text: string) => join(folder, "state/store", Digest.ofBytes(text).slice(0, 2), Digest.ofBytes(text))

describe("ContentStore", () => {
  it("takes a file in, read-only, by its digest", async () => {
    const path = write("x", "abc")
    assert.deepStrictEqual(await put(path), { sha256: Digest.ofBytes("abc"), bytes: 3 })
    assert.isFalse(existsSync(path))
    assert.strictEqual(readFileSync(stored("abc"), "utf8"), "abc")
    assert.strictEqual(statSync(stored("abc")).mode & 0o777, 0o444)
    assert.isTrue(await holds(artifact("abc")))
  })

  it("refuses a file that is written to meanwhile", async () => {
    const path = write("x", "a".repeat(64 << 20))
    let writes = 0
    const writing = setInterval(() => appendFileSync(path, `${writes++}`), 1)
    const outcome = await put(path).then(
      () => "taken",
      (cause: unknown) => String(cause)
    )
    clearInterval(writing)
    assert.isAbove(writes, 0)
    assert.include(outcome, "it was written to while it was read")
  })

  it("leaves a file that is there as it is, and mends one that is damaged", async () => {
    await put(write("x", "abc"))
    const { ino } = statSync(stored("abc"))
    await put(write("x", "abc"))
    assert.strictEqual(statSync(stored("abc")).ino, ino)
    assert.isFalse(existsSync(join(folder, "x")))
    chmodSync(stored("abc"), 0o644)
    writeFileSync(stored("abc"), "abd")
    await put(write("x", "abc"))
    assert.strictEqual(readFileSync(stored("abc"), "utf8"), "abc")
  })

  it("keeps a link by what is behind it, which it leaves alone", async () => {
    const own = write("own", "mine")
    chmodSync(own, 0o640)
    symlinkSync(own, join(folder, "symbolic"))
    await put(join(folder, "symbolic"))
    linkSync(own, join(folder, "hard"))
    await put(join(folder, "hard"))
    assert.isTrue(lstatSync(stored("mine")).isFile())
    assert.strictEqual(lstatSync(stored("mine")).nlink, 1)
    assert.notStrictEqual(statSync(stored("mine")).ino, statSync(own).ino)
    assert.strictEqual(statSync(own).mode & 0o777, 0o640)
    assert.strictEqual(readFileSync(own, "utf8"), "mine")
  })

  it("refuses what is no file", async () => {
    mkdirSync(join(folder, "directory"))
    symlinkSync(join(folder, "nowhere"), join(folder, "dangling"))
    const refusal = (name: string) => inStore((store) => Effect.flip(store.put(join(folder, name))))
    assert.strictEqual((await refusal("directory")).message, "cannot keep a result: it is not a file")
    assert.match((await refusal("dangling")).message, /^cannot keep a result: ENOENT/u)
  })

  it("knows what is gone or damaged, and removes the damaged", async () => {
    await put(write("x", "abc"))
    await put(write("x", "def"))
    assert.isTrue(await holds(artifact("abc", "def")))
    assert.isFalse(await holds(artifact("abc", "ghi")))
    chmodSync(stored("def"), 0o644)
    writeFileSync(stored("def"), "deg")
    assert.isFalse(await holds(artifact("abc", "def")))
    assert.isFalse(existsSync(stored("def")))
    rmSync(stored("abc"))
    assert.isFalse(await holds(artifact("abc")))
  })
})
