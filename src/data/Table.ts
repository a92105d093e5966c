/**
 * Tables: named, typed columns in, typed rows out. As tab-separated text with a header row, or as Parquet or Arrow
 * (feather): read by what a file begins with, written by the end of its name.
 *
 * Text is read as others write it: tabs, commas, semicolons or blanks between fields by what the file has, fields in
 * double quotes, any of pandas' spellings of a missing value, and `.`; only a nullable column may hold one. Numbers are
 * written with the shortest text that reads back as the same float64, so that a written table is exact and byte-stable.
 */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as Columnar from "./table/format/Columnar.ts"
import * as Header from "./table/Header.ts"
import * as Reader from "./table/Reader.ts"
import type { Row, TableSchema } from "./table/Schema.ts"
import * as Typed from "./table/Typed.ts"
import * as Value from "./table/Value.ts"
import * as Writer from "./table/Writer.ts"

export * from "./table/Schema.ts"
export type TextTable = Reader.TextTable

export const lineOf = Reader.lineOf

/**
 * Reads text, plain or gzip, Parquet and Arrow. Lines starting with `##` before the header are skipped, as is the header's
 * own `#`.
 */
export const readText = (path: string): Effect.Effect<TextTable, InputError> => Reader.text(path)

/** The typed view of a text table. Columns that the schema does not name are left out. */
export const decode = Effect.fnUntraced(function* <S extends TableSchema>(
  table: TextTable,
  schema: S
): Effect.fn.Return<ReadonlyArray<Row<S>>, InputError> {
  const absent = Header.absent(table.columns, schema)
  if (absent !== undefined) return yield* Header.faultOf(table, absent)
  const columns = Object.entries(schema).map(([name, column]) => ({ name, at: table.columns.indexOf(name), column }))
  const rows: Array<Row<S>> = []
  for (const [index, cells] of table.rows.entries()) {
    const row: Record<string, unknown> = {}
    for (const { name, at, column } of columns) {
      const read = at === -1 ? { value: null } : Value.read(name, column, cells[at]!)
      if ("message" in read) {
        return yield* new InputError({ message: read.message, file: table.file, line: lineOf(table, index) })
      }
      row[name] = read.value
    }
    rows.push(row as Row<S>)
  }
  return rows
})

/** The typed rows of a table; columns that the schema does not name are left out. */
export const read = <S extends TableSchema>(
  path: string,
  schema: S
): Effect.Effect<ReadonlyArray<Row<S>>, InputError> =>
  Reader.use(path, {}, (source) => {
    const rows: Array<Row<S>> = []
    const names = Object.keys(schema)
    return Reader.typed(source, schema, (columns, height) =>
      Effect.sync(() => {
        for (let at = 0; at < height; at++) {
          const row: Record<string, unknown> = {}
          for (const name of names) row[name] = Typed.cell(columns[name]!, schema[name]!.nullable, at)
          rows.push(row as Row<S>)
        }
      })
    ).pipe(Effect.as(rows))
  })

/** Writes the schema's columns in the schema's order; as Parquet or Arrow where the name ends so. */
export const write = <S extends TableSchema>(
  path: string,
  schema: S,
  rows: Iterable<Row<S>>
): Effect.Effect<void, InputError> => {
  const format = Columnar.formatOf(path)
  return format === undefined
    ? Writer.values(path, Object.keys(schema), rows)
    : Columnar.write(format, path, schema, rows)
}

/** Rows are taken one by one: the table may be larger than memory. */
export const writeText = (
  path: string,
  columns: ReadonlyArray<string>,
  rows: Iterable<ReadonlyArray<string>>
): Effect.Effect<void, InputError> => Writer.rows(path, columns, rows)

/** That a table has no column of this name; `use`: what it is needed for, in a word. */
export const missingColumn = Header.missingColumn
