import * as Effect from "effect/Effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import * as Table from "../../src/data/Table.ts"
import { runPromise, temporaryFolder } from "../support/stage.ts"

const schema = {
  name: Table.string("a name"),
  x: Table.number("a number"),
  count: Table.nullable(Table.integer("an integer, or missing")),
  good: Table.boolean("yes or no")
}

const file = (content: string | Uint8Array) => {
  const path = join(temporaryFolder(), "table.tsv")
  writeFileSync(path, content)
  return path
}

const read = (content: string | Uint8Array) => runPromise(Table.read(file(content), schema))
const failure = (content: string | Uint8Array) => runPromise(Effect.flip(Table.read(file(content), schema)))

const text = "name\tx\tcount\tgood\na\t0.1\t1\ttrue\nb\t-2e3\tNA\tfalse\n"
const rows = [
  { name: "a", x: 0.1, count: 1, good: true },
  { name: "b", x: -2000, count: null, good: false }
]

describe("Table", () => {
  it.each([
    ["plain", text],
    ["gzip", gzipSync(text)],
    ["two gzip members, as bgzip writes", Buffer.concat([gzipSync(text.slice(0, 20)), gzipSync(text.slice(20))])],
    ["Windows line ends", text.replaceAll("\n", "\r\n")],
    ["a byte order mark", `\uFEFF${text}`],
    ["comments and a marked header", `## made up\n#${text}`],
    ["no last line break", text.trimEnd()],
    ["empty lines", `\n${text.replaceAll("\n", "\n\n")}\n\n`],
    ["further columns, another order", "good\tother\tcount\tx\tname\ntrue\t?\t1\t0.1\ta\nfalse\t?\t.\t-2000.0\tb\n"]
  ])("reads %s", async (_, content) => assert.deepStrictEqual(await read(content), rows))

  it("reads numbers as JavaScript, Python and R write them", async () => {
    const numbers = ["1e-300", "-.5", "+3", "4.", "inf", "-Inf", "Infinity", "nan", "NaN", "-0"]
    const found = await runPromise(Table.read(file(`x\n${numbers.join("\n")}\n`), { x: schema.x }))
    assert.deepStrictEqual(
      found.map(({ x }) => x),
      [1e-300, -0.5, 3, 4, Infinity, -Infinity, Infinity, Number.NaN, Number.NaN, -0]
    )
  })

  it.each([
    ["", undefined, "the table is empty: a header row is needed"],
    ["name\tx\n", 1, "missing column 'good'"],
    ["name\tname\n", 1, "two columns are named 'name'"],
    [`${text}c\t1\n`, 4, "2 fields where the header has 4"],
    [`${text}c\tone\t1\ttrue\n`, 4, "column 'x': 'one' where a number is expected"],
    [`${text}c\t0x10\t1\ttrue\n`, 4, "column 'x': '0x10' where a number is expected"],
    [`${text}c\t 1\t1\ttrue\n`, 4, "column 'x': ' 1' where a number is expected"],
    [`${text}c\tNA\t1\ttrue\n`, 4, "column 'x': 'NA' where a number is expected"],
    [`${text}c\t\t1\ttrue\n`, 4, "column 'x': an empty field where a number is expected"],
    [`${text}c\t1\t1.5\ttrue\n`, 4, "column 'count': '1.5' where an integer is expected"],
    [`${text}c\t1\t1\tyes\n`, 4, "column 'good': 'yes' where true or false is expected"],
    [gzipSync(text).subarray(0, 30), undefined, "not a whole gzip file"]
  ])("names what is wrong with %j", async (content, line, message) => {
    const error = await failure(content)
    assert.include(error.message, message)
    if (line !== undefined) assert.strictEqual(error.line, line)
    assert.isDefined(error.file)
  })

  it("writes what it reads back, bit for bit", async () => {
    const path = join(temporaryFolder(), "out.tsv")
    const numbers = [
      0.1 + 0.2,
      1 / 3,
      5e-324,
      1.7976931348623157e308,
      -0,
      Infinity,
      -Infinity,
      Number.NaN,
      123456789012
    ]
    const written = numbers.map((x, i) => ({ name: `n${i} ü`, x, count: i % 2 === 0 ? null : i, good: i > 3 }))
    await runPromise(Table.write(path, schema, written))
    assert.deepStrictEqual(await runPromise(Table.read(path, schema)), written)
    assert.match(readFileSync(path, "utf8"), /^name\tx\tcount\tgood\nn0 ü\t0\.30000000000000004\tNA\tfalse\n/u)
  })

  it("writes rows as they come, however many", async () => {
    const path = join(temporaryFolder(), "out.tsv")
    const one = { x: Table.integer("a number") }
    const many = function* () {
      for (let x = 0; x < 300_000; x++) yield { x }
    }
    await runPromise(Table.write(path, one, many()))
    const found = await runPromise(Table.read(path, one))
    assert.strictEqual(found.length, 300_000)
    assert.isTrue(found.every(({ x }, i) => x === i))
  })

  it("refuses a cell that would break the table", async () => {
    const path = join(temporaryFolder(), "out.tsv")
    const error = await runPromise(
      Effect.flip(Table.write(path, { name: schema.name }, [{ name: "a" }, { name: "b\tc" }]))
    )
    assert.strictEqual(error.message, "row 2, column 'name': a tab in the value 'b\\tc'")
  })
})
