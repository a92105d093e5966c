/** Predictions beside the labels that they predict, by the columns that both tables have. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import type { Task } from "../core/Task.ts"
import * as Table from "../data/Table.ts"
import * as Value from "../data/table/Value.ts"
import * as LabelKeys from "./LabelKeys.ts"

/** How several predictions of one key (tracks, windows) become one. */
export const aggregates = ["single", "mean", "mean_abs", "strongest"] as const
export type Aggregate = (typeof aggregates)[number]

/** Several predictions of one key as one. */
export const combine: { readonly [A in Exclude<Aggregate, "single">]: (values: ReadonlyArray<number>) => number } = {
  mean: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  mean_abs: (values) => values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length,
  strongest: (values) => values.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best))
}

export interface Options {
  /** Columns of both tables that name what is predicted. */
  readonly on: ReadonlyArray<string>
  readonly prediction: string
  readonly label: string
  /** Column of the labels. */
  readonly group: string | undefined
  /** Values that rows of the predictions must have, by column. */
  readonly where: { readonly [column: string]: string }
  readonly aggregate: Aggregate
  /** Labels whose alleles are in the other order in the predictions. */
  readonly turned: LabelKeys.Turning
}

export const unmatchedTable = {
  side: Table.string("the table that the row is in: `prediction` or `label`"),
  key: Table.string("its values in the columns joined on"),
  reason: Table.string("why it counts for nothing")
}
export type Unmatched = Table.Row<typeof unmatchedTable>

export interface Joined {
  /** One entry per row of the labels that has a prediction, in their order. */
  readonly labels: ReadonlyArray<number>
  readonly predictions: ReadonlyArray<number>
  /** All `all` without a group column. */
  readonly groups: ReadonlyArray<string>
  readonly unmatched: ReadonlyArray<Unmatched>
  /** Labels without a prediction, in their order. */
  readonly unscored: ReadonlyArray<{
    readonly key: string
    readonly label: number
    readonly group: string
    readonly reason: string
  }>
  /** Rows of the predictions, and how many of them stand beside a label, have its alleles turned, no value, or are not chosen. */
  readonly predicted: {
    readonly rows: number
    readonly used: number
    readonly turned: number
    readonly withoutValue: number
    readonly notChosen: number
  }
}

const noPrediction = "no prediction"

const columnOf = (table: Table.TextTable, name: string): Effect.Effect<number, InputError> => {
  const at = table.columns.indexOf(name)
  return at === -1 ? Effect.fail(Table.missingColumn(table, name)) : Effect.succeed(at)
}

/** A number, or a class as `true` or `false`; null where the value is missing. */
const numbersOf = Effect.fnUntraced(function* (table: Table.TextTable, name: string) {
  const at = yield* columnOf(table, name)
  const only = {
    ...table,
    columns: [name],
    rows: table.rows.map((cells) => [Value.classNumber(cells[at]!)])
  }
  const rows = yield* Table.decode(only, { [name]: Table.nullable(Table.number("")) })
  return rows.map((row) => {
    const value = row[name]!
    return value === null || Number.isNaN(value) ? null : value
  })
})

/**
 * Each row of the labels is one observation, even where two have the same key (one variant in two tissues, say). Rows
 * without a value, and those without a partner, are listed as unmatched.
 */
export const join = Effect.fnUntraced(function* (
  predictions: Table.TextTable,
  labels: Table.TextTable,
  options: Options
): Effect.fn.Return<Joined, InputError, Task> {
  const unmatched: Array<Unmatched> = []
  const predicted = new Map<string, { readonly values: Array<number>; used: boolean }>()
  const filters = yield* Effect.forEach(Object.entries(options.where), ([name, value]) =>
    Effect.map(columnOf(predictions, name), (at) => ({ at, value }))
  )
  for (const table of [predictions, labels]) {
    for (const name of options.on) yield* columnOf(table, name)
  }
  const keys = yield* LabelKeys.align(
    { table: labels, on: options.on },
    { table: predictions, on: options.on },
    options.turned
  )
  const opposite = new Set(keys.apart.values())
  const predictionValues = yield* numbersOf(predictions, options.prediction)
  let [notChosen, withoutValue] = [0, 0]
  for (const [index, cells] of predictions.rows.entries()) {
    if (filters.some(({ at, value }) => cells[at] !== value)) {
      notChosen++
      continue
    }
    const key = keys.score(cells)
    const value = predictionValues[index]!
    if (value === null) {
      withoutValue++
      unmatched.push({ side: "prediction", key, reason: `no value in column '${options.prediction}'` })
      continue
    }
    const before = predicted.get(key)
    if (before === undefined) {
      predicted.set(key, { values: [value], used: false })
      continue
    }
    if (options.aggregate === "single") {
      return yield* new InputError({
        message: `two predictions for ${key}`,
        file: predictions.file,
        line: Table.lineOf(predictions, index),
        hint: "choose rows with `where`, or make one of several with `aggregate`: mean, mean_abs or strongest"
      })
    }
    before.values.push(value)
  }

  const labelValues = yield* numbersOf(labels, options.label)
  const groupAt = options.group === undefined ? undefined : yield* columnOf(labels, options.group)
  const unscored: Array<Joined["unscored"][number]> = []
  const joined = { labels: [] as Array<number>, predictions: [] as Array<number>, groups: [] as Array<string> }
  for (const [index, cells] of labels.rows.entries()) {
    const key = keys.label(cells)
    const partner = predicted.get(key)
    const label = labelValues[index]!
    if (partner !== undefined) partner.used = true
    if (partner === undefined || label === null) {
      const reason =
        label === null
          ? `no value in column '${options.label}'`
          : keys.apart.has(key)
            ? LabelKeys.ofLabel
            : noPrediction
      unmatched.push({ side: "label", key, reason })
      if (label !== null) unscored.push({ key, label, group: groupAt === undefined ? "all" : cells[groupAt]!, reason })
      continue
    }
    joined.labels.push(label)
    const values = partner.values.map((value) => LabelKeys.turn(value, keys.sign(cells)))
    joined.predictions.push(options.aggregate === "single" ? values[0]! : combine[options.aggregate](values))
    joined.groups.push(groupAt === undefined ? "all" : cells[groupAt]!)
  }
  let [used, turned] = [0, 0]
  for (const [key, { used: isUsed, values }] of predicted) {
    if (isUsed) used += values.length
    else if (opposite.has(key)) {
      turned += values.length
      unmatched.push({ side: "prediction", key, reason: LabelKeys.ofScore })
    } else unmatched.push({ side: "prediction", key, reason: "no label" })
  }
  return {
    ...joined,
    unmatched,
    unscored,
    predicted: { rows: predictions.rows.length, used, turned, withoutValue, notChosen }
  }
})

/** What part of the labels has no prediction, in words; null where all have one. */
export const coverageNote = ({ labels, unmatched }: Joined): string | null => {
  const missing = unmatched.filter(({ side }) => side === "label").length
  const total = labels.length + missing
  const figure = (count: number) => count.toLocaleString("en-US")
  return missing === 0 ? null : `${figure(missing)} of ${figure(total)} labels are not covered`
}
