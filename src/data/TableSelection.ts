/** Rows and columns of a table, chosen, renamed and put together. */
import * as Result from "effect/Result"
import { groupBy } from "../core/GroupBy.ts"
import * as Random from "../core/Random.ts"
import * as Suggest from "../core/Suggest.ts"
import type { TextTable } from "./Table.ts"

export interface Selection {
  /** By column: the values of rows to keep. */
  readonly where: { readonly [column: string]: ReadonlyArray<string> }
  /** By new name: a column, or a text with columns in braces (`chr{chromosome}_{position}`). */
  readonly columns: { readonly [name: string]: string }
  /** By new name: the text of every row. */
  readonly add: { readonly [name: string]: string }
  /** By new name: what each text becomes; rows with another text are left out. */
  readonly values: { readonly [name: string]: { readonly [text: string]: string } }
  /** New columns whose numbers change their sign. */
  readonly negate: ReadonlyArray<string>
  /** Of each value of a new column, at most so many rows, chosen by the seed. */
  readonly sample: { readonly column: string; readonly rows: { readonly [value: string]: number } } | undefined
  readonly seed: number
}

export interface Selected {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

/** A template as its texts and the columns between them: one text more than columns. */
const parse = (template: string, columns: ReadonlyArray<string>): { texts: Array<string>; names: Array<string> } =>
  columns.includes(template)
    ? { texts: ["", ""], names: [template] }
    : {
        texts: template.split(/\{[^{}]*\}/u),
        names: Array.from(template.matchAll(/\{([^{}]*)\}/gu), ([, name]) => name!)
      }

const negated = (text: string): string =>
  Number.isNaN(Number(text)) || text.trim() === "" ? text : text.startsWith("-") ? text.slice(1) : `-${text}`

/** So many of the indices, in their order. */
const chosen = (indices: ReadonlyArray<number>, count: number, random: Random.Random): ReadonlyArray<number> => {
  const pool = [...indices]
  for (let at = 0; at < Math.min(count, pool.length); at++) {
    const other = at + random.int(pool.length - at)
    ;[pool[at], pool[other]] = [pool[other]!, pool[at]!]
  }
  return pool.slice(0, count).sort((a, b) => a - b)
}

/** The selection, in the table's order; the failure names a column that is not there, and what was perhaps meant. */
export const select = (
  table: TextTable,
  { where, columns, add, values, negate, sample, seed }: Selection
): Result.Result<Selected, { readonly message: string; readonly hint: string }> => {
  const names = [...Object.keys(columns), ...Object.keys(add)]
  const templates = Object.entries(columns).map(([name, template]) => ({ name, ...parse(template, table.columns) }))
  const needed = [...Object.keys(where), ...templates.flatMap((template) => template.names)]
  const constant = templates.find((template) => template.names.length === 0)
  if (constant !== undefined) needed.push(columns[constant.name]!)
  const missing = needed.find((name) => !table.columns.includes(name))
  if (missing !== undefined) {
    return Result.fail({
      message: `column '${missing}' missing`,
      hint: Suggest.hint(missing, table.columns, "columns")
    })
  }
  const strange = [...Object.keys(values), ...negate, ...(sample ? [sample.column] : [])].find(
    (name) => !names.includes(name)
  )
  if (strange !== undefined) {
    return Result.fail({
      message: `'${strange}' is none of the new columns`,
      hint: Suggest.hint(strange, names, "columns")
    })
  }

  const at = (name: string) => table.columns.indexOf(name)
  const filters = Object.entries(where).map(([name, kept]) => ({ at: at(name), kept: new Set(kept) }))
  const makers = templates.map(({ name, texts, names }) => {
    const places = names.map(at)
    const replace = values[name]
    return (cells: ReadonlyArray<string>): string | undefined => {
      const text = texts.reduce((all, part, index) => all + cells[places[index - 1]!]! + part)
      const value = replace === undefined ? text : Object.hasOwn(replace, text) ? replace[text] : undefined
      return value === undefined || !negate.includes(name) ? value : negated(value)
    }
  })
  const rows = table.rows
    .filter((cells) => filters.every((filter) => filter.kept.has(cells[filter.at]!)))
    .map((cells) => makers.map((make) => make(cells)))
    .filter((cells): cells is Array<string> => !cells.includes(undefined))
    .map((cells) => [...cells, ...Object.values(add)])
  if (sample === undefined) return Result.succeed({ columns: names, rows })

  const column = names.indexOf(sample.column)
  const kept = new Set<number>()
  for (const [value, indices] of groupBy([...rows.keys()], (index) => rows[index]![column]!)) {
    const count = Object.hasOwn(sample.rows, value) ? sample.rows[value]! : indices.length
    for (const index of chosen(indices, count, Random.make(seed, `sample/${value}`))) kept.add(index)
  }
  return Result.succeed({ columns: names, rows: rows.filter((_, index) => kept.has(index)) })
}
