import { groupBy } from "../core/GroupBy.ts"
import * as Measure from "./Measure.ts"
import { entering, type Metric } from "./Metric.ts"
import type { Statistic } from "./Resampled.ts"

export interface GroupMeasure {
  readonly group: string
  readonly n: number
  readonly measure: Measure.Measure
}

/**
 * How the groups count. `oneClass`: what becomes of a group whose rows are all of one class: `keep` gives it the value that
 * scikit-learn's metric has there (average precision: 1 or 0), as AlphaGenome's notebook does; `leave_out` gives it none.
 */
export interface Reading {
  readonly weights: "rows" | "alike"
  readonly oneClass: OneClass
}

export const oneClasses = ["keep", "leave_out"] as const
export type OneClass = (typeof oneClasses)[number]

export interface GroupedMean {
  /** In order of first appearance. */
  readonly groups: ReadonlyArray<GroupMeasure>
  /** Mean over the groups that have a value, each weighted by its rows, or all alike. */
  readonly measure: Measure.Measure
  /** Rows that enter the metric in those groups. */
  readonly n: number
  /** How many groups have no value, and why; null where all have one. */
  readonly note: string | null
}

export interface Rows {
  readonly groups: ArrayLike<string>
  readonly labels: ArrayLike<number>
  readonly predictions: ArrayLike<number>
}

interface Member {
  readonly group: string
  /** Its rows. */
  readonly indices: Uint32Array
  readonly labels: Float64Array
  readonly predictions: Float64Array
}

/** The rows of each group, groups in order of first appearance. */
export const members = (rows: Rows): ReadonlyArray<Member> =>
  Array.from(
    groupBy(Array.from(rows.groups).keys(), (index) => rows.groups[index]!),
    ([group, found]) => {
      const indices = Uint32Array.from(found)
      const take = (values: ArrayLike<number>) => Float64Array.from(indices, (index) => values[index]!)
      return { group, indices, labels: take(rows.labels), predictions: take(rows.predictions) }
    }
  )

const mean = (
  values: Iterable<{ readonly n: number; readonly value: number | null }>,
  weights: "rows" | "alike"
): { readonly n: number; readonly value: number | null } => {
  let [n, weight, sum] = [0, 0, 0]
  for (const { n: size, value } of values) {
    if (value === null) continue
    const share = weights === "rows" ? size : 1
    n += size
    weight += share
    sum += value * share
  }
  return { n, value: weight === 0 ? null : sum / weight }
}

/** Rows that a group must have. */
const least = 2

const whole: Reading = { weights: "rows", oneClass: "leave_out" }

/** Why groups have no value, each reason with how many. */
const noteOf = (groups: ReadonlyArray<GroupMeasure>): string | null => {
  const without = groups.filter(({ measure }) => measure.value === null)
  if (without.length === 0) return null
  const reasons = Array.from(
    groupBy(without, ({ measure }) => measure.note ?? ""),
    ([reason, some]) => `${some.length}: ${reason}`
  )
  return `${without.length} of ${groups.length} groups have no value (${reasons.join("; ")})`
}

/**
 * A metric per group (a tissue, say) and its mean weighted by rows, as in AlphaGenome's variant evaluations: groups of
 * fewer than two rows, and those without a value, are skipped; of one class, see {@link Reading}.
 */
export const groupedMean = (metric: Metric, rows: Rows, { weights, oneClass }: Reading = whole): GroupedMean => {
  const groups = members(rows).map(({ group, labels, predictions }): GroupMeasure => {
    const single =
      metric.classes && labels.every((label) => label === labels[0]) && (labels[0] === 0 || labels[0] === 1)
    const kept = single && oneClass === "keep" ? metric.oneClass?.(labels[0]!) : undefined
    const measure =
      labels.length < least
        ? Measure.undefinedBecause(`1 of at least ${least} rows`)
        : kept !== undefined
          ? Measure.of(kept)
          : single
            ? Measure.undefinedBecause(`every row is ${labels[0] === 0 ? "negative" : "positive"}`)
            : metric.compare(labels, predictions)
    return { group, n: entering(metric, labels).n, measure }
  })
  const { n, value } = mean(
    groups.map(({ n, measure }) => ({ n, value: measure.value })),
    weights
  )
  const measure = value === null ? Measure.undefinedBecause("no group has a value") : Measure.of(value)
  return { groups, measure, n, note: noteOf(groups) }
}

/** The mean of resamples of all rows, by the same rules. */
export const prepare = (metric: Metric, rows: Rows, { weights, oneClass }: Reading = whole): Statistic => {
  const { mute } = metric
  const prepared = members(rows).map(({ indices, labels, predictions }) => ({
    indices,
    labels,
    own: new Uint32Array(indices.length),
    statistic: metric.prepare(labels, predictions)
  }))
  return (counts) =>
    mean(
      prepared.map(({ indices, labels, own, statistic }) => {
        let [drawn, positives, n] = [0, 0, 0]
        for (let i = 0; i < indices.length; i++) {
          const count = counts[indices[i]!]!
          own[i] = count
          drawn += count
          if (labels[i] === 1) positives += count
          if (mute === undefined || labels[i] !== mute.label) n += count
        }
        const single = metric.classes && (positives === 0 || positives === drawn)
        const kept = single && oneClass === "keep" ? metric.oneClass?.(positives === 0 ? 0 : 1) : undefined
        if (drawn < least) return { n, value: null }
        return { n, value: kept ?? (single ? null : statistic(own)) }
      }),
      weights
    ).value
}
