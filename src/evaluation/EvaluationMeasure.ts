/** The metric of an evaluation, over what it is to be taken: all rows, tissues, loci, folds or matched pairs. */
import type { Book } from "../core/Account.ts"
import * as GroupedMean from "../metric/GroupedMean.ts"
import { matchedPairs, resampledPairs } from "../metric/MatchedPairs.ts"
import * as Measure from "../metric/Measure.ts"
import * as Metric from "../metric/Metric.ts"
import type { Statistic } from "../metric/Resampled.ts"
import type { Evaluation } from "./Evaluation.ts"
import type { ScoredVariant } from "./ScoredVariants.ts"

export interface Options {
  readonly seed: number
  /** 0: no intervals. */
  readonly replicates: number
  /** Draws of matched pairs. */
  readonly permutations: number
  /** Labels are put in another order first: what remains is chance. */
  readonly shuffle: boolean
  /** What becomes of tissues of one class; the evaluation says, if not given. */
  readonly oneClass?: GroupedMean.OneClass | undefined
}

/** Rows that count, as arrays. */
export interface Rows {
  readonly labels: Float64Array
  readonly predictions: Float64Array
  readonly groups: ReadonlyArray<string>
}

export interface Measured {
  readonly measure: Measure.Measure
  /** Rows that enter the metric. */
  readonly n: number
  /** Of rows that do not enter it and groups without a value. */
  readonly notes: ReadonlyArray<string>
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

export const metricOf = ({ metric }: Evaluation): Metric.Metric | undefined =>
  metric.name === "jensen_shannon" ? undefined : Metric.get(metric.name)

/** How the groups of an evaluation count. */
export const readingOf = ({ metric }: Evaluation, oneClass?: GroupedMean.OneClass): GroupedMean.Reading => ({
  weights: metric.over === "tissue" ? "rows" : "alike",
  oneClass: oneClass ?? metric.one_class ?? "keep"
})

/** The metric, and over what it is taken. */
export const text = ({ metric }: Evaluation): string =>
  metric.over === "all"
    ? metric.name
    : `${metric.name}, ${metric.over === "pairs" ? "matched pairs" : `per ${metric.over}`}`

const grouped = new Set<Evaluation["metric"]["over"]>(["tissue", "locus", "fold"])

/** The group that the metric is taken over: null where the row names none. */
const groupOf = ({ metric }: Evaluation, each: ScoredVariant): string | null =>
  metric.over === "pairs" ? each.pair : each.group

/** Whether the metric is taken over tissues, loci or folds. */
export const isGrouped = ({ metric }: Evaluation): boolean => grouped.has(metric.over)

/** Whether the row must name a group and does not. */
export const homeless = (row: Evaluation, each: ScoredVariant): boolean =>
  (row.metric.over === "pairs" || isGrouped(row)) && groupOf(row, each) === null

/** Rows that can enter the metric: labelled, of a group where it is taken over groups, with a score or counted as 0. */
export const counted = (
  row: Evaluation,
  scored: ReadonlyArray<ScoredVariant>,
  score: "prediction" | "comparator" = "prediction"
): ReadonlyArray<ScoredVariant> => {
  const zero = row.metric.unscored === "zero"
  return scored.filter((each) => each.target !== null && (zero || each[score] !== null) && !homeless(row, each))
}

/** Says of each row whether it can enter the metric, and why not. */
export const account = (row: Evaluation, scored: ReadonlyArray<ScoredVariant>, book: Book): void => {
  const mute = metricOf(row)?.mute
  for (const each of scored) {
    if (each.target === null) book.leave("the target is missing", each.key)
    else if (homeless(row, each)) book.leave("no tissue, locus, fold or matched set is named", each.key)
    else if (each.prediction === null && row.metric.unscored !== "zero") book.leave("no score", each.key)
    else {
      book.keep()
      if (each.prediction === null) book.note("without a score, counted as 0", each.key)
      if (mute !== undefined && each.target === mute.label) book.note(`a label with ${mute.why}`, each.key)
    }
  }
}

export const rowsOf = (
  row: Evaluation,
  counted: ReadonlyArray<ScoredVariant>,
  score: "prediction" | "comparator"
): Rows => ({
  labels: Float64Array.from(counted, ({ target }) => target!),
  predictions: Float64Array.from(counted, (each) => each[score] ?? 0),
  groups: counted.map((each) => groupOf(row, each) ?? notStated)
})

/** The group of a row whose table names none. */
export const notStated = "not stated"

/** A label that is no class, where the metric needs classes. */
export const noClass = (row: Evaluation, labels: ArrayLike<number>): number | undefined =>
  metricOf(row)?.classes === true ? Array.from(labels).find((label) => label !== 0 && label !== 1) : undefined

const total = (labels: Float64Array): number => labels.reduce((sum, label) => sum + label, 0)

/** What is found in the rows, by the row's own metric. */
export const of = (row: Evaluation, rows: Rows, options: Options): Measured => {
  const metric = metricOf(row)
  const { over, random } = row.metric
  const count = rows.labels.length
  const odd = noClass(row, rows.labels)
  const positivesOf = (labels: Float64Array) => (metric?.classes === true && odd === undefined ? total(labels) : null)
  const nothing = (note: string): Measured => ({
    measure: Measure.undefinedBecause(note),
    n: count,
    notes: [],
    positives: positivesOf(rows.labels),
    groups: null,
    random: null,
    rows: count,
    statistic: () => () => null
  })
  if (metric === undefined) return nothing(`${row.metric.name} is not a metric of variants`)
  if (odd !== undefined) return nothing(`a label is ${odd}, neither 0 nor 1`)
  const share = (labels: Float64Array) => total(labels) / labels.length
  if (over === "pairs") {
    const sets = { labels: rows.labels, predictions: rows.predictions, sets: rows.groups }
    const drawn = { permutations: options.permutations, seed: options.seed, label: row.id }
    const found = matchedPairs(sets, drawn)
    const { measure, pairs } = found
    const alone = count - found.rows
    const prepared = () => resampledPairs(sets, { ...drawn, label: `${row.id}/sets` })
    return {
      measure,
      n: found.rows,
      notes: alone === 0 ? [] : [`${alone} rows are of sets without a positive or without a negative`],
      positives: found.positives,
      groups: pairs,
      random: 0.5,
      rows: pairs,
      statistic: prepared
    }
  }
  if (over === "tissue" || over === "locus" || over === "fold") {
    const reading = readingOf(row, options.oneClass)
    const { weights } = reading
    const { groups, measure, n, note } = GroupedMean.groupedMean(metric, rows, reading)
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
      notes: [note, Metric.entering(metric, rows.labels).note].flatMap((each) => each ?? []),
      positives: metric.classes ? members.reduce((sum, { labels }) => sum + total(labels), 0) : null,
      groups: valued.size,
      random: random === "prevalence" ? prevalence : random,
      rows: count,
      statistic: () => GroupedMean.prepare(metric, rows, reading)
    }
  }
  if (over !== "all") return nothing(`a metric over ${over} is one of tracks`)
  const { n, note } = Metric.entering(metric, rows.labels)
  return {
    measure: metric.compare(rows.labels, rows.predictions),
    n,
    notes: note === null ? [] : [note],
    positives: positivesOf(rows.labels),
    groups: null,
    random: random === "prevalence" ? share(rows.labels) : random,
    rows: count,
    statistic: () => metric.prepare(rows.labels, rows.predictions)
  }
}
