import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import * as Table from "../../src/data/Table.ts"
import { mirror, runPromise } from "../support/stage.ts"

const folder = join(
  mirror ?? "",
  "raw.githubusercontent.com/apache/arrow-testing/9cfebfef8982fb8612e0a2c59059752bd32321a3",
  "data/arrow-ipc-stream/integration/2.0.0-compression"
)

interface Integration {
  readonly batches: ReadonlyArray<{
    readonly count: number
    readonly columns: ReadonlyArray<{
      readonly name: string
      readonly VALIDITY: ReadonlyArray<number>
      readonly DATA: ReadonlyArray<unknown>
    }>
  }>
}

/** Rows as the files' own JSON gives them. */
const expected = (name: string) => {
  const { batches } = JSON.parse(gunzipSync(readFileSync(join(folder, name))).toString()) as Integration
  return batches.flatMap(({ count, columns }) =>
    Array.from({ length: count }, (_, row) =>
      Object.fromEntries(
        columns.map(({ name, VALIDITY, DATA }) => [name, VALIDITY[row] === 1 ? String(DATA[row]) : null])
      )
    )
  )
}

const schema = {
  ints: Table.nullable(Table.string("64-bit integers, beyond what a float64 holds")),
  strs: Table.nullable(Table.string("text"))
}

describe.skipIf(mirror === undefined)("Arrow's own files (AGFLOW_MIRROR names a folder of public files)", () => {
  it.each([
    ["generated_lz4.arrow_file", "generated_lz4.json.gz"],
    ["generated_lz4.stream", "generated_lz4.json.gz"],
    ["generated_zstd.arrow_file", "generated_zstd.json.gz"]
  ])("%s", async (name, json) => {
    const read = await runPromise(Table.read(join(folder, name), schema))
    const rows = expected(json)
    assert.isAbove(rows.length, 30)
    assert.deepStrictEqual(
      read.map((row) => ({ ...row })),
      rows
    )
  })

  it.each(["generated_uncompressible_lz4.arrow_file", "generated_uncompressible_zstd.arrow_file"])(
    "%s, whose buffers are stored as they are",
    async (name) => {
      const { columns, rows } = await runPromise(Table.readText(join(folder, name)))
      assert.isAbove(rows.length, 0)
      assert.isTrue(rows.every((row) => row.length === columns.length && row.every((cell) => cell !== "")))
    }
  )
})
