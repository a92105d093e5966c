import * as Effect from "effect/Effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as Columnar from "../../src/data/table/format/Columnar.ts"
import * as Table from "../../src/data/Table.ts"
import { runPromise, temporaryFolder } from "../support/stage.ts"

/** Written by pandas 2 and pyarrow: `tables/make.py`. */
const made = (name: string) => join(import.meta.dirname, "tables", name)

const schema = {
  name: Table.nullable(Table.string("a name")),
  x: Table.nullable(Table.number("a number")),
  count: Table.nullable(Table.integer("an integer")),
  good: Table.boolean("yes or no"),
  single: Table.number("a float32"),
  group: Table.string("a category"),
  when: Table.string("a time"),
  list: Table.string("a list")
}
const base = { when: "2026-01-02T03:04:05.000Z" }
const rows = [
  { ...base, name: "a", x: 0.1, count: 1, good: true, single: Math.fround(0.1), group: "u", list: "[1,2]" },
  { ...base, name: "b", x: -2000, count: null, good: false, single: 2.5, group: "v", list: "[]" },
  { ...base, name: null, x: null, count: 2 ** 40, good: false, single: -1, group: "v", list: "[3]" },
  { ...base, name: "d", x: 1 / 3, count: -7, good: true, single: 3, group: "u", list: "[4]" }
]

describe("tables that pandas wrote", () => {
  it.each([
    "lz4.feather",
    "zstd.feather",
    "uncompressed.feather",
    "stream.arrow",
    "snappy.parquet",
    "zstd.parquet",
    "gzip.parquet",
    "lz4.parquet"
  ])("%s reads as its text would", async (name) => {
    const read = await runPromise(Table.read(made(name), schema))
    assert.strictEqual(read.length, 200)
    assert.deepStrictEqual(read.slice(0, 4), rows)
    assert.deepStrictEqual(read.slice(196), rows)
  })

  it.each(["types.feather", "types.arrow", "types.parquet"])("%s has exact texts of every type", async (name) => {
    const { columns, rows } = await runPromise(Table.readText(made(name)))
    assert.deepStrictEqual(Object.fromEntries(columns.map((column, at) => [column, rows.map((row) => row[at])])), {
      dec: ["1.1", "-3.25", "NA"],
      big: ["12345678901234567890.0123456789", "-0.0000000001", "NA"],
      small: ["0.5", "7", "-1"],
      day: ["2026-01-02", "1969-12-31", "NA"],
      us: ["2026-01-02T03:04:05.000001Z", "1969-12-31T23:59:59.999999Z", "NA"],
      ns: ["2026-01-02T03:04:05.000000001Z", "1970-01-01T00:00:00.000Z", "NA"],
      s: ["2026-01-02T03:04:05.000Z", "1970-01-01T00:00:00.000Z", "NA"],
      clock: ["03:04:05", "23:59:59.25", "NA"],
      bytes: ["ab", "größe", "NA"],
      cat: ["u", "v", "u"],
      list: ["[1,2]", "[]", "NA"],
      struct: ['{"a":1,"b":"x"}', '{"a":null,"b":"y"}', "NA"],
      u64: ["18446744073709551615", "0", "NA"],
      i64: ["-9223372036854775808", "9007199254740993", "NA"],
      f16: ["1.5", "-2", "NA"],
      null: ["NA", "NA", "NA"]
    })
  })

  /** `tables/make_pages.py`. */
  it.each(["pages.parquet", "pages2.parquet"])("%s is read page by page", async (name) => {
    const texts = await runPromise(Table.readText(made(name)))
    const words = ["a", "Ünï", "日本", ""]
    const rowOf = (i: number) => ({
      id: `chr1_${i}_A_G`,
      word: i % 5 === 0 ? "NA" : words[i % 4],
      x: i % 7 === 0 ? "NA" : i % 11 === 0 ? "NaN" : String(i / 8),
      n: i % 3 === 0 ? "NA" : String(i * 2 ** 20),
      big: String(2n ** 60n + BigInt(i)),
      small: i >= 2000 ? "NA" : i === 0 ? "0" : String(-i),
      flag: i % 13 === 0 ? "NA" : String(i % 2 === 0)
    })
    const expected = Array.from({ length: 3000 }, (_, i) => rowOf(i))
    assert.deepStrictEqual(
      texts.rows,
      expected.map((row) => texts.columns.map((column) => row[column as keyof typeof row]!))
    )
    const typed = await runPromise(
      Table.read(made(name), {
        x: Table.nullable(Table.number("")),
        n: Table.nullable(Table.integer("")),
        small: Table.nullable(Table.integer("")),
        flag: Table.nullable(Table.boolean(""))
      })
    )
    const number = (text: string) => (text === "NA" || text === "NaN" ? null : Number(text))
    assert.deepStrictEqual(
      typed,
      expected.map(({ x, n, small, flag }) => ({
        x: number(x),
        n: number(n),
        small: number(small),
        flag: flag === "NA" ? null : flag === "true"
      }))
    )
  })

  it.each(["pages.parquet", "pages2.parquet"])("%s is refused where a page has changed", async (name) => {
    const bytes = readFileSync(made(name))
    bytes[500]! ^= 1
    const damaged = join(temporaryFolder(), name)
    writeFileSync(damaged, bytes)
    const failure = await runPromise(Effect.flip(Table.readText(damaged)))
    assert.include(failure.message, "checksum")
  })

  it.each([
    ["an integer beyond what a number holds", { big: Table.integer("") }, 2],
    ["a missing number", { n: Table.integer("") }, 2],
    ["an empty text", { word: Table.string("") }, 5]
  ])("%s is an error at its row", async (_, schema, line) => {
    const failure = await runPromise(Effect.flip(Table.read(made("pages.parquet"), schema)))
    assert.strictEqual(failure.line, line)
  })

  it("refuse what is no table of texts and numbers", async () => {
    const failure = (name: string) => runPromise(Effect.flip(Table.readText(made(name))))
    assert.strictEqual((await failure("twice.parquet")).message, "two columns are named 'a'")
    assert.deepStrictEqual((await runPromise(Table.readText(made("binary.feather")))).rows, [["\\xFF\\xFE"]])
    const cut = join(temporaryFolder(), "cut.arrow")
    // Whole messages, but not all of them.
    writeFileSync(cut, readFileSync(made("stream.arrow")).subarray(0, -8))
    assert.match((await runPromise(Effect.flip(Table.readText(cut)))).message, /the file is cut/u)
  })

  it("by what is in a file, not by its name", async () => {
    const path = join(temporaryFolder(), "download.bin")
    writeFileSync(path, readFileSync(made("lz4.feather")))
    assert.strictEqual((await runPromise(Table.read(path, schema))).length, 200)
  })

  it("says what it cannot read", async () => {
    const failure = (path: string) => runPromise(Effect.flip(Table.read(path, schema)))
    const v1 = await failure(made("v1.feather"))
    assert.match(v1.message, /a feather file of version 1/u)
    assert.strictEqual(v1.file, made("v1.feather"))
    const cut = join(temporaryFolder(), "cut")
    for (const name of ["snappy.parquet", "lz4.feather", "zstd.feather"]) {
      const whole = readFileSync(made(name))
      for (const length of [12, Math.floor(whole.length / 3), Math.floor(whole.length * 0.9)]) {
        writeFileSync(cut, whole.subarray(0, length))
        assert.match(
          (await failure(cut)).message,
          /cannot be read as (Parquet|Arrow): .*the file is cut/u,
          `${name} ${length}`
        )
      }
    }
    const missing = await runPromise(Effect.flip(Table.read(made("lz4.feather"), { p: Table.number("no such") })))
    assert.match(missing.message, /missing column 'p'/u)
    const strict = await runPromise(Effect.flip(Table.read(made("lz4.feather"), { count: Table.integer("whole") })))
    assert.match(strict.message, /column 'count': 'NA' where an integer is expected/u)
    assert.strictEqual(strict.line, 3)
  })
})

describe("tables of our own", () => {
  const own = {
    id: Table.string("text"),
    value: Table.number("a number"),
    maybe: Table.nullable(Table.number("a number or none")),
    count: Table.nullable(Table.integer("an integer or none")),
    flag: Table.nullable(Table.boolean("yes, no or none")),
    group: Table.nullable(Table.string("one of a few texts, or none"))
  }
  const groups = ["a", null, "日本", "ENSG00000012048.23", "tp53"]
  const values = [0, -0, 1e-300, -1.5, Number.NaN, Infinity, -Infinity, 0.1]
  const many = Array.from({ length: 140_000 }, (_, i) => ({
    id: `row ${i} é`,
    value: values[i % values.length]!,
    maybe: i % 3 === 0 ? null : i / 7,
    count: i % 5 === 0 ? null : i * 2 ** 20 - 2 ** 40,
    flag: i % 2 === 0 ? true : i % 3 === 0 ? null : false,
    group: groups[(i * 7919) % groups.length]!
  }))

  it.each(["tsv", "parquet", "arrow", "feather"])(
    "are the same again from .%s, byte for byte twice",
    async (format) => {
      const [one, two] = ["one", "two"].map((name) => join(temporaryFolder(), `${name}.${format}`)) as [string, string]
      for (const path of [one, two]) await runPromise(Table.write(path, own, many))
      const read = await runPromise(Table.read(one, own))
      assert.strictEqual(read.length, many.length)
      const same = (row: object, other: object) =>
        Object.values(row).every((v, i) => Object.is(v, Object.values(other)[i]))
      assert.strictEqual(
        read.findIndex((row, i) => !same(row, many[i]!)),
        -1
      )
      assert.isTrue(readFileSync(one).equals(readFileSync(two)))
      assert.strictEqual((await Columnar.open(one)) === undefined, format === "tsv")
    }
  )

  it.each(["tsv", "parquet", "arrow"])("are the same of columns as of rows in .%s", async (format) => {
    const name = (file: string) => join(temporaryFolder(), `${file}.${format}`)
    const [rows, columns] = [name("rows"), name("columns")]
    const sources = ["tsv", "parquet", "arrow"].map((each) => join(temporaryFolder(), `source.${each}`))
    const some = many.slice(0, 20_000)
    await runPromise(Table.write(rows, own, some))
    for (const source of sources) {
      await runPromise(Table.write(source, own, some))
      await runPromise(Table.writeColumns(columns, own, (add) => Table.readColumns(source, own, add)))
      assert.isTrue(readFileSync(columns).equals(readFileSync(rows)), source)
    }
  })

  it.each([
    ["a text where a number is expected", { value: "x" }, "column 'value': 'x' where a number is expected"],
    ["a missing text", { id: null }, "column 'id': no value where a string is expected"],
    ["half an integer", { count: 0.5 }, "column 'count': 0.5 where an integer is expected"]
  ])("refuse %s in Parquet", async (_, change, message) => {
    const bad = { ...many[0]!, ...change } as (typeof many)[0]
    const path = join(temporaryFolder(), "bad.parquet")
    const failure = await runPromise(Effect.flip(Table.write(path, own, [bad])))
    assert.include(failure.message, message)
  })

  it("that read texts of columns keep their quotes and refuse tabs in text", async () => {
    const schema = { id: Table.string("") }
    const [source, copy] = ["source.parquet", "copy.tsv"].map((name) => join(temporaryFolder(), name)) as [
      string,
      string
    ]
    const texts = ['"a"', "plain", 'b"b', "é".repeat(40)].map((id) => ({ id }))
    await runPromise(Table.write(source, schema, texts))
    const copied = Table.writeColumns(copy, schema, (add) => Table.readColumns(source, schema, add))
    await runPromise(copied)
    assert.deepStrictEqual(await runPromise(Table.read(copy, schema)), texts)
    assert.include(readFileSync(copy, "utf8"), '"""a"""')
    await runPromise(Table.write(source, schema, [...texts, { id: "a\tb" }]))
    const failure = await runPromise(Effect.flip(copied))
    assert.include(failure.message, "row 5, column 'id': a tab in the value")
  })

  it.each(["tsv", "parquet", "arrow", "feather"])("may be without rows in .%s", async (format) => {
    const path = join(temporaryFolder(), `empty.${format}`)
    await runPromise(Table.write(path, own, []))
    assert.deepStrictEqual(await runPromise(Table.read(path, own)), [])
  })
})
