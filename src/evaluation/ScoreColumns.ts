/** Columns of a table of scores or labels that the user names, or that have the usual names: numbers, texts, keys, classes. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as Table from "../data/Table.ts"
import * as Join from "../data/table/Join.ts"
import * as Value from "../data/table/Value.ts"
import type { Evaluation } from "./Evaluation.ts"
import * as EvaluationMeasure from "./EvaluationMeasure.ts"
import * as ScoredVariants from "./ScoredVariants.ts"

/** The first of the usual columns that is there, or the one that was named. */
export const find = Effect.fnUntraced(function* (
  table: Table.TextTable,
  named: string | undefined,
  usual: ReadonlyArray<string>,
  needed: boolean
): Effect.fn.Return<string | undefined, InputError> {
  const found = (named === undefined ? usual : [named]).find((name) => table.columns.includes(name))
  if (found === undefined && (named !== undefined || needed))
    return yield* Table.missingColumn(table, named ?? usual[0]!)
  return found
})

/** Numbers, or classes as words; null where missing or NaN, and everywhere without a column. */
export const numbers = Effect.fnUntraced(function* (table: Table.TextTable, name: string | undefined) {
  if (name === undefined) return () => null
  const at = table.columns.indexOf(name)
  const only = { ...table, columns: [name], rows: table.rows.map((cells) => [Value.classNumber(cells[at]!)]) }
  const rows = yield* Table.decode(only, { [name]: Table.nullable(Table.number("")) })
  const infinite = rows.findIndex((each) => ScoredVariants.isInfinite(each[name]!))
  if (infinite !== -1) {
    return yield* new InputError({
      message: `column '${name}': ${rows[infinite]![name]} is no score and no measurement`,
      file: table.file,
      line: Table.lineOf(table, infinite),
      hint: "write a finite number, or leave the field empty where there is none"
    })
  }
  return (row: number): number | null => {
    const value = rows[row]![name]!
    return value === null || Number.isNaN(value) ? null : value
  }
})

export const texts = (table: Table.TextTable, name: string | undefined) => {
  const at = name === undefined ? -1 : table.columns.indexOf(name)
  return (row: number): string | null => {
    const cell = at === -1 ? "" : table.rows[row]![at]!
    return Value.isMissing(cell) ? null : cell
  }
}

/** Rows whose name stands elsewhere in another spelling. */
export interface Respelled {
  readonly count: number
  readonly example: string
}

/** Names that differ in case, blanks and underscores alone are one, as the first of them has it: `Whole Blood`, `Whole_Blood`. */
export const names = (table: Table.TextTable, name: string | undefined) => {
  const read = texts(table, name)
  const first = new Map<string, string>()
  const respelled = { count: 0, example: "" }
  const values = table.rows.map((_, row) => {
    const text = read(row)
    if (text === null) return null
    const form = text
      .trim()
      .toLowerCase()
      .replaceAll(/(?: - |[\s_])+/gu, "_")
    const known = first.get(form) ?? text
    first.set(form, known)
    if (known !== text) {
      respelled.count++
      respelled.example ||= `${text} is ${known}`
    }
    return known
  })
  return { of: (row: number): string | null => values[row]!, respelled: respelled as Respelled }
}

export const keysOf = (table: Table.TextTable, names: ReadonlyArray<string>) => {
  const columns = names.map((name) => table.columns.indexOf(name))
  return (row: number): string => Join.keyOf(columns.map((at) => table.rows[row]![at]!))
}

/** What was measured; an error where the metric is of classes and it is none. */
export const targets = Effect.fnUntraced(function* (table: Table.TextTable, name: string | undefined, row: Evaluation) {
  const target = yield* numbers(table, name)
  if (EvaluationMeasure.metricOf(row)?.classes !== true) return target
  for (const at of table.rows.keys()) {
    const value = target(at)
    if (value === null || value === 0 || value === 1) continue
    return yield* new InputError({
      message: `column '${name}': ${value} where ${row.id} needs a class, 0 or 1`,
      file: table.file,
      line: Table.lineOf(table, at),
      hint: "write 1 for a positive and 0 for a negative (true and false are read as well; PLINK's cases are 2, its controls 1)"
    })
  }
  return target
})
