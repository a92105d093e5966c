/** How well predicted variant effects agree with measured ones, with bootstrap intervals. */
import * as Bootstrap from "../metric/Bootstrap.ts"
import * as GroupedMean from "../metric/GroupedMean.ts"
import type { Measure } from "../metric/Measure.ts"
import * as Metric from "../metric/Metric.ts"
import * as MetricTable from "../metric/MetricTable.ts"
import type { Statistic } from "../metric/Resampled.ts"

export interface Rows {
  readonly labels: ArrayLike<number>
  readonly predictions: ArrayLike<number>
  readonly groups: ReadonlyArray<string>
}

export interface Options {
  readonly evaluation: string
  readonly metrics: ReadonlyArray<Metric.MetricName>
  /** Measure each group, and `all` as their mean weighted by rows; otherwise `all` rows at once. */
  readonly grouped: boolean
  /** What becomes of groups of one class. */
  readonly oneClass: GroupedMean.OneClass
  readonly seed: number
  /** 0: no intervals. */
  readonly replicates: number
}

/** The metrics in the order named; of each, the groups in order of appearance, then `all`. */
export const evaluate = (rows: Rows, options: Options): ReadonlyArray<MetricTable.Metric> =>
  options.metrics.flatMap((name) => {
    const metric = Metric.get(name)
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
    /** Of rows that are measured together. */
    const together = (subset: string, labels: Float64Array, predictions: Float64Array, given?: Measure) => {
      const { n, note } = Metric.entering(metric, labels)
      const measure = given ?? metric.compare(labels, predictions)
      const made = row(subset, labels.length, n, measure, () => metric.prepare(labels, predictions))
      return { ...made, note: MetricTable.notes(made.note, note) }
    }
    if (!options.grouped) return [together("all", Float64Array.from(rows.labels), Float64Array.from(rows.predictions))]
    const reading: GroupedMean.Reading = { weights: "rows", oneClass: options.oneClass }
    const { groups, measure, n, note: without } = GroupedMean.groupedMean(metric, rows, reading)
    const perGroup = GroupedMean.members(rows).map(({ group, labels, predictions }, at) =>
      together(group, labels, predictions, groups[at]!.measure)
    )
    const valued = groups.filter((group) => group.measure.value !== null).length
    const mean = row("all", rows.labels.length, n, measure, () => GroupedMean.prepare(metric, rows, reading))
    const note = MetricTable.notes(
      mean.note ?? `mean over ${valued} of ${groups.length} groups, weighted by rows`,
      without,
      Metric.entering(metric, rows.labels).note
    )
    return [...perGroup, { ...mean, note }]
  })
