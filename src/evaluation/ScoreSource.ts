/** Scores of variants out of any table: its columns are named by the user, and the join with labels is accounted for. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import { groupBy } from "../core/GroupBy.ts"
import type { Task } from "../core/Task.ts"
import * as Table from "../data/Table.ts"
import * as VariantForms from "../genome/VariantForms.ts"
import * as CombinedSplicing from "../scoring/CombinedSplicing.ts"
import type { Evaluation } from "./Evaluation.ts"
import * as LabelKeys from "./LabelKeys.ts"
import * as ScoreColumns from "./ScoreColumns.ts"
import * as ScoredVariants from "./ScoredVariants.ts"
import { noLabel, noScore, noTarget, notChosen, type Scores, type Unused } from "./ScoreAccount.ts"
import type { Missing, ScoredVariant } from "./ScoredVariants.ts"
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
  readonly columns: Columns
  /** Labels in a table of their own: its column by the column of the scores that must be equal. */
  readonly on: Readonly<Record<string, string>>
  readonly where: Readonly<Record<string, string>>
  readonly aggregate: Aggregate
  readonly absolute: boolean
  /** Rows of one key, group and pair: an error, or numbered, in a published table that is taken as it stands. */
  readonly repeated: "error" | "number"
  /** Whether any of it was drawn from a seed, as the engine knows; a table may say so of itself as well. */
  readonly synthetic: boolean
  /** Labels whose alleles are in the other order in the scores. */
  readonly turned: LabelKeys.Turning
}

const usualGroups: { readonly [over: string]: ReadonlyArray<string> } = {
  tissue: ["tissue"],
  locus: ["locus", "element"],
  fold: ["fold"]
}
const usualKeys = ["variant_id", "variant", "id"]

/**
 * An error at the second of two rows that are the same observation, in one spelling or in two, or the rows with numbered
 * keys. `same`: a text for each row that is the same for the same variant.
 */
const distinct = Effect.fnUntraced(function* (
  rows: ReadonlyArray<ScoredVariant>,
  table: Table.TextTable,
  { repeated }: Options,
  same: (index: number) => string,
  hint: string
): Effect.fn.Return<ReadonlyArray<ScoredVariant>, InputError> {
  if (repeated === "number") {
    const isRepeated = ScoredVariants.repeated(rows) !== undefined
    return isRepeated ? rows.map((row, index) => ({ ...row, key: `${row.key} row ${index + 1}` })) : rows
  }
  const at = ScoredVariants.repeated(rows.map((row, index) => ({ ...row, key: same(index) })))
  if (at === undefined) return rows
  const { key, group } = rows[at]!
  const { key: before } = rows.find((row, index) => same(index) === same(at) && row.group === group)!
  const spelled = before === key ? "" : `, which is ${before}`
  return yield* new InputError({
    message: `two rows for ${key}${group === null ? "" : ` in ${group}`}${spelled}`,
    file: table.file,
    line: Table.lineOf(table, at),
    hint
  })
})

/** The columns that say what was measured, of the table that holds them. */
const labelled = Effect.fnUntraced(function* (table: Table.TextTable, { row, columns }: Options) {
  const { over } = row.metric
  const group = yield* ScoreColumns.find(table, columns.group, usualGroups[over] ?? [], usualGroups[over] !== undefined)
  const stratum = yield* ScoreColumns.find(table, columns.stratum, ["consequence"], false)
  const pair = yield* ScoreColumns.find(table, columns.pair, ["PI", "pair"], over === "pairs")
  const target = yield* ScoreColumns.targets(
    table,
    yield* ScoreColumns.find(table, columns.target, ["target"], true),
    row
  )
  const distance = yield* ScoreColumns.numbers(
    table,
    yield* ScoreColumns.find(table, columns.distance, ["tss_distance", "distance"], false)
  )
  const usual = usualKeys.find((name) => table.columns.includes(name))
  const names =
    columns.key ?? (usual === undefined ? [] : [usual, "gene_id"].filter((name) => table.columns.includes(name)))
  for (const name of names) if (!table.columns.includes(name)) return yield* Table.missingColumn(table, name)
  const named = ScoreColumns.keysOf(table, names)
  const places = names.map((name) => table.columns.indexOf(name))
  const formsOf = VariantForms.of(names)
  const groups = ScoreColumns.names(table, over === "tissue" ? group : undefined)
  return {
    target,
    group: over === "tissue" ? groups.of : ScoreColumns.texts(table, group),
    respelled: groups.respelled,
    stratum: ScoreColumns.texts(table, stratum),
    pair: ScoreColumns.texts(table, pair),
    distance,
    key: names.length === 0 ? ScoredVariants.unnamed : named,
    same: (index: number): string => {
      if (names.length === 0) return ScoredVariants.unnamed(index)
      const found = formsOf(places.map((at) => table.rows[index]![at]!))
      return found === undefined ? named(index) : JSON.stringify([found.form, found.mark])
    }
  }
})

/** Whether a table says of any of its rows that it is synthetic. */
const isSynthetic = (table: Table.TextTable): boolean => {
  const at = table.columns.indexOf("synthetic")
  return at !== -1 && table.rows.some((cells) => cells[at] === "true")
}

/** The scores that are judged and, where a column is named, those beside which they are. */
const scoresIn = Effect.fnUntraced(function* (table: Table.TextTable, columns: Options["columns"]) {
  const numbers = (named: string | undefined, usual: ReadonlyArray<string>, isNeeded: boolean) =>
    Effect.flatMap(ScoreColumns.find(table, named, usual, isNeeded), (column) => ScoreColumns.numbers(table, column))
  return {
    prediction: yield* numbers(columns.prediction, ["prediction", "score"], true),
    comparator: yield* numbers(columns.comparator, [], false)
  }
})

/** Scores and labels side by side in one table: nothing is joined, and every row is kept. */
export const side = Effect.fnUntraced(function* (
  table: Table.TextTable,
  options: Options
): Effect.fn.Return<Scores, InputError> {
  const { row, columns, absolute } = options
  const chosen = yield* filtered(table, options.where)
  const { target, group, respelled, stratum, pair, distance, key, same } = yield* labelled(chosen, options)
  const { prediction, comparator } = yield* scoresIn(chosen, columns)
  const sized = (value: number | null) => (value === null || !absolute ? value : Math.abs(value))
  const synthetic = options.synthetic || isSynthetic(chosen)
  const rows = chosen.rows.map((_, index): ScoredVariant => ({
    evaluation: row.id,
    key: key(index),
    group: group(index),
    stratum: stratum(index),
    pair: pair(index),
    distance: distance(index),
    target: target(index),
    prediction: sized(prediction(index)),
    comparator: sized(comparator(index)),
    synthetic
  }))
  const apart = "name all columns that tell rows apart, as `columns: { key: [variant_id, gene_id] }`"
  const kept = yield* distinct(rows, chosen, options, same, apart)
  return { rows: kept, missing: missingOf(kept), unchosen: table.rows.length - chosen.rows.length, respelled }
})

const missingOf = (
  rows: ReadonlyArray<ScoredVariant>,
  opposite: ReadonlyMap<string, string> = new Map()
): ReadonlyArray<Missing> =>
  rows.flatMap(({ evaluation, key, target, prediction }) =>
    target === null
      ? [{ evaluation, key, reason: `nothing was measured: ${noTarget}` }]
      : prediction === null
        ? [{ evaluation, key, reason: opposite.has(key) ? LabelKeys.ofLabel : noScore }]
        : []
  )

const filtered = Effect.fnUntraced(function* (table: Table.TextTable, where: Readonly<Record<string, string>>) {
  const filters = Object.entries(where).map(([name, value]) => ({ name, at: table.columns.indexOf(name), value }))
  const absent = filters.find(({ at }) => at === -1)
  if (absent !== undefined) return yield* Table.missingColumn(table, absent.name)
  if (filters.length === 0) return table
  const indices = [...table.rows.keys()].filter((index) =>
    filters.every(({ at, value }) => table.rows[index]![at] === value)
  )
  return {
    ...table,
    rows: indices.map((index) => table.rows[index]!),
    lines: indices.map((index) => Table.lineOf(table, index))
  }
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
  const { row, columns, absolute, aggregate } = options
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
    { table: chosen, on: pairs.map(([, score]) => score) },
    options.turned
  )
  const scoreKey = (row: number): string => keys.score(chosen.rows[row]!)
  const { prediction, comparator } = yield* scoresIn(chosen, columns)
  const found = groupBy(chosen.rows.keys(), scoreKey)
  const one = Effect.fnUntraced(function* (label: number, value: (index: number) => number | null) {
    const cells = labels.rows[label]!
    const key = keys.label(cells)
    const indices = (found.get(key) ?? []).filter((index) => value(index) !== null)
    const values = indices.map((index) => LabelKeys.turn(value(index)!, keys.sign(cells)))
    if (values.length === 0) return null
    if (values.length > 1 && aggregate === "single") {
      return yield* new InputError({
        message: `two scores for ${key}`,
        file: scores.file,
        line: Table.lineOf(chosen, indices[1]!),
        hint: "choose rows with `where`, or make one of several with `aggregate`: mean, mean_abs or strongest"
      })
    }
    const whole = aggregate === "single" || aggregate === "composite"
    const combined = whole ? values[0]! : VariantJoin.combine[aggregate](values)
    return absolute ? Math.abs(combined) : combined
  })
  const of = yield* labelled(labels, { ...options, columns: { ...columns, key: pairs.map(([label]) => label) } })
  const synthetic = options.synthetic || isSynthetic(scores) || isSynthetic(labels)
  const used = new Set<string>()
  const rows: Array<ScoredVariant> = []
  for (const index of labels.rows.keys()) {
    used.add(keys.label(labels.rows[index]!))
    rows.push({
      evaluation: row.id,
      key: of.key(index),
      group: of.group(index),
      stratum: of.stratum(index),
      pair: of.pair(index),
      distance: of.distance(index),
      target: of.target(index),
      prediction: yield* one(index, prediction),
      comparator: yield* one(index, comparator),
      synthetic
    })
  }
  const opposite = new Map(Array.from(keys.apart, ([label, score]) => [score, label]))
  const unused: Array<Unused> = []
  const unasked: Array<Missing> = []
  if (chosen.rows.length < scores.rows.length && aggregate !== "composite") {
    unused.push({ reason: notChosen, example: "", rows: scores.rows.length - chosen.rows.length })
  }
  for (const [key, indices] of found) {
    if (!used.has(key)) {
      const label = opposite.get(key)
      const example = label === undefined ? key : `${key} is ${label} in the labels`
      unused.push({ reason: label === undefined ? noLabel : LabelKeys.ofScore, example, rows: indices.length })
      unasked.push({
        evaluation: row.id,
        key,
        reason: label === undefined ? "a score, but no label" : LabelKeys.ofScore
      })
      continue
    }
    const without = indices.filter((index) => prediction(index) === null).length
    if (without > 0) unused.push({ reason: "the score is missing", example: key, rows: without })
  }
  const apart = "name in `on` all columns that tell labels apart (a gene), and in `columns` their group"
  const whole = yield* distinct(rows, labels, options, of.same, apart)
  return {
    rows: whole,
    missing: [...missingOf(whole, keys.apart), ...unasked],
    unchosen: 0,
    respelled: of.respelled,
    opposite: keys.apart,
    scores: { rows: aggregate === "composite" ? chosen.rows.length : scores.rows.length, unused }
  }
})
