/**
 * Tables: named, typed columns in, typed rows out. As tab-separated text with a header row, or as Parquet or Arrow
 * (feather): read by what a file begins with, written by the end of its name.
 *
 * `NA`, `.` and the empty field are missing values; only a nullable column may hold one. Numbers are written with the
 * shortest text that reads back as the same float64, so that a written table is exact and byte-stable.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { gunzipSync } from "node:zlib"
import { cannot, InputError, messageOf } from "../core/Failure.ts"
import * as Cell from "./Cell.ts"
import type { Column, ColumnType, Row, TableSchema } from "./Column.ts"
import * as Columnar from "./Columnar.ts"

export * from "./Column.ts"

/** A table whose columns are known only at run time; for where its rows stand see {@link lineOf}. */
export interface TextTable extends Cell.Cells {
  readonly file: string
  /** Of the first row. */
  readonly firstLine: number
  /** Of each row, where they do not stand one below the other. */
  readonly lines?: ReadonlyArray<number>
}

/** The line of the file at which a row begins. */
export const lineOf = ({ firstLine, lines }: TextTable, row: number): number => lines?.[row] ?? firstLine + row

const missing = new Set(["", "NA", "."])

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/**
 * Reads text, plain or gzip, Parquet and Arrow. Lines starting with `##` before the header are skipped, as is the header's
 * own `#`.
 */
export const readText = Effect.fnUntraced(function* (path: string) {
  const cells = yield* Columnar.read(path)
  // As if it were text below a header.
  if (cells !== undefined) return { file: path, ...cells, firstLine: 2 } satisfies TextTable as TextTable
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

/** What is wrong with a table, but for the place. */
export interface TableFault {
  readonly message: string
  readonly hint?: string
}

export const noHeader: TableFault = { message: "the table is empty: a header row is needed" }

const emptyHeader: TableFault = { message: "the header row is empty" }

const parse = Effect.fnUntraced(function* (
  lines: ReadonlyArray<string>,
  file: string
): Effect.fn.Return<TextTable, InputError> {
  const header = lines.findIndex((line) => !line.startsWith("##"))
  if (header === -1) {
    return yield* new InputError({ ...noHeader, file, line: 1 })
  }
  if (lines[header] === "") return yield* new InputError({ ...emptyHeader, file, line: header + 1 })
  const columns = headerOf(lines[header]!)
  const duplicate = duplicateColumn(columns)
  if (duplicate !== undefined) return yield* new InputError({ ...duplicate, file, line: header + 1 })
  const rows: Array<ReadonlyArray<string>> = []
  for (let i = header + 1; i < lines.length; i++) {
    const cells = lines[i]!.split("\t")
    if (cells.length !== columns.length) {
      return yield* new InputError({ ...fieldsFault(cells.length, columns.length), file, line: i + 1 })
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

/** What is wrong with a cell of the column, or its value. */
const readCell = (
  name: string,
  { type, nullable }: Column<unknown>,
  text: string
): { readonly value: unknown } | { readonly message: string } => {
  if (nullable && missing.has(text)) return { value: null }
  const value = text === "" ? undefined : parsers[type](text)
  if (value !== undefined) return { value }
  const found = text === "" ? "an empty field" : `'${text}'`
  return { message: `column '${name}': ${found} where ${type === "integer" ? "an integer" : `a ${type}`} is expected` }
}

const headerOf = (line: string): ReadonlyArray<string> => line.replace(/^#/u, "").split("\t")

const duplicateColumn = (columns: ReadonlyArray<string>) => {
  const name = columns.find((each, index) => columns.indexOf(each) !== index)
  return name === undefined ? undefined : { message: `two columns are named '${name}'` }
}

const absentColumns = (columns: ReadonlyArray<string>, schema: TableSchema) => {
  const absent = Object.keys(schema).filter((name) => !columns.includes(name) && !schema[name]!.nullable)
  if (absent.length === 0) return undefined
  const names = absent.map((name) => `'${name}'`).join(", ")
  return {
    message: `column${absent.length > 1 ? "s" : ""} ${names} missing`,
    hint:
      columns.length === 1 && /[,; ]/u.test(columns[0]!)
        ? `fields are separated by tabs; the header is '${columns[0]}'`
        : `the table has: ${columns.join(", ")}`
  }
}

const fieldsFault = (found: number, expected: number) => ({
  message: `${found} fields where the header has ${expected}`,
  hint: "fields are separated by one tab each"
})

/** Tells line by line what is wrong with a table of this schema, without keeping it. */
export const checker = (schema: TableSchema) => {
  let columns: ReadonlyArray<string> | undefined
  let cells: ReadonlyArray<readonly [at: number, name: string, column: Column<unknown>]> = []
  return {
    line: (line: string): TableFault | undefined => {
      if (columns === undefined) {
        const text = line.replace(/^\uFEFF/u, "")
        if (text === "") return emptyHeader
        if (text.startsWith("##")) return undefined
        columns = headerOf(text)
        cells = Object.entries(schema)
          .map(([name, column]) => [columns!.indexOf(name), name, column] as const)
          .filter(([at]) => at !== -1)
        return duplicateColumn(columns) ?? absentColumns(columns, schema)
      }
      const fields = line.split("\t")
      if (fields.length !== columns.length) return fieldsFault(fields.length, columns.length)
      for (const [at, name, column] of cells) {
        const read = readCell(name, column, fields[at]!)
        if ("message" in read) return read
      }
      return undefined
    },
    /** Undefined before the header. */
    columns: () => columns
  }
}

/** The typed view of a text table. Columns that the schema does not name are left out. */
export const decode = Effect.fnUntraced(function* <S extends TableSchema>(
  table: TextTable,
  schema: S
): Effect.fn.Return<ReadonlyArray<Row<S>>, InputError> {
  const absent = absentColumns(table.columns, schema)
  if (absent !== undefined) {
    return yield* new InputError({ ...absent, file: table.file, line: table.firstLine - 1 })
  }
  const columns = Object.entries(schema).map(([name, column]) => ({ name, at: table.columns.indexOf(name), column }))
  const rows: Array<Row<S>> = []
  for (const [index, cells] of table.rows.entries()) {
    const row: Record<string, unknown> = {}
    for (const { name, at, column } of columns) {
      const read = at === -1 ? { value: null } : readCell(name, column, cells[at]!)
      if ("message" in read) {
        return yield* new InputError({ message: read.message, file: table.file, line: lineOf(table, index) })
      }
      row[name] = read.value
    }
    rows.push(row as Row<S>)
  }
  return rows
})

export const read = Effect.fnUntraced(function* <S extends TableSchema>(path: string, schema: S) {
  return yield* decode(yield* readText(path), schema)
})

function* cells<S extends TableSchema>(schema: S, rows: Iterable<Row<S>>): Iterable<ReadonlyArray<string>> {
  const names = Object.keys(schema)
  for (const row of rows) yield names.map((name) => Cell.text(row[name]))
}

/** Writes the schema's columns in the schema's order; as Parquet or Arrow where the name ends so. */
export const write = <S extends TableSchema>(
  path: string,
  schema: S,
  rows: Iterable<Row<S>>
): Effect.Effect<void, InputError, FileSystem.FileSystem> => {
  const format = Columnar.formatOf(path)
  return format === undefined
    ? writeText(path, Object.keys(schema), cells(schema, rows))
    : Columnar.write(format, path, schema, rows)
}

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
