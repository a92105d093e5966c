import * as Effect from "effect/Effect"
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as CheckpointJournal from "../../src/executor/CheckpointJournal.ts"
import { temporaryFolder } from "../support/stage.ts"

const journal = (folder: string, attempt: string) => {
  const { append, read } = CheckpointJournal.make(folder, attempt)
  return { append: (value: unknown) => Effect.runSync(append(value)), read: () => [...Effect.runSync(read)] }
}

describe("CheckpointJournal", () => {
  it("gives back what all attempts have kept, to the last bit", () => {
    const folder = join(temporaryFolder(), "key")
    assert.deepStrictEqual(journal(folder, "1").read(), [])
    const values = [{ a: [Number.NaN, -0, 0.1 + 0.2, Infinity, null] }, new Float32Array([1.5, -2]), "ä"]
    journal(folder, "1").append(values[0])
    journal(folder, "2").append(values[1])
    journal(folder, "1").append(values[2])
    const read = journal(folder, "3").read()
    assert.strictEqual(read.length, 3)
    assert.deepStrictEqual(read, [values[0], values[2], values[1]])
    assert.isTrue(Object.is((read[0] as { a: ReadonlyArray<number> }).a[1], -0))
  })

  it("passes over what a kill has torn, wherever it was cut, and over what has rotted", () => {
    const folder = join(temporaryFolder(), "key")
    const file = join(folder, "1")
    journal(folder, "1").append("first")
    const first = readFileSync(file).length
    journal(folder, "1").append("second")
    const whole = readFileSync(file)
    for (let size = 0; size < whole.length; size++) {
      writeFileSync(file, whole)
      truncateSync(file, size)
      assert.deepStrictEqual(journal(folder, "2").read(), size < first ? [] : ["first"])
    }
    const rotten = Buffer.from(whole)
    rotten[first - 1]! ^= 1
    writeFileSync(file, rotten)
    assert.deepStrictEqual(journal(folder, "2").read(), [])
    writeFileSync(file, whole)
    appendFileSync(file, "garbage that is no frame")
    assert.deepStrictEqual(journal(folder, "2").read(), ["first", "second"])
  })
})
