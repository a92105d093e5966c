/** A table as a param, such as a sheet of samples: rows of named values, written in YAML or in a text file. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { statSync } from "node:fs"
import { dirname, resolve } from "node:path"
import type { Diagnostic } from "../../core/Diagnostic.ts"
import { InputError, messageOf } from "../../core/Failure.ts"
import * as Suggest from "../../core/Suggest.ts"
import * as Reader from "../../data/table/Reader.ts"
import * as Table from "../../data/Table.ts"
import * as TextFile from "../../data/text/TextFile.ts"
import { FlagText, type ParamRow } from "./ParamValue.ts"
import type { ParamColumn } from "../file/WorkflowFile.ts"

export type Columns = Readonly<Record<string, ParamColumn>>

/** What is wrong: with the value, or where the file that it names says otherwise. */
export type Fault = Pick<Diagnostic, "message" | "hint"> & Partial<Pick<Diagnostic, "source" | "range">>

/** A file larger than this is data for a stage, not something to plan by. */
const maxBytes = 16 << 20

const makers = { string: Table.string, number: Table.number, integer: Table.integer, boolean: Table.boolean }

/** Paths are text until they are known to be relative to a folder. */
const isPath = (type: ParamColumn): boolean => type.startsWith("file")

const columnOf = (type: ParamColumn): Table.Column<unknown> => {
  const [name, optional] = isPath(type) ? ["string" as const, type.endsWith("?")] : split(type)
  const column: Table.Column<unknown> = makers[name]("")
  return optional ? Table.nullable(column) : column
}

const split = (type: ParamColumn) => [type.replace("?", "") as keyof typeof makers, type.endsWith("?")] as const

const schemaOf = (columns: Columns): Table.TableSchema =>
  Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, columnOf(type)]))

/** The rows of params, which one may hand on to another. */
const made = new WeakSet<object>()

/** Whether a value is a row of a table. */
export const isRow = (value: object): boolean => made.has(value)

interface Place {
  readonly path: string
  readonly line: number
}

/** The lines of rows that stand in files. */
const places = new WeakMap<object, Place>()

/** Where the row stands in its file; undefined of one that is written elsewhere, or whose file has gone. */
export const placeOf = (row: object): Pick<Diagnostic, "source" | "range"> | undefined => {
  const place = places.get(row)
  if (place === undefined) return undefined
  try {
    return placeIn(place, TextFile.whole(place.path).toString("utf8"))
  } catch {
    return undefined
  }
}

const placeIn = ({ path, line }: Place, text: string): Pick<Diagnostic, "source" | "range"> => {
  let start = 0
  for (let at = 1; at < line; at++) start = text.indexOf("\n", start) + 1
  const end = text.indexOf("\n", start)
  return { source: { file: path, text }, range: { start, end: end === -1 ? text.length : end } }
}

/** With every path made absolute: where a row is used, nobody knows any more where it was written. */
const placed = (row: ParamRow, columns: Columns, folder: string): ParamRow => {
  const members = Object.entries(columns).map(([name, type]) => {
    const value = row[name] ?? null
    return [name, isPath(type) && typeof value === "string" ? resolve(folder, value) : value] as const
  })
  const whole = Object.fromEntries(members)
  made.add(whole)
  const place = places.get(row)
  if (place !== undefined) places.set(whole, place)
  return whole
}

/** Rows that stand in YAML or JSON. */
const fromValues = (
  columns: Columns,
  values: ReadonlyArray<unknown>,
  folder: string
): ReadonlyArray<ParamRow> | Fault => {
  const schema = schemaOf(columns)
  const rows: Array<ParamRow> = []
  for (const [index, value] of values.entries()) {
    const fault = (message: string, hint?: string): Fault => ({ message: `row ${index + 1}: ${message}`, hint })
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
      return fault(`expected a mapping of ${Object.keys(columns).join(", ")}`)
    }
    const row = value as ParamRow
    // Of a row that is another param's, what is not asked for is left out, as of a file.
    const unknown = made.has(row) ? undefined : Object.keys(row).find((name) => !Object.hasOwn(columns, name))
    if (unknown !== undefined) {
      return fault(`there is no column '${unknown}'`, Suggest.hint(unknown, Object.keys(columns), "columns"))
    }
    for (const [name, { type, nullable }] of Object.entries(schema)) {
      const cell = row[name] ?? null
      const fits =
        cell === null
          ? nullable
          : type === "integer"
            ? Number.isSafeInteger(cell)
            : typeof cell === type && (type !== "number" || Number.isFinite(cell))
      if (!fits) {
        const expected = `${type === "integer" ? "an" : "a"} ${isPath(columns[name]!) ? "path" : type}`
        return fault(
          `column '${name}': ${cell === null ? "nothing" : JSON.stringify(cell)} where ${expected} is expected`
        )
      }
    }
    rows.push(placed(row, columns, folder))
  }
  return rows
}

/** Rows of a text file, delimited as it is. */
const fromFile = (columns: Columns, named: string, folder: string): ReadonlyArray<ParamRow> | Fault => {
  const path = resolve(folder, named)
  const text = { decoded: "" }
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return { message: `there is no file ${path}` }
    if (!stat.isFile()) return { message: `${path} is not a file` }
    if (stat.size > maxBytes) {
      return { message: `${path} is too large to plan by`, hint: "give it as a file, and scatter over its rows" }
    }
    const bytes = TextFile.whole(path)
    text.decoded = bytes.toString("utf8")
    const table = Reader.parse(bytes, path)
    const rows = Effect.runSync(Effect.result(Table.decode(table, schemaOf(columns))))
    if (Result.isFailure(rows)) return inFile(rows.failure, text.decoded)
    return (rows.success as ReadonlyArray<ParamRow>).map((row, index) => {
      const whole = placed(row, columns, dirname(path))
      places.set(whole, { path, line: Table.lineOf(table, index) })
      return whole
    })
  } catch (cause) {
    return cause instanceof InputError
      ? inFile(cause, text.decoded)
      : { message: `cannot read ${path}: ${messageOf(cause)}` }
  }
}

/** With the line that it is about. */
const inFile = ({ message, hint, file, line }: InputError, text: string): Fault => ({
  message,
  hint,
  ...placeIn({ path: file!, line: line ?? 1 }, text)
})

/** `given` is a list of mappings, or the path of a file, which starts from `folder`, as do the paths in the rows of a list. */
export const read = (columns: Columns, given: unknown, folder: string): ReadonlyArray<ParamRow> | Fault => {
  const value = given instanceof FlagText ? given.text : given
  if (Array.isArray(value)) return fromValues(columns, value, folder)
  return typeof value === "string" && value !== ""
    ? fromFile(columns, value, folder)
    : { message: "expected the path of a table, or a list of mappings" }
}
