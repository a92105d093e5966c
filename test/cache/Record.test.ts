import * as Effect from "effect/Effect"
import { copyFileSync, mkdirSync, rmSync, statSync, utimesSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Record from "../../src/cache/Record.ts"
import { Records } from "../../src/cache/Records.ts"
import { temporaryFolder } from "../support/stage.ts"
import { withCache } from "./cache.ts"
import { recordOf } from "./sample.ts"

describe("a record", () => {
  const record = recordOf({ width: 8, text: "ä\n" })

  it("reads as it was written", () => {
    assert.deepStrictEqual(Record.decode(Record.encode(record)), record)
    assert.strictEqual(JSON.parse(Record.encode(record)).key, record.key, "it is plain JSON")
  })

  it("with any one bit flipped, or cut anywhere, is none", () => {
    const bytes = Buffer.from(Record.encode(record))
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes)
      flipped[at]! ^= 1 << (at % 8)
      assert.isUndefined(Record.decode(flipped.toString("utf8")), `byte ${at}`)
      assert.isUndefined(Record.decode(bytes.subarray(0, at).toString("utf8")), `cut at ${at}`)
    }
  })

  it("under another key's name is not that key's", async () => {
    const folder = temporaryFolder()
    await withCache(
      folder,
      Effect.gen(function* () {
        const records = yield* Records
        yield* records.write(record)
        const other = Record.recordPath(join(folder, "records"), "0".repeat(64))
        mkdirSync(dirname(other), { recursive: true })
        copyFileSync(Record.recordPath(join(folder, "records"), record.key), other)
        assert.isUndefined(yield* records.find("0".repeat(64), record.structure))
        assert.deepStrictEqual(yield* records.find(record.key, record.structure), record)
      })
    )
  })

  it("says when it was last used, to a day", async () => {
    const folder = temporaryFolder()
    const path = Record.recordPath(join(folder, "records"), record.key)
    const hours = (n: number) => Math.floor(Date.now() / 1000) - n * 3600
    const find = () =>
      withCache(
        folder,
        Effect.flatMap(Records, ({ find }) => find(record.key, record.structure))
      )
    await withCache(
      folder,
      Effect.flatMap(Records, ({ write }) => write(record))
    )
    const usedBefore = async (time: number) => {
      utimesSync(path, time, time)
      rmSync(join(folder, "index"), { recursive: true })
      for (let i = 0; i < 2; i++) assert.deepStrictEqual(await find(), record)
    }
    await usedBefore(hours(20))
    assert.isBelow(statSync(path).mtimeMs / 1000, hours(19), "not touched for less than a day")
    await usedBefore(hours(30))
    assert.isAbove(statSync(path).mtimeMs / 1000, hours(1))
  })
})
