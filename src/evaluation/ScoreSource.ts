/** Scores of variants out of any table: its columns are named by the user, and the join with labels is accounted for. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import { groupBy } from "../core/GroupBy.ts"
import type { Task } from "../core/Task.ts"
import * as Table from "../data/Table.ts"
import * as Value from "../data/table/Value.ts"
import * as CombinedSplicing from "../scoring/CombinedSplicing.ts"
import type { Evaluation } from "./Evaluation.ts"
import type { Missing, ScoredVariant, Source } from "./ScoredVariants.ts"
import * as LabelKeys from "./LabelKeys.ts"
import * as VariantJoin from "./VariantJoin.ts"

/** How several scores of one label become one; `composite` is the splicing score over scorers, genes and tracks. */
export const aggregates = [...VariantJoin.aggregates, "composite"] as const
export type Aggregate = (typeof aggregates)[number]

/** What the columns are called; a name that is not given is the usual one, and may then be absent where it may. */
export interface Columns {
  readonly key?: ReadonlyArray<string> | undefined
  readonly target?: string | undefined
  readonly prediction?: string | undefined
  readonly comparator?: string | undefined
  readonly group?: string | undefined
  readonly stratum?: string | undefined
  readonly pair?: string | undefined
  readonly distance?: string | undefined
}

export interface Options {
  readonly row: Evaluation
  readonly source: Source
  readonly columns: Columns
  /** Labels in a table of their own: its column by the column of the scores that must be equal. */
  readonly on: Readonly<Record<string, string>>
  readonly where: Readonly<Record<string, string>>
  readonly aggregate: Aggregate
  readonly absolute: boolean
}

export interface Scores {
  readonly rows: ReadonlyArray<ScoredVariant>
  readonly missing: ReadonlyArray<Missing>
}

const usualGroups: { readonly [over: string]: ReadonlyArray<string> } = {
  tissue: ["tissue"],
  locus: ["locus", "element"],
  fold: ["fold"]
}
const usualKeys = ["variant_id", "variant", "id"]

/** The first of the usual columns that is there, or the one that was named. */
const find = Effect.fnUntraced(function* (
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
const numbers = Effect.fnUntraced(function* (table: Table.TextTable, name: string | undefined) {
  if (name === undefined) return () => null
  const at = table.columns.indexOf(name)
  const only = { ...table, columns: [name], rows: table.rows.map((cells) => [Value.classNumber(cells[at]!)]) }
  const rows = yield* Table.decode(only, { [name]: Table.nullable(Table.number("")) })
  return (row: number): number | null => {
    const value = rows[row]![name]!
    return value === null || Number.isNaN(value) ? null : value
  }
})

const texts = (table: Table.TextTable, name: string | undefined) => {
  const at = name === undefined ? -1 : table.columns.indexOf(name)
  return (row: number): string | null => {
    const cell = at === -1 ? "" : table.rows[row]![at]!
    return Value.isMissing(cell) ? null : cell
  }
}

const keysOf = (table: Table.TextTable, names: ReadonlyArray<string>) => {
  const columns = names.map((name) => table.columns.indexOf(name))
  return (row: number): string => columns.map((at) => table.rows[row]![at]!).join(" ")
}

/** The columns that say what was measured, of the table that holds them. */
const labelled = Effect.fnUntraced(function* (table: Table.TextTable, { row, columns }: Options) {
  const { over } = row.metric
  const group = yield* find(table, columns.group, usualGroups[over] ?? [], usualGroups[over] !== undefined)
  const stratum = yield* find(table, columns.stratum, ["consequence"], false)
  const pair = yield* find(table, columns.pair, ["PI", "pair"], over === "pairs")
  const target = yield* numbers(table, yield* find(table, columns.target, ["target"], true))
  const distance = yield* numbers(table, yield* find(table, columns.distance, ["tss_distance", "distance"], false))
  const names = columns.key ?? [usualKeys.find((name) => table.columns.includes(name)) ?? []].flat()
  for (const name of names) if (!table.columns.includes(name)) return yield* Table.missingColumn(table, name)
  const named = keysOf(table, names)
  return {
    target,
    group: texts(table, group),
    stratum: texts(table, stratum),
    pair: texts(table, pair),
    distance,
    key: names.length === 0 ? (index: number) => `row ${index + 1}` : named
  }
})

/** Scores and labels side by side in one table: nothing is joined, and every row is kept. */
export const side = Effect.fnUntraced(function* (
  table: Table.TextTable,
  options: Options
): Effect.fn.Return<Scores, InputError> {
  const { row, source, columns, absolute } = options
  const chosen = yield* filtered(table, options.where)
  const { target, group, stratum, pair, distance, key } = yield* labelled(chosen, options)
  const prediction = yield* numbers(chosen, yield* find(chosen, columns.prediction, ["prediction", "score"], true))
  const comparator = yield* numbers(chosen, yield* find(chosen, columns.comparator, [], false))
  const sized = (value: number | null) => (value === null || !absolute ? value : Math.abs(value))
  const rows = chosen.rows.map((_, index): ScoredVariant => ({
    evaluation: row.id,
    source,
    key: key(index),
    group: group(index),
    stratum: stratum(index),
    pair: pair(index),
    distance: distance(index),
    target: target(index),
    prediction: sized(prediction(index)),
    comparator: sized(comparator(index))
  }))
  return { rows, missing: missingOf(rows) }
})

const missingOf = (rows: ReadonlyArray<ScoredVariant>): ReadonlyArray<Missing> =>
  rows.flatMap(({ evaluation, key, target, prediction }) =>
    target === null
      ? [{ evaluation, key, reason: "nothing was measured: the target is missing" }]
      : prediction === null
        ? [{ evaluation, key, reason: "no score" }]
        : []
  )

const filtered = Effect.fnUntraced(function* (table: Table.TextTable, where: Readonly<Record<string, string>>) {
  const filters = Object.entries(where).map(([name, value]) => ({ name, at: table.columns.indexOf(name), value }))
  const absent = filters.find(({ at }) => at === -1)
  if (absent !== undefined) return yield* Table.missingColumn(table, absent.name)
  if (filters.length === 0) return table
  return { ...table, rows: table.rows.filter((cells) => filters.every(({ at, value }) => cells[at] === value)) }
})

const scoreColumns = {
  scorer: Table.string("the scorer"),
  output: Table.nullable(Table.string("the model's output")),
  score: Table.number("the score")
}

/** One composite splicing score for each key, of the table that score-variants writes. */
const composites = Effect.fnUntraced(function* (
  table: Table.TextTable,
  on: ReadonlyArray<readonly [label: string, score: string]>
): Effect.fn.Return<Table.TextTable, InputError> {
  const names = on.map(([, name]) => name)
  const columns = names.map((name) => table.columns.indexOf(name))
  const keys = table.rows.map((cells) => columns.map((at) => cells[at]!).join("\t"))
  const rows = yield* Table.decode(table, scoreColumns)
  const combined = CombinedSplicing.combine(rows.map((row, at) => ({ ...row, variant_id: keys[at]! })))
  return {
    ...table,
    columns: [...names, "score"],
    rows: Array.from(combined, ([key, score]) => [...key.split("\t"), String(score)])
  }
})

/**
 * Scores for the rows of a table of labels. Each label is a row of the result, with a score or without; scores that no
 * label asks for are told as missing labels.
 */
export const joined = Effect.fnUntraced(function* (
  scores: Table.TextTable,
  labels: Table.TextTable,
  options: Options
): Effect.fn.Return<Scores, InputError, Task> {
  const { row, source, columns, absolute, aggregate } = options
  const shared = usualKeys.find((name) => labels.columns.includes(name) && scores.columns.includes(name))
  const on = Object.entries(options.on)
  if (on.length === 0 && shared === undefined) {
    return yield* new InputError({
      message: "the scores and the labels share no column that names the variant",
      file: scores.file,
      hint: `say which are equal, as \`on: { ${labels.columns[0]}: ${scores.columns[0]} }\` (labels: scores)`
    })
  }
  const pairs = on.length === 0 ? [[shared!, shared!] as const] : on
  for (const [label, score] of pairs) {
    if (!labels.columns.includes(label)) return yield* Table.missingColumn(labels, label)
    if (!scores.columns.includes(score)) return yield* Table.missingColumn(scores, score)
  }
  const kept = yield* filtered(scores, options.where)
  const chosen = aggregate === "composite" ? yield* composites(kept, pairs) : kept
  const keys = yield* LabelKeys.align(
    { table: labels, on: pairs.map(([label]) => label) },
    { table: chosen, on: pairs.map(([, score]) => score) }
  )
  const scoreKey = (row: number): string => keys.score(chosen.rows[row]!)
  const labelKey = (row: number): string => keys.label(labels.rows[row]!)
  const prediction = yield* numbers(chosen, yield* find(chosen, columns.prediction, ["prediction", "score"], true))
  const comparator = yield* numbers(chosen, yield* find(chosen, columns.comparator, [], false))
  const found = groupBy(chosen.rows.keys(), scoreKey)
  const one = Effect.fnUntraced(function* (key: string, value: (index: number) => number | null) {
    const values = (found.get(key) ?? []).flatMap((index) => value(index) ?? [])
    if (values.length === 0) return null
    if (values.length > 1 && aggregate === "single") {
      return yield* new InputError({
        message: `two scores for ${key}`,
        file: scores.file,
        hint: "choose rows with `where`, or make one of several with `aggregate`: mean, mean_abs or strongest"
      })
    }
    const whole = aggregate === "single" || aggregate === "composite"
    const combined = whole ? values[0]! : VariantJoin.combine[aggregate](values)
    return absolute ? Math.abs(combined) : combined
  })
  const of = yield* labelled(labels, { ...options, columns: { ...columns, key: pairs.map(([label]) => label) } })
  const used = new Set<string>()
  const rows: Array<ScoredVariant> = []
  for (const index of labels.rows.keys()) {
    const key = labelKey(index)
    used.add(key)
    rows.push({
      evaluation: row.id,
      source,
      key: of.key(index),
      group: of.group(index),
      stratum: of.stratum(index),
      pair: of.pair(index),
      distance: of.distance(index),
      target: of.target(index),
      prediction: yield* one(key, prediction),
      comparator: yield* one(key, comparator)
    })
  }
  const unasked = [...found.keys()]
    .filter((key) => !used.has(key))
    .map((key) => ({ evaluation: row.id, key, reason: "a score, but no label" }))
  return { rows, missing: [...missingOf(rows), ...unasked] }
})
