import * as Effect from "effect/Effect"
import { readdirSync, readlinkSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import * as TextLines from "../../src/data/TextLines.ts"
import { file } from "../support/genome.ts"

const lines = async (path: string): Promise<ReadonlyArray<string>> => {
  const seen: Array<string> = []
  await Effect.runPromise(TextLines.forEach(path, (line, number) => void seen.push(`${number} ${line}`)))
  return seen
}

describe("TextLines", () => {
  it("numbers lines of plain and gzip text, whatever their breaks", async () => {
    assert.deepStrictEqual(await lines(file("x", "a\r\n\nb")), ["1 a", "2 ", "3 b"])
    assert.deepStrictEqual(await lines(file("x.gz", gzipSync("a\nb\u00e9\n"))), ["1 a", "2 b\u00e9"])
    assert.deepStrictEqual(await lines(file("x", "")), [])
    const members = Buffer.concat([gzipSync("a\nb"), gzipSync("c\n")])
    assert.deepStrictEqual(await lines(file("x.gz", members)), ["1 a", "2 bc"])
  })

  it("stops at the first failure, and lets go of the file", async () => {
    const path = file("x", "line\n".repeat(1_000_000))
    let seen = 0
    const error = await Effect.runPromise(
      Effect.flip(TextLines.forEach(path, () => (++seen === 3 ? { message: "bad" } : undefined)))
    )
    assert.deepStrictEqual([error.message, error.file, error.line, seen], ["bad", path, 3, 3])
    if (process.platform !== "linux") return
    const open = readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === path
      } catch {
        return false
      }
    })
    assert.deepStrictEqual(open, [])
  })

  it("says why a file cannot be read", async () => {
    const failure = (path: string) => Effect.runPromise(Effect.flip(TextLines.forEach(path, () => undefined)))
    assert.match((await failure("/nowhere")).message, /cannot read: ENOENT/u)
    assert.match((await failure(file("x.gz", gzipSync("abc\n").subarray(0, 15)))).message, /unexpected end of file/u)
  })
})
