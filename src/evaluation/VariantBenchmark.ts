/** The evaluations of a benchmark, measured: values with intervals, beside what was reported, and what to make of it. */
import { groupBy } from "../core/GroupBy.ts"
import * as Random from "../core/Random.ts"
import * as Bootstrap from "../metric/Bootstrap.ts"
import * as GroupedMean from "../metric/GroupedMean.ts"
import * as Improvement from "../metric/Improvement.ts"
import { matchedPairs, resampledPairs } from "../metric/MatchedPairs.ts"
import * as Measure from "../metric/Measure.ts"
import { metrics, type Metric } from "../metric/Metric.ts"
import type { Statistic } from "../metric/Resampled.ts"
import type { Bound, DistanceResult, GroupResult, Result } from "./BenchmarkTables.ts"
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
}

/** Rows that count, as arrays. */
interface Rows {
  readonly labels: Float64Array
  readonly predictions: Float64Array
  readonly groups: ReadonlyArray<string>
}

interface Measured {
  readonly measure: Measure.Measure
  readonly n: number
  readonly groups: number | null
  readonly random: number | null
  readonly rows: number
  readonly statistic: () => Statistic
}

const metricOf = ({ metric }: Evaluation): Metric | undefined =>
  metric.name === "jensen_shannon" ? undefined : metrics[metric.name]

/** What is found in the rows, by the row's own metric. */
const measureOf = (row: Evaluation, rows: Rows, options: Options): Measured => {
  const metric = metricOf(row)
  const { over, random } = row.metric
  const count = rows.labels.length
  const nothing = (note: string): Measured => ({
    measure: Measure.undefinedBecause(note),
    n: count,
    groups: null,
    random: null,
    rows: count,
    statistic: () => () => null
  })
  if (metric === undefined) return nothing(`${row.metric.name} is not a metric of variants`)
  const share = (labels: Float64Array) => labels.reduce((sum, label) => sum + label, 0) / labels.length
  if (over === "pairs") {
    const sets = { labels: rows.labels, predictions: rows.predictions, sets: rows.groups }
    const drawn = { permutations: options.permutations, seed: options.seed, label: row.id }
    const { measure, pairs } = matchedPairs(sets, drawn)
    const prepared = () => resampledPairs(sets, { ...drawn, label: `${row.id}/sets` })
    return { measure, n: count, groups: pairs, random: 0.5, rows: pairs, statistic: prepared }
  }
  if (over === "tissue" || over === "locus" || over === "fold") {
    const weights = over === "tissue" ? "rows" : "alike"
    const { groups, measure, n } = GroupedMean.groupedMean(metric, rows, weights)
    const valued = new Set(groups.filter((group) => group.measure.value !== null).map(({ group }) => group))
    const shares = GroupedMean.members(rows)
      .filter(({ group }) => valued.has(group))
      .map(({ labels }) => ({ share: share(labels), weight: weights === "rows" ? labels.length : 1 }))
    const weight = shares.reduce((sum, each) => sum + each.weight, 0)
    const prevalence = shares.reduce((sum, each) => sum + each.share * each.weight, 0) / weight
    return {
      measure,
      n,
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
    groups: null,
    random: random === "prevalence" ? share(rows.labels) : random,
    rows: count,
    statistic: () => metric.prepare(rows.labels, rows.predictions)
  }
}

/** In place, so that each order is as likely (Fisher and Yates). */
const shuffle = (values: Float64Array, random: Random.Random): void => {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.int(i + 1)
    const held = values[i]!
    values[i] = values[j]!
    values[j] = held
  }
}

const rowsOf = (row: Evaluation, scored: ReadonlyArray<ScoredVariant>, score: "prediction" | "comparator"): Rows => {
  const zero = row.metric.unscored === "zero"
  const kept = scored.filter((each) => each.target !== null && (zero || each[score] !== null))
  return {
    labels: Float64Array.from(kept, ({ target }) => target!),
    predictions: Float64Array.from(kept, (each) => each[score] ?? 0),
    groups: kept.map((each) => (row.metric.over === "pairs" ? each.pair : each.group) ?? "not stated")
  }
}

const overText = ({ metric }: Evaluation): string =>
  metric.over === "all"
    ? metric.name
    : `${metric.name}, ${metric.over === "pairs" ? "matched pairs" : `per ${metric.over}`}`

const describe = (
  row: Evaluation
): Pick<Result, "evaluation" | "title" | "metric" | "reported" | "published_improvement"> => ({
  evaluation: row.id,
  title: row.title,
  metric: overText(row),
  reported: row.reported.map(({ value, where }) => `${value} (${where})`).join("; ") || "none",
  published_improvement: row.improvement[0]?.value ?? null
})

/** A row that was asked for and has no scores. */
export const unavailable = (row: Evaluation, needs: string = row.data.needs): Result => ({
  ...describe(row),
  source: null,
  value: null,
  low: null,
  high: null,
  n: 0,
  positives: null,
  groups: null,
  without_score: 0,
  without_label: 0,
  random: null,
  comparator: row.comparators[0]?.name ?? null,
  comparator_value: row.comparators[0]?.value ?? null,
  improvement: null,
  expected_low: null,
  expected_high: null,
  verdict: "not available here",
  note: `needs ${needs}`
})

const expectedOf = (row: Evaluation, source: string, bound: Bound | undefined, shuffled: boolean) => {
  if (bound !== undefined) return shuffled ? [bound.random_low, bound.random_high] : [bound.low, bound.high]
  if (source !== "published" || row.expected === null || shuffled) return undefined
  return [row.expected.value - row.expected.tolerance, row.expected.value + row.expected.tolerance]
}

const verdictOf = (
  value: number | null,
  expected: ReadonlyArray<number> | undefined,
  source: string,
  improvement: number | null
): string => {
  const [low, high] = expected ?? []
  if (low !== undefined && high !== undefined) {
    const inside = value !== null && value >= low && value <= high
    return source === "published" ? (inside ? "reproduced" : "differs") : inside ? "inside" : "outside"
  }
  return improvement === null ? "measured" : improvement >= 0 ? "above" : "below"
}

const difference = (row: Evaluation, value: number | null, verdict: string): ReadonlyArray<string> =>
  verdict === "differs" && value !== null && row.expected !== null
    ? [`differs by ${(value - row.expected.value).toPrecision(3)} from ${row.expected.value}`]
    : []

export interface Evaluated {
  readonly result: Result
  readonly groups: ReadonlyArray<GroupResult>
}

/** One evaluation from its scored rows, all of one source. */
export const evaluate = (
  row: Evaluation,
  scored: ReadonlyArray<ScoredVariant>,
  bound: Bound | undefined,
  options: Options
): Evaluated => {
  const source = scored[0]?.source ?? "table"
  const rows = rowsOf(row, scored, "prediction")
  if (options.shuffle) shuffle(rows.labels, Random.make(options.seed, `shuffle/${row.id}`))
  let measured = measureOf(row, rows, options)
  const flipped = row.metric.sign === "either" && (measured.measure.value ?? 0) < 0
  if (flipped) {
    for (let i = 0; i < rows.predictions.length; i++) rows.predictions[i] = -rows.predictions[i]!
    measured = measureOf(row, rows, options)
  }
  const { value, note } = measured.measure
  const interval =
    value === null || options.replicates === 0
      ? undefined
      : Bootstrap.interval({
          rows: measured.rows,
          replicates: options.replicates,
          seed: options.seed,
          label: row.id,
          statistic: measured.statistic()
        })
  const other = compared(row, scored, options)
  const improvement =
    value === null || other === undefined || measured.random === null || options.shuffle
      ? null
      : Improvement.relative(value, other.value, measured.random, row.metric.lower_is_better)
  const expected = expectedOf(row, source, bound, options.shuffle)
  const verdict = verdictOf(value, expected, source, improvement)
  const withoutScore = scored.filter(({ target, prediction }) => target !== null && prediction === null).length
  const notes = [
    ...(note === null ? [] : [note]),
    ...difference(row, value, verdict),
    ...(flipped ? ["the correlation was negative: its sign depends on which allele is called the reference"] : []),
    ...(withoutScore > 0 && row.metric.unscored === "zero"
      ? [`rows without a score that count as 0: ${withoutScore}`]
      : []),
    ...(options.shuffle ? ["labels shuffled"] : []),
    ...(source === "synthetic" ? ["SYNTHETIC"] : [])
  ]
  return {
    groups: groupsOf(row, rows, options),
    result: {
      ...describe(row),
      source,
      value,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      n: measured.n,
      positives: metricOf(row)?.classes === true ? rows.labels.reduce((sum, label) => sum + label, 0) : null,
      groups: measured.groups,
      without_score: withoutScore,
      without_label: scored.filter(({ target }) => target === null).length,
      random: measured.random,
      comparator: other?.name ?? null,
      comparator_value: other?.value ?? null,
      improvement,
      expected_low: expected?.[0] ?? null,
      expected_high: expected?.[1] ?? null,
      verdict,
      note: notes.length === 0 ? null : notes.join("; ")
    }
  }
}

/** The other model: measured on the same rows where it has scores, else as it was published. */
const compared = (row: Evaluation, scored: ReadonlyArray<ScoredVariant>, options: Options) => {
  if (scored.some(({ comparator }) => comparator !== null)) {
    const { value } = measureOf(row, rowsOf(row, scored, "comparator"), options).measure
    if (value === null) return undefined
    return { name: "comparator of the table", value: row.metric.sign === "either" ? Math.abs(value) : value }
  }
  // Rows of one line are compared with the same model, as the paper does.
  const best = row.comparators.find(({ name }) => name === row.line?.comparator) ?? row.comparators[0]
  return best === undefined || scored[0]?.source === "synthetic" ? undefined : best
}

const groupsOf = (row: Evaluation, rows: Rows, options: Options): ReadonlyArray<GroupResult> => {
  const metric = metricOf(row)
  if (metric === undefined || !["tissue", "locus", "fold"].includes(row.metric.over)) return []
  const { groups } = GroupedMean.groupedMean(metric, rows)
  return GroupedMean.members(rows).map(({ group, labels, predictions }, at) => {
    const { value, note } = groups[at]!.measure
    const interval =
      value === null || options.replicates === 0
        ? undefined
        : Bootstrap.interval({
            rows: labels.length,
            replicates: options.replicates,
            seed: options.seed,
            label: `${row.id}/${group}`,
            statistic: metric.prepare(labels, predictions)
          })
    return {
      evaluation: row.id,
      group,
      value,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      n: labels.length,
      note
    }
  })
}

/** The evaluation by distance: [0, first edge), ..., [last edge, on). Rows whose distance is not known are left out. */
export const byDistance = (
  row: Evaluation,
  scored: ReadonlyArray<ScoredVariant>,
  edges: ReadonlyArray<number>,
  options: Options
): ReadonlyArray<DistanceResult> => {
  const known = scored.filter(({ distance }) => distance !== null)
  if (known.length === 0) return []
  return [0, ...edges].map((from, at) => {
    const to = edges[at] ?? null
    const inside = known.filter(({ distance }) => {
      const size = Math.abs(distance!)
      return from <= size && (to === null || size < to)
    })
    const { value, low, high, n, positives, random, note } = evaluate(row, inside, undefined, options).result
    return { evaluation: row.id, from, to, value, low, high, n, positives, random, note: value === null ? note : null }
  })
}

/** Rows by evaluation, in order of appearance. */
export const byEvaluation = (rows: ReadonlyArray<ScoredVariant>): ReadonlyMap<string, ReadonlyArray<ScoredVariant>> =>
  groupBy(rows, ({ evaluation }) => evaluation)
