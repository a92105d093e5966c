/** How well predicted variant effects agree with measured ones, with bootstrap intervals. */
import * as Bootstrap from "../metric/Bootstrap.ts"
import * as GroupedMean from "../metric/GroupedMean.ts"
import type { Measure } from "../metric/Measure.ts"
import { metrics, type MetricName } from "../metric/Metric.ts"
import * as MetricTable from "../metric/MetricTable.ts"
import type { Statistic } from "../metric/Resampled.ts"

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

/** The metrics in the order named; of each, the groups in order of appearance, then `all`. */
export const evaluate = (rows: Rows, options: Options): ReadonlyArray<MetricTable.Metric> =>
  options.metrics.flatMap((name) => {
    const metric = metrics[name]
    const row = (subset: string, drawn: number, n: number, { value, note }: Measure, statistic: () => Statistic) => {
      const interval =
        value === null || options.replicates === 0
          ? undefined
          : Bootstrap.interval({
              rows: drawn,
              replicates: options.replicates,
              seed: options.seed,
              label: `${options.evaluation}/${subset}/${name}`,
              statistic: statistic()
            })
      const { evaluation } = options
      const { low = null, high = null } = interval ?? {}
      return MetricTable.make({ evaluation, subset, metric: name, value, low, high, n, note })
    }
    const count = rows.labels.length
    if (!options.grouped) {
      const [labels, predictions] = [Float64Array.from(rows.labels), Float64Array.from(rows.predictions)]
      return [row("all", count, count, metric.compare(labels, predictions), () => metric.prepare(labels, predictions))]
    }
    const { groups, measure, n } = GroupedMean.groupedMean(metric, rows)
    const perGroup = GroupedMean.members(rows).map(({ group, indices, labels, predictions }, at) =>
      row(group, indices.length, indices.length, groups[at]!.measure, () => metric.prepare(labels, predictions))
    )
    const valued = groups.filter((group) => group.measure.value !== null).length
    const mean = row("all", count, n, measure, () => GroupedMean.prepare(metric, rows))
    const note = mean.note ?? `mean over ${valued} of ${groups.length} groups, weighted by rows`
    return [...perGroup, { ...mean, note }]
  })
