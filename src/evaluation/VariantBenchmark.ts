/** The evaluations of a benchmark, measured: values with intervals, beside what was reported, and what to make of it. */
import { groupBy } from "../core/GroupBy.ts"
import * as Random from "../core/Random.ts"
import * as Bootstrap from "../metric/Bootstrap.ts"
import * as GroupedMean from "../metric/GroupedMean.ts"
import * as Improvement from "../metric/Improvement.ts"
import type { Bound, DistanceResult, GroupResult, Part, Result, StratumResult } from "./BenchmarkTables.ts"
import type { Evaluation } from "./Evaluation.ts"
import * as EvaluationMeasure from "./EvaluationMeasure.ts"
import type { ScoredVariant } from "./ScoredVariants.ts"

/** In place, so that each order is as likely (Fisher and Yates). */
const shuffle = (values: Float64Array, random: Random.Random): void => {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.int(i + 1)
    const held = values[i]!
    values[i] = values[j]!
    values[j] = held
  }
}

/** The group of a row whose table names none. */
const notStated = "not stated"

const rowsOf = (
  row: Evaluation,
  scored: ReadonlyArray<ScoredVariant>,
  score: "prediction" | "comparator"
): EvaluationMeasure.Rows => {
  const zero = row.metric.unscored === "zero"
  const kept = scored.filter((each) => each.target !== null && (zero || each[score] !== null))
  return {
    labels: Float64Array.from(kept, ({ target }) => target!),
    predictions: Float64Array.from(kept, (each) => each[score] ?? 0),
    groups: kept.map((each) => (row.metric.over === "pairs" ? each.pair : each.group) ?? notStated)
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
  reported:
    row.reported.map(({ value, where, by }) => `${value} (${by === undefined ? "" : `${by}, `}${where})`).join("; ") ||
    "none",
  published_improvement: row.improvement[0]?.value ?? null
})

const notHere = "not available here"

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
  verdict: notHere,
  note: `needs ${needs}`
})

const expectedOf = (row: Evaluation, source: string, bound: Bound | undefined, shuffled: boolean) => {
  if (bound !== undefined) return shuffled ? [bound.random_low, bound.random_high] : [bound.low, bound.high]
  if (row.expected === null || source !== (row.expected.source ?? "published") || shuffled) return undefined
  return [row.expected.value - row.expected.tolerance, row.expected.value + row.expected.tolerance]
}

const verdictOf = (
  value: number | null,
  expected: ReadonlyArray<number> | undefined,
  implied: boolean,
  improvement: number | null
): string => {
  const [low, high] = expected ?? []
  if (low !== undefined && high !== undefined) {
    const inside = value !== null && value >= low && value <= high
    return implied ? (inside ? "inside" : "outside") : inside ? "reproduced" : "differs"
  }
  if (value === null) return notHere
  return improvement === null ? "measured" : improvement >= 0 ? "above" : "below"
}

const count = (rows: number): string => rows.toLocaleString("en-US")

/** How the value stands to what was expected, and of what other model that is known. */
const comparison = ({ expected }: Evaluation, value: number | null, verdict: string): ReadonlyArray<string> => {
  if (expected === null || value === null) return []
  const whose = expected.by === undefined ? "" : `, of ${expected.by}`
  if (verdict === "differs") {
    return [`differs by ${(value - expected.value).toPrecision(3)} from ${expected.value}${whose}`]
  }
  return verdict === "reproduced" && expected.by !== undefined ? [`known of ${expected.by}: ${expected.value}`] : []
}

export interface Evaluated {
  readonly result: Result
  /** Of each tissue, locus or fold: measured when asked for. */
  readonly groups: () => ReadonlyArray<GroupResult>
}

/** One evaluation from its scored rows, all of one source. */
export const evaluate = (
  row: Evaluation,
  scored: ReadonlyArray<ScoredVariant>,
  bound: Bound | undefined,
  options: EvaluationMeasure.Options
): Evaluated => {
  const source = scored[0]?.source ?? "table"
  const rows = rowsOf(row, scored, "prediction")
  if (options.shuffle) shuffle(rows.labels, Random.make(options.seed, `shuffle/${row.id}`))
  let measured = EvaluationMeasure.of(row, rows, options)
  const flipped = row.metric.sign === "either" && (measured.measure.value ?? 0) < 0
  if (flipped) {
    for (let i = 0; i < rows.predictions.length; i++) rows.predictions[i] = -rows.predictions[i]!
    measured = EvaluationMeasure.of(row, rows, options)
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
  const other = compared(row, scored, value, options)
  const improvement =
    other === undefined || other.own === null || measured.random === null || options.shuffle
      ? null
      : Improvement.relative(other.own, other.value, measured.random, row.metric.lower_is_better)
  const expected = expectedOf(row, source, bound, options.shuffle)
  const verdict = verdictOf(value, expected, bound !== undefined, improvement)
  const withoutScore = scored.filter(({ target, prediction }) => target !== null && prediction === null).length
  const withoutLabel = scored.filter(({ target }) => target === null).length
  const notes = [
    ...(note === null ? [] : [note]),
    ...comparison(row, value, verdict),
    ...(flipped ? ["the correlation was negative: its sign depends on which allele is called the reference"] : []),
    ...(withoutScore === 0
      ? []
      : row.metric.unscored === "zero"
        ? [`rows without a score that count as 0: ${withoutScore}`]
        : [`${count(withoutScore)} of ${count(scored.length - withoutLabel)} labelled rows have no score`]),
    ...(options.shuffle ? ["labels shuffled"] : []),
    ...(source === "synthetic" ? ["SYNTHETIC"] : [])
  ]
  return {
    groups: () => groupsOf(row, rows, options),
    result: {
      ...describe(row),
      source,
      value,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      n: measured.n,
      positives: measured.positives,
      groups: measured.groups,
      without_score: withoutScore,
      without_label: withoutLabel,
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

/**
 * The other model, and what the model itself has beside it: on the rows that both have scores for where the table has the
 * other's, else as it was published.
 */
const compared = (
  row: Evaluation,
  scored: ReadonlyArray<ScoredVariant>,
  value: number | null,
  options: EvaluationMeasure.Options
) => {
  if (scored.some(({ comparator }) => comparator !== null)) {
    const both = scored.filter(({ prediction, comparator }) => prediction !== null && comparator !== null)
    const [own, other] = (["prediction", "comparator"] as const).map((score) => {
      const found = EvaluationMeasure.of(row, rowsOf(row, both, score), options).measure.value
      return found !== null && row.metric.sign === "either" ? Math.abs(found) : found
    })
    return other === null || other === undefined
      ? undefined
      : { name: "comparator of the table", value: other, own: own! }
  }
  // Rows of one line are compared with the same model, as the paper does.
  const best = row.comparators.find(({ name }) => name === row.line?.comparator) ?? row.comparators[0]
  return best === undefined || scored[0]?.source === "synthetic" ? undefined : { ...best, own: value }
}

const groupsOf = (
  row: Evaluation,
  rows: EvaluationMeasure.Rows,
  options: EvaluationMeasure.Options
): ReadonlyArray<GroupResult> => {
  const metric = EvaluationMeasure.metricOf(row)
  if (metric === undefined || row.metric.over === "pairs") return []
  if (rows.groups.every((group) => group === notStated)) return []
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

/** The evaluation in a part of its rows. */
const part = (row: Evaluation, inside: ReadonlyArray<ScoredVariant>, options: EvaluationMeasure.Options): Part => {
  const { value, low, high, n, positives, random, note } = evaluate(row, inside, undefined, options).result
  return { value, low, high, n, positives, random, note: value === null ? note : null }
}

/** The evaluation by kind of row, kinds in order of appearance. Rows whose kind is not known are left out. */
export const byStratum = (
  row: Evaluation,
  scored: ReadonlyArray<ScoredVariant>,
  options: EvaluationMeasure.Options
): ReadonlyArray<StratumResult> => {
  const known = scored.filter(({ stratum }) => stratum !== null)
  return Array.from(
    groupBy(known, ({ stratum }) => stratum!),
    ([stratum, inside]) => ({ evaluation: row.id, stratum, ...part(row, inside, options) })
  )
}

/** The evaluation by distance: [0, first edge), ..., [last edge, on). Rows whose distance is not known are left out. */
export const byDistance = (
  row: Evaluation,
  scored: ReadonlyArray<ScoredVariant>,
  edges: ReadonlyArray<number>,
  options: EvaluationMeasure.Options
): ReadonlyArray<DistanceResult> => {
  const known = scored.filter(({ distance }) => distance !== null)
  if (known.length === 0) return []
  return [0, ...edges].map((from, at) => {
    const to = edges[at] ?? null
    const inside = known.filter(({ distance }) => {
      const size = Math.abs(distance!)
      return from <= size && (to === null || size < to)
    })
    return { evaluation: row.id, from, to, ...part(row, inside, options) }
  })
}

/** Rows by evaluation, in order of appearance. */
export const byEvaluation = (rows: ReadonlyArray<ScoredVariant>): ReadonlyMap<string, ReadonlyArray<ScoredVariant>> =>
  groupBy(rows, ({ evaluation }) => evaluation)
