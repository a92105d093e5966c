/** How well predicted variant effects agree with measured ones, with bootstrap intervals. */
import * as Bootstrap from "../metric/Bootstrap.ts"
import { groupedMean } from "../metric/GroupedMean.ts"
import type { Measure } from "../metric/Measure.ts"
import { metrics, type MetricName } from "../metric/Metric.ts"
import * as MetricTable from "../metric/MetricTable.ts"

export interface Rows {
  readonly labels: ArrayLike<number>
  readonly predictions: ArrayLike<number>
  readonly groups: ReadonlyArray<string>
}

export interface Options {
  readonly evaluation: string
  readonly metrics: ReadonlyArray<MetricName>
  /** Measure each group, and `all` as their mean weighted by rows; otherwise `all` rows at once. */
  readonly grouped: boolean
  readonly seed: number
  /** 0: no intervals. */
  readonly replicates: number
}

/** The rows at `indices`. Groups are not looked at where there is one of them. */
const resampled = (rows: Rows, indices: Uint32Array, grouped: boolean): Rows => {
  const labels = new Float64Array(indices.length)
  const predictions = new Float64Array(indices.length)
  for (let i = 0; i < indices.length; i++) {
    labels[i] = rows.labels[indices[i]!]!
    predictions[i] = rows.predictions[indices[i]!]!
  }
  return { labels, predictions, groups: grouped ? Array.from(indices, (index) => rows.groups[index]!) : [] }
}

/** The metrics in the order named; of each, the groups in order of appearance, then `all`. */
export const evaluate = (rows: Rows, options: Options): ReadonlyArray<MetricTable.Metric> =>
  options.metrics.flatMap((name) => {
    const metric = metrics[name]
    const row = (
      subset: string,
      part: Rows,
      n: number,
      measure: Measure,
      of: (part: Rows) => Measure,
      grouped = false
    ) => {
      const interval =
        measure.value === null || options.replicates === 0
          ? undefined
          : Bootstrap.interval({
              rows: part.labels.length,
              replicates: options.replicates,
              seed: options.seed,
              label: `${options.evaluation}/${subset}/${name}`,
              statistic: (indices) => of(resampled(part, indices, grouped)).value
            })
      return MetricTable.make({
        evaluation: options.evaluation,
        subset,
        metric: name,
        value: measure.value,
        low: interval?.low ?? null,
        high: interval?.high ?? null,
        n,
        note: measure.note
      })
    }
    const whole = (part: Rows) => metric.compare(part.labels, part.predictions)
    if (!options.grouped) return [row("all", rows, rows.labels.length, whole(rows), whole)]

    const { groups, measure, n } = groupedMean(metric, rows)
    const perGroup = groups.map((group) => {
      const members = Uint32Array.from(rows.groups.flatMap((name, index) => (name === group.group ? [index] : [])))
      return row(group.group, resampled(rows, members, false), group.n, group.measure, whole)
    })
    const valued = groups.filter((group) => group.measure.value !== null).length
    const mean = row("all", rows, n, measure, (part) => groupedMean(metric, part).measure, true)
    const note = mean.note ?? `mean over ${valued} of ${groups.length} groups, weighted by rows`
    return [...perGroup, { ...mean, note }]
  })
