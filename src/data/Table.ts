/**
 * Tables as tab-separated text with a header row: named, typed columns in, typed rows out.
 *
 * `NA`, `.` and the empty field are missing values; only a nullable column may hold one. Numbers are written with the
 * shortest text that reads back as the same float64, so that a written table is exact and byte-stable.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { gunzipSync } from "node:zlib"
import { cannot, InputError, messageOf } from "../core/Failure.ts"

export type ColumnType = "string" | "number" | "integer" | "boolean"

/** `A` is the TypeScript type of a cell. */
export interface Column<out A> {
  readonly type: ColumnType
  readonly nullable: boolean
  readonly description: string
  readonly "~cell"?: A
}

const column =
  <A>(type: ColumnType) =>
  (description: string): Column<A> => ({ type, nullable: false, description })

export const string = column<string>("string")
export const number = column<number>("number")
export const integer = column<number>("integer")
export const boolean = column<boolean>("boolean")
export const nullable = <A>(inner: Column<A>): Column<A | null> => ({ ...inner, nullable: true })

export interface TableSchema {
  readonly [name: string]: Column<unknown>
}
export type Row<S extends TableSchema> = { readonly [K in keyof S]: S[K] extends Column<infer A> ? A : never }

/** A table whose columns are known only at run time: every cell as text. */
export interface TextTable {
  readonly file: string
  readonly columns: ReadonlyArray<string>
  /** Row i stands at line `firstLine + i` of the file. */
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  readonly firstLine: number
}

const missing = new Set(["", "NA", "."])

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** Reads plain or gzip text. Lines starting with `##` before the header are skipped, as is the header's own `#`. */
export const readText = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const bytes = yield* fs.readFile(path).pipe(Effect.mapError(cannot("read", path)))
  const plain = yield* Effect.try({
    try: () => (isGzip(bytes) ? gunzipSync(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)),
    catch: (cause) => new InputError({ message: `not a whole gzip file: ${messageOf(cause)}`, file: path })
  })
  return yield* parse(linesOf(plain), path)
})

/** Line by line, because the whole may be longer than a string can be. Empty lines at the end are dropped. */
const linesOf = (bytes: Buffer): Array<string> => {
  const lines: Array<string> = []
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  for (let from = hasMark ? 3 : 0; from < bytes.length;) {
    const newline = bytes.indexOf(10, from)
    const end = newline === -1 ? bytes.length : newline
    lines.push(bytes.toString("utf8", from, bytes[end - 1] === 13 && end > from ? end - 1 : end))
    from = end + 1
  }
  while (lines.at(-1) === "") lines.pop()
  return lines
}

const parse = Effect.fnUntraced(function* (
  lines: ReadonlyArray<string>,
  file: string
): Effect.fn.Return<TextTable, InputError> {
  const header = lines.findIndex((line) => !line.startsWith("##"))
  if (header === -1) {
    return yield* new InputError({ message: "the table is empty: a header row is needed", file, line: 1 })
  }
  if (lines[header] === "") return yield* new InputError({ message: "the header row is empty", file, line: header + 1 })
  const columns = lines[header]!.replace(/^#/u, "").split("\t")
  const duplicate = columns.find((name, index) => columns.indexOf(name) !== index)
  if (duplicate !== undefined) {
    return yield* new InputError({ message: `two columns are named '${duplicate}'`, file, line: header + 1 })
  }
  const rows: Array<ReadonlyArray<string>> = []
  for (let i = header + 1; i < lines.length; i++) {
    const cells = lines[i]!.split("\t")
    if (cells.length !== columns.length) {
      return yield* new InputError({
        message: `${cells.length} fields where the header has ${columns.length}`,
        file,
        line: i + 1,
        hint: "fields are separated by one tab each"
      })
    }
    rows.push(cells)
  }
  return { file, columns, rows, firstLine: header + 2 }
})

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/u

/** As JavaScript, Python and R write them. */
const notDecimal = new Map([
  ...["NaN", "nan"].map((text) => [text, Number.NaN] as const),
  ...["Infinity", "inf", "Inf"].flatMap((text) => [
    [text, Infinity] as const,
    [`+${text}`, Infinity] as const,
    [`-${text}`, -Infinity] as const
  ])
])

const parseNumber = (text: string): number | undefined => (decimal.test(text) ? Number(text) : notDecimal.get(text))

const parsers: { readonly [T in ColumnType]: (text: string) => unknown } = {
  string: (text) => text,
  number: parseNumber,
  integer: (text) => {
    const value = parseNumber(text)
    return Number.isSafeInteger(value) ? value : undefined
  },
  boolean: (text) => (text === "true" ? true : text === "false" ? false : undefined)
}

/** The typed view of a text table. Columns that the schema does not name are left out. */
export const decode = Effect.fnUntraced(function* <S extends TableSchema>(
  table: TextTable,
  schema: S
): Effect.fn.Return<ReadonlyArray<Row<S>>, InputError> {
  const names = Object.keys(schema)
  const absent = names.filter((name) => !table.columns.includes(name) && !schema[name]!.nullable)
  if (absent.length > 0) {
    return yield* new InputError({
      message: `column${absent.length > 1 ? "s" : ""} ${absent.map((name) => `'${name}'`).join(", ")} missing`,
      file: table.file,
      line: table.firstLine - 1,
      hint: `the table has: ${table.columns.join(", ")}`
    })
  }
  const columns = names.map((name) => ({ name, at: table.columns.indexOf(name), ...schema[name]! }))
  const rows: Array<Row<S>> = []
  for (const [index, cells] of table.rows.entries()) {
    const row: Record<string, unknown> = {}
    for (const { name, at, type, nullable } of columns) {
      const text = at === -1 ? "" : cells[at]!
      if (nullable && missing.has(text)) {
        row[name] = null
        continue
      }
      const value = text === "" ? undefined : parsers[type](text)
      if (value === undefined) {
        return yield* new InputError({
          message: `column '${name}': ${text === "" ? "an empty field" : `'${text}'`} where ${type === "integer" ? "an integer" : `a ${type}`} is expected`,
          file: table.file,
          line: table.firstLine + index
        })
      }
      row[name] = value
    }
    rows.push(row as Row<S>)
  }
  return rows
})

export const read = Effect.fnUntraced(function* <S extends TableSchema>(path: string, schema: S) {
  return yield* decode(yield* readText(path), schema)
})

const cell = (value: unknown): string =>
  value === null || value === undefined ? "NA" : Object.is(value, -0) ? "-0" : String(value)

function* cells<S extends TableSchema>(schema: S, rows: Iterable<Row<S>>): Iterable<ReadonlyArray<string>> {
  const names = Object.keys(schema)
  for (const row of rows) yield names.map((name) => cell(row[name]))
}

/** Writes the schema's columns in the schema's order. */
export const write = <S extends TableSchema>(path: string, schema: S, rows: Iterable<Row<S>>) =>
  writeText(path, Object.keys(schema), cells(schema, rows))

/** Characters gathered before they are written. */
const flushAt = 1 << 20

/** Rows are taken one by one: the table may be larger than memory. */
export const writeText = Effect.fnUntraced(function* (
  path: string,
  columns: ReadonlyArray<string>,
  rows: Iterable<ReadonlyArray<string>>
) {
  const fs = yield* FileSystem.FileSystem
  const failed = cannot("write", path)
  const file = yield* fs.open(path, { flag: "w" }).pipe(Effect.mapError(failed))
  const encoder = new TextEncoder()
  let text = `${columns.join("\t")}\n`
  let count = 0
  for (const row of rows) {
    count++
    if (row.some((cell) => /[\t\n\r]/u.test(cell))) {
      return yield* new InputError({ message: `row ${count}: a cell holds a tab or a line break`, file: path })
    }
    text += `${row.join("\t")}\n`
    if (text.length < flushAt) continue
    yield* file.writeAll(encoder.encode(text)).pipe(Effect.mapError(failed))
    text = ""
  }
  yield* file.writeAll(encoder.encode(text)).pipe(Effect.mapError(failed))
}, Effect.scoped)
