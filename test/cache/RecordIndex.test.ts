import * as Effect from "effect/Effect"
import { existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, beforeEach, describe, it } from "vitest"
import * as Record from "../../src/cache/Record.ts"
import { Records } from "../../src/cache/Records.ts"
import * as RecordIndex from "../../src/cache/RecordIndex.ts"
import { temporaryFolder } from "../support/stage.ts"
import { withCache } from "./cache.ts"
import { recordOf } from "./sample.ts"

const record = recordOf({ width: 8, text: "ä\n" })
const { key, structure } = record
let folder: string
let path: string
let part: string
beforeEach(() => {
  folder = temporaryFolder()
  path = Record.recordPath(join(folder, "records"), key)
  part = join(folder, "index", `${key.slice(0, 2)}.tsv`)
})

const write = () =>
  withCache(
    folder,
    Effect.flatMap(Records, (records) => records.write(record))
  )
const find = () =>
  withCache(
    folder,
    Effect.flatMap(Records, (records) => records.find(key, structure))
  )
const withIndex = <A>(act: (index: RecordIndex.RecordIndex) => A) =>
  Effect.runPromise(Effect.scoped(Effect.map(RecordIndex.open(join(folder, "index")), act)))
/** What the index alone says. */
const said = () => withIndex((index) => index.find(key, structure)?.record)

describe("the index of records", () => {
  it("says what the record says, and when it was last used", async () => {
    await write()
    assert.deepStrictEqual(await said(), record)
    await withIndex((index) => index.keep({ record, used: Date.now() - 48 * 3600e3 }))
    utimesSync(path, 1e9, 1e9)
    assert.deepStrictEqual(await find(), record)
    assert.isAbove(statSync(path).mtimeMs, Date.now() - 60e3, "the record is marked as used")
    const used = await withIndex((index) => index.find(key, structure)?.used)
    assert.isAbove(used!, Date.now() - 60e3, "which the index knows")
  })

  it("answers in the record's place, so that its file is not opened", async () => {
    await write()
    const told = { ...record, seconds: 77 }
    await withIndex((index) => index.keep({ record: told, used: Date.now() }))
    assert.deepStrictEqual(await find(), told)
  })

  it("leaves it to the record, where what it names is not there", async () => {
    await write()
    const file = { suffix: "", sha256: "ab".repeat(32), bytes: 1 }
    const told = { ...record, outputs: { out: { extension: "txt", files: [file], synthetic: false } } }
    await withIndex((index) => index.keep({ record: told, used: Date.now() }))
    assert.deepStrictEqual(await find(), record)
    assert.deepStrictEqual(await said(), record, "and is right again")
  })

  it("is made of the records, when it is lost", async () => {
    await write()
    rmSync(join(folder, "index"), { recursive: true })
    assert.deepStrictEqual(await find(), record)
    assert.deepStrictEqual(await said(), record)
  })

  it("with any one bit flipped, or cut anywhere, says nothing, and the record is found all the same", async () => {
    await write()
    const bytes = readFileSync(part)
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes)
      flipped[at]! ^= 1 << (at % 8)
      writeFileSync(part, flipped)
      assert.isUndefined(await said(), `byte ${at}`)
      writeFileSync(part, bytes.subarray(0, at))
      assert.isUndefined(await said(), `cut at ${at}`)
    }
    assert.deepStrictEqual(await find(), record)
  })

  it("says nothing of a record that is gone", async () => {
    await write()
    rmSync(path)
    assert.isUndefined(await find())
    assert.isTrue(existsSync(part))
  })

  it("keeps what several processes have added", async () => {
    const others = [recordOf({ width: 9 }), recordOf({ width: 10 })]
    await Promise.all(
      others.map((each) =>
        withCache(
          folder,
          Effect.flatMap(Records, (records) => records.write(each))
        )
      )
    )
    for (const each of others) {
      const found = await withCache(
        folder,
        Effect.flatMap(Records, (records) => records.find(each.key, each.structure))
      )
      assert.deepStrictEqual(found, each)
    }
  })
})
