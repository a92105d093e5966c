import * as NodeFileSystem from "@effect/platform-node-shared/NodeFileSystem"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import { InputError } from "../../src/core/Failure.ts"
import * as Table from "../../src/data/Table.ts"
import * as TableLines from "../../src/data/TableLines.ts"
import { temporaryFolder } from "../support/stage.ts"

const run = <A, E>(effect: Effect.Effect<A, E, FileSystem.FileSystem>) =>
  Effect.runPromise(Effect.provide(effect, NodeFileSystem.layer))

/** All of it, or what is wrong with it and where. */
const whole = (path: string) =>
  run(
    Effect.gen(function* () {
      let columns: ReadonlyArray<string> = []
      const rows: Array<string> = []
      yield* TableLines.read(path, {
        header: (found) => Effect.sync(() => void (columns = found)),
        rows: (lines) => Effect.sync(() => void rows.push(...lines))
      })
      return { columns, rows }
    }).pipe(Effect.catch(({ message, line }: InputError) => Effect.succeed({ message, line })))
  )

const asText = (path: string) =>
  run(
    Table.readText(path).pipe(
      Effect.map(({ columns, rows }) => ({ columns, rows: rows.map((row) => row.join("\t")) })),
      Effect.catch(({ message, line }: InputError) => Effect.succeed({ message, line }))
    )
  )

describe("a table line by line", () => {
  it.each([
    ["plain", "a\tb\n1\t2\n3\t4\n"],
    ["without its last line break", "a\tb\n1\t2"],
    ["with line breaks of Windows", "a\tb\r\n1\t2\r\n3\t4\r\n\r\n"],
    ["with a mark, comments and a header like VCF's", "\uFEFF##x\n##y\n#a\tb\n1\t2\n"],
    ["with empty lines at the end", "a\n1\n\n\n"],
    ["of one column, with an empty line in it", "a\n1\n\n2\n"],
    ["of two columns, with an empty line in it", "a\tb\n1\t2\n\n3\t4\n"],
    ["with a short row", "a\tb\n1\t2\n3\n"],
    ["with two columns of a name", "a\ta\n1\t2\n"],
    ["without rows", "a\tb\n"],
    ["without anything", ""],
    ["with an empty header", "\na\tb\n"],
    ["not in ASCII", "größe\tb\nä\tö\n"]
  ])("is what it is as a whole: %s", async (_, text) => {
    const folder = temporaryFolder()
    for (const [name, bytes] of [
      ["x.tsv", Buffer.from(text)],
      ["x.tsv.gz", gzipSync(text)]
    ] as const) {
      const path = join(folder, name)
      writeFileSync(path, bytes)
      assert.deepStrictEqual(await whole(path), await asText(path))
    }
  })

  it("also as Parquet", async () => {
    const path = join(temporaryFolder(), "x.parquet")
    const schema = { name: Table.string(""), size: Table.number("") }
    await run(
      Table.write(path, schema, [
        { name: "a", size: 1 },
        { name: "b", size: 0.5 }
      ])
    )
    assert.deepStrictEqual(await whole(path), { columns: ["name", "size"], rows: ["a\t1", "b\t0.5"] })
    assert.deepStrictEqual(await whole(path), await asText(path))
  })

  it("holds cells to a schema", async () => {
    const path = join(temporaryFolder(), "x.tsv")
    writeFileSync(path, "size\n1\n\nsmall\n")
    const failure = await run(Effect.flip(TableLines.read(path, { schema: { size: Table.number("") } })))
    assert.deepStrictEqual(
      [failure.line, failure.message],
      [3, "column 'size': an empty field where a number is expected"]
    )
  })

  it("tells its columns, whatever comes behind them", async () => {
    const path = join(temporaryFolder(), "x.tsv")
    writeFileSync(path, "##x\na\tb\n1\n")
    assert.deepStrictEqual(await run(TableLines.columns(path)), ["a", "b"])
    writeFileSync(path, "")
    assert.match((await run(Effect.flip(TableLines.columns(path)))).message, /is empty/u)
  })

  it("is written as it comes, more of it than is gathered", async () => {
    const path = join(temporaryFolder(), "x.tsv")
    const lines = Array.from({ length: 300_000 }, (_, index) => `row ${index}\t1`)
    await run(
      Effect.gen(function* () {
        const writer = yield* TableLines.writer(path, ["a", "b"])
        for (let at = 0; at < lines.length; at += 7000) yield* writer.write(lines.slice(at, at + 7000))
        yield* writer.end
      })
    )
    assert.strictEqual(readFileSync(path, "utf8"), `a\tb\n${lines.join("\n")}\n`)
    assert.deepStrictEqual(await whole(path), { columns: ["a", "b"], rows: lines })
  })
})
