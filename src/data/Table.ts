/**
 * Tables: named, typed columns in, typed rows out. As tab-separated text with a header row, or as Parquet or Arrow
 * (feather): read by what a file begins with, written by the end of its name.
 *
 * Text is read as others write it: tabs, commas, semicolons or blanks between fields by what the file has, fields in
 * double quotes, any of pandas' spellings of a missing value, and `.`; only a nullable column may hold one. Numbers are
 * written with the shortest text that reads back as the same float64, so that a written table is exact and byte-stable.
 */
import * as Effect from "effect/Effect"
import { cannot, InputError } from "../core/Failure.ts"
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
): Effect.Effect<ReadonlyArray<Row<S>>, InputError> => {
  const rows: Array<Row<S>> = []
  return readColumns(path, schema, (columns, height) =>
    Effect.sync(() => {
      for (const row of Typed.rowsOf(columns, schema, height)) rows.push(row as Row<S>)
    })
  ).pipe(Effect.as(rows))
}

/**
 * The typed columns of a table, some rows at a time, in the file's order: for tables that are larger than memory, and
 * where rows are not needed.
 */
export const readColumns = <E, R>(
  path: string,
  schema: TableSchema,
  act: (columns: Typed.Columns, height: number) => Effect.Effect<void, E, R>
): Effect.Effect<void, E | InputError, R> => Reader.use(path, {}, (source) => Reader.typed(source, schema, act))

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

/** Adds rows to a table that is being written: the columns that {@link readColumns} gives, or others like them. */
export type AddColumns = (columns: Typed.Columns, height: number) => Effect.Effect<void, InputError>

/** As {@link write}, of columns: some rows at a time, as often as `act` adds some. */
export const writeColumns = <A, E, R>(
  path: string,
  schema: TableSchema,
  act: (add: AddColumns) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | InputError, R> => {
  const format = Columnar.formatOf(path)
  const attempt = (run: () => void) => Effect.try({ try: run, catch: cannot("write", path) })
  return format === undefined
    ? Writer.use(path, Object.keys(schema), (writer) =>
        act((columns, height) => attempt(() => writer.typed(columns, schema, height)))
      )
    : Columnar.writeColumns(format, path, schema, (add) =>
        act((columns, height) => attempt(() => add(columns, height)))
      )
}

/** Rows are taken one by one: the table may be larger than memory. */
export const writeText = (
  path: string,
  columns: ReadonlyArray<string>,
  rows: Iterable<ReadonlyArray<string>>
): Effect.Effect<void, InputError> => Writer.rows(path, columns, rows)

/** That a table has no column of this name; `use`: what it is needed for, in a word. */
export const missingColumn = Header.missingColumn
