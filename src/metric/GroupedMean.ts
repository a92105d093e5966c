import { groupBy } from "../core/GroupBy.ts"
import * as Measure from "./Measure.ts"
import type { Metric } from "./Metric.ts"
import type { Statistic } from "./Resampled.ts"

export interface GroupMeasure {
  readonly group: string
  readonly n: number
  readonly measure: Measure.Measure
}

export interface GroupedMean {
  /** In order of first appearance. */
  readonly groups: ReadonlyArray<GroupMeasure>
  /** Mean over the groups that have a value, each weighted by its rows, or all alike. */
  readonly measure: Measure.Measure
  /** Rows of those groups. */
  readonly n: number
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

/**
 * A metric per group (a tissue, say) and its mean weighted by rows, as in AlphaGenome's variant evaluations: groups of
 * fewer than two rows, of a single class where the metric is of classes, and those without a value are skipped.
 */
export const groupedMean = (metric: Metric, rows: Rows, weights: "rows" | "alike" = "rows"): GroupedMean => {
  const groups = members(rows).map(({ group, indices, labels, predictions }): GroupMeasure => {
    const single = metric.classes && labels.every((label) => label === labels[0])
    const measure =
      labels.length < 2
        ? Measure.undefinedBecause("1 of at least 2 rows")
        : single
          ? Measure.undefinedBecause(`every row is ${labels[0] === 0 ? "negative" : "positive"}`)
          : metric.compare(labels, predictions)
    return { group, n: indices.length, measure }
  })
  const { n, value } = mean(
    groups.map(({ n, measure }) => ({ n, value: measure.value })),
    weights
  )
  return { groups, measure: value === null ? Measure.undefinedBecause("no group has a value") : Measure.of(value), n }
}

/** The mean of resamples of all rows, by the same rules. */
export const prepare = (metric: Metric, rows: Rows, weights: "rows" | "alike" = "rows"): Statistic => {
  const prepared = members(rows).map(({ indices, labels, predictions }) => ({
    indices,
    labels,
    own: new Uint32Array(indices.length),
    statistic: metric.prepare(labels, predictions)
  }))
  return (counts) =>
    mean(
      prepared.map(({ indices, labels, own, statistic }) => {
        let [n, positives] = [0, 0]
        for (let i = 0; i < indices.length; i++) {
          const count = counts[indices[i]!]!
          own[i] = count
          n += count
          if (labels[i] === 1) positives += count
        }
        const skipped = n < 2 || (metric.classes && (positives === 0 || positives === n))
        return { n, value: skipped ? null : statistic(own) }
      }),
      weights
    ).value
}
