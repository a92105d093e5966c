/** How well predicted variant effects agree with measured ones, with bootstrap intervals. */
import * as Bootstrap from "../metric/Bootstrap.ts"
import { groupedMean } from "../metric/GroupedMean.ts"
import type { Measure } from "../metric/Measure.ts"
import { metrics, type MetricName } from "../metric/Metric.ts"
import * as MetricTable from "../metric/MetricTable.ts"

export interface Rows {
  readonly labels: ReadonlyArray<number>
  readonly predictions: ReadonlyArray<number>
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

const pick = <A>(values: ReadonlyArray<A>, indices: Uint32Array): Array<A> =>
  Array.from(indices, (index) => values[index]!)

const resampled = (rows: Rows, indices: Uint32Array): Rows => ({
  labels: pick(rows.labels, indices),
  predictions: pick(rows.predictions, indices),
  groups: pick(rows.groups, indices)
})

/** The metrics in the order named; of each, the groups in order of appearance, then `all`. */
export const evaluate = (rows: Rows, options: Options): ReadonlyArray<MetricTable.Metric> =>
  options.metrics.flatMap((name) => {
    const metric = metrics[name]
    const row = (subset: string, part: Rows, n: number, measure: Measure, of: (part: Rows) => Measure) => {
      const interval =
        measure.value === null || options.replicates === 0
          ? undefined
          : Bootstrap.interval({
              rows: part.labels.length,
              replicates: options.replicates,
              seed: options.seed,
              label: `${options.evaluation}/${subset}/${name}`,
              statistic: (indices) => of(resampled(part, indices)).value
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
      return row(group.group, resampled(rows, members), group.n, group.measure, whole)
    })
    const valued = groups.filter((group) => group.measure.value !== null).length
    const mean = row("all", rows, n, measure, (part) => groupedMean(metric, part).measure)
    const note = mean.note ?? `mean over ${valued} of ${groups.length} groups, weighted by rows`
    return [...perGroup, { ...mean, note }]
  })
