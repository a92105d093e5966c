import { groupBy } from "../core/GroupBy.ts"
import * as Measure from "./Measure.ts"
import type { Metric } from "./Metric.ts"

export interface GroupMeasure {
  readonly group: string
  readonly n: number
  readonly measure: Measure.Measure
}

export interface GroupedMean {
  /** In order of first appearance. */
  readonly groups: ReadonlyArray<GroupMeasure>
  /** Mean over the groups that have a value, each weighted by its rows. */
  readonly measure: Measure.Measure
  /** Rows of those groups. */
  readonly n: number
}

/**
 * A metric per group (a tissue, say) and its mean weighted by rows, as in AlphaGenome's variant evaluations: groups of
 * fewer than two rows, of a single class where the metric is of classes, and those without a value are skipped.
 */
export const groupedMean = (
  metric: Metric,
  rows: {
    readonly groups: ArrayLike<string>
    readonly labels: ArrayLike<number>
    readonly predictions: ArrayLike<number>
  }
): GroupedMean => {
  const members = groupBy(Array.from(rows.groups).keys(), (index) => rows.groups[index]!)
  const groups = Array.from(members, ([group, indices]): GroupMeasure => {
    const labels = indices.map((i) => rows.labels[i]!)
    const measure =
      labels.length < 2
        ? Measure.undefinedBecause("1 of at least 2 rows")
        : metric.classes && new Set(labels).size === 1
          ? Measure.undefinedBecause(`every row is ${labels[0] === 0 ? "negative" : "positive"}`)
          : metric.compare(
              labels,
              indices.map((i) => rows.predictions[i]!)
            )
    return { group, n: indices.length, measure }
  })
  let n = 0
  let sum = 0
  for (const { measure, n: size } of groups) {
    if (measure.value === null) continue
    n += size
    sum += measure.value * size
  }
  return { groups, measure: n === 0 ? Measure.undefinedBecause("no group has a value") : Measure.of(sum / n), n }
}
