import * as Effect from "effect/Effect"
import { existsSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
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
/** What the index alone says. */
const said = () =>
  Effect.runPromise(
    Effect.scoped(
      Effect.map(RecordIndex.open(join(folder, "index")), (index) => index.find(key, structure, statSync(path)))
    )
  )

describe("the index of records", () => {
  it("says what the record says, while its file is as it was", async () => {
    await write()
    assert.deepStrictEqual(await said(), record)
    utimesSync(path, 1e9, 1e9)
    assert.isUndefined(await said())
    assert.deepStrictEqual(await find(), record, "marked as used")
    assert.deepStrictEqual(await said(), record, "and known again")
  })

  it("answers in the record's place, so that its file is not opened", async () => {
    await write()
    const told = { ...record, seconds: 77 }
    await Effect.runPromise(
      Effect.scoped(Effect.map(RecordIndex.open(join(folder, "index")), (index) => index.keep(told, statSync(path))))
    )
    assert.deepStrictEqual(await find(), told)
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

  it("says nothing of a record that is gone, damaged, or another file", async () => {
    await write()
    const whole = readFileSync(path, "utf8")
    renameSync(path, `${path}.gone`)
    assert.isUndefined(await find())
    const { atime, mtime } = statSync(`${path}.gone`)
    writeFileSync(path, whole.replace("count", "counu"))
    utimesSync(path, atime, mtime)
    assert.isUndefined(await find(), "of the same size and time")
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
