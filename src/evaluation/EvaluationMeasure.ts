/** The metric of an evaluation, over what it is to be taken: all rows, tissues, loci, folds or matched pairs. */
import * as GroupedMean from "../metric/GroupedMean.ts"
import { matchedPairs, resampledPairs } from "../metric/MatchedPairs.ts"
import * as Measure from "../metric/Measure.ts"
import { metrics, type Metric } from "../metric/Metric.ts"
import type { Statistic } from "../metric/Resampled.ts"
import type { Evaluation } from "./Evaluation.ts"

export interface Options {
  readonly seed: number
  /** 0: no intervals. */
  readonly replicates: number
  /** Draws of matched pairs. */
  readonly permutations: number
  /** Labels are put in another order first: what remains is chance. */
  readonly shuffle: boolean
}

/** Rows that count, as arrays. */
export interface Rows {
  readonly labels: Float64Array
  readonly predictions: Float64Array
  readonly groups: ReadonlyArray<string>
}

export interface Measured {
  readonly measure: Measure.Measure
  /** Rows that the value rests on. */
  readonly n: number
  /** Rows of class 1 among them, for a metric of classes. */
  readonly positives: number | null
  /** Groups or sets that have a value; null where there are none to take the metric over. */
  readonly groups: number | null
  /** What chance gives. */
  readonly random: number | null
  /** What a bootstrap draws: rows, or matched sets. */
  readonly rows: number
  readonly statistic: () => Statistic
}

export const metricOf = ({ metric }: Evaluation): Metric | undefined =>
  metric.name === "jensen_shannon" ? undefined : metrics[metric.name]

const total = (labels: Float64Array): number => labels.reduce((sum, label) => sum + label, 0)

/** What is found in the rows, by the row's own metric. */
export const of = (row: Evaluation, rows: Rows, options: Options): Measured => {
  const metric = metricOf(row)
  const { over, random } = row.metric
  const count = rows.labels.length
  const positivesOf = (labels: Float64Array) => (metric?.classes === true ? total(labels) : null)
  const nothing = (note: string): Measured => ({
    measure: Measure.undefinedBecause(note),
    n: count,
    positives: positivesOf(rows.labels),
    groups: null,
    random: null,
    rows: count,
    statistic: () => () => null
  })
  if (metric === undefined) return nothing(`${row.metric.name} is not a metric of variants`)
  const share = (labels: Float64Array) => total(labels) / labels.length
  if (over === "pairs") {
    const sets = { labels: rows.labels, predictions: rows.predictions, sets: rows.groups }
    const drawn = { permutations: options.permutations, seed: options.seed, label: row.id }
    const { measure, pairs } = matchedPairs(sets, drawn)
    const prepared = () => resampledPairs(sets, { ...drawn, label: `${row.id}/sets` })
    return {
      measure,
      n: count,
      positives: positivesOf(rows.labels),
      groups: pairs,
      random: 0.5,
      rows: pairs,
      statistic: prepared
    }
  }
  if (over === "tissue" || over === "locus" || over === "fold") {
    const weights = over === "tissue" ? "rows" : "alike"
    const { groups, measure, n } = GroupedMean.groupedMean(metric, rows, weights)
    const valued = new Set(groups.filter((group) => group.measure.value !== null).map(({ group }) => group))
    const members = GroupedMean.members(rows).filter(({ group }) => valued.has(group))
    const shares = members.map(({ labels }) => ({
      share: share(labels),
      weight: weights === "rows" ? labels.length : 1
    }))
    const weight = shares.reduce((sum, each) => sum + each.weight, 0)
    const prevalence = shares.reduce((sum, each) => sum + each.share * each.weight, 0) / weight
    return {
      measure,
      n,
      positives: metric.classes ? members.reduce((sum, { labels }) => sum + total(labels), 0) : null,
      groups: valued.size,
      random: random === "prevalence" ? prevalence : random,
      rows: count,
      statistic: () => GroupedMean.prepare(metric, rows, weights)
    }
  }
  if (over !== "all") return nothing(`a metric over ${over} is one of tracks`)
  return {
    measure: metric.compare(rows.labels, rows.predictions),
    n: count,
    positives: positivesOf(rows.labels),
    groups: null,
    random: random === "prevalence" ? share(rows.labels) : random,
    rows: count,
    statistic: () => metric.prepare(rows.labels, rows.predictions)
  }
}
