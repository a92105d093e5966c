/** The difference of two models on the rows that both have, with the interval that the rows' own resamples give it. */
import { groupBy } from "../core/GroupBy.ts"
import * as Bootstrap from "../metric/Bootstrap.ts"
import * as Basis from "./Basis.ts"
import type { DifferenceResult } from "./BenchmarkTables.ts"
import * as Claim from "./Claim.ts"
import * as EvaluationMeasure from "./EvaluationMeasure.ts"
import type { Row } from "./Registry.ts"
import * as ScoredVariants from "./ScoredVariants.ts"
import type { ScoredVariant } from "./ScoredVariants.ts"

export interface Difference {
  /** Of the first model and of the second, on the common rows. */
  readonly value: number | null
  readonly other: number | null
  readonly interval: Bootstrap.Interval | undefined
  /** Rows that enter the metric. */
  readonly n: number
  readonly extent: { readonly rows: number; readonly positives: number | null }
  readonly random: number | null
}

/** A correlation whose sign is not settled, turned so that it is positive. */
const oriented = (row: Row, rows: EvaluationMeasure.Rows, options: EvaluationMeasure.Options) => {
  const measured = EvaluationMeasure.of(row, rows, options)
  if (row.metric.sign !== "either" || (measured.measure.value ?? 0) >= 0) return measured
  const predictions = rows.predictions.map((prediction) => -prediction)
  return EvaluationMeasure.of(row, { ...rows, predictions }, options)
}

/** Of rows that are the same observations in the same order. */
export const of = (
  row: Row,
  first: EvaluationMeasure.Rows,
  second: EvaluationMeasure.Rows,
  label: string,
  options: EvaluationMeasure.Options
): Difference => {
  const [one, two] = [oriented(row, first, options), oriented(row, second, options)]
  const [value, other] = [one.measure.value, two.measure.value]
  const interval = () => {
    const [a, b] = [one.statistic(), two.statistic()]
    return Bootstrap.interval({
      rows: one.rows,
      replicates: options.replicates,
      seed: options.seed,
      label,
      statistic: (counts) => {
        const [mine, theirs] = [a(counts), b(counts)]
        return mine === null || theirs === null ? null : mine - theirs
      }
    })
  }
  return {
    value,
    other,
    interval: value === null || other === null || options.replicates === 0 ? undefined : interval(),
    n: one.n,
    extent: { rows: first.labels.length, positives: one.positives },
    random: one.random
  }
}

/** Every two of the labels, on the observations that both have. */
export const all = (
  row: Row,
  byLabel: ReadonlyMap<string, { readonly rows: ReadonlyArray<ScoredVariant> }>,
  synthetic: boolean,
  options: EvaluationMeasure.Options
): ReadonlyArray<DifferenceResult> => {
  const labels = [...byLabel.keys()]
  const rows = new Map(
    labels.map((label) => [
      label,
      new Map(
        EvaluationMeasure.counted(row, byLabel.get(label)!.rows).map((each) => [ScoredVariants.identity(each), each])
      )
    ])
  )
  return labels.flatMap((label, at) =>
    labels.slice(at + 1).map((other): DifferenceResult => {
      const [mine, theirs] = [rows.get(label)!, rows.get(other)!]
      const shared = [...mine.values()].flatMap((each) => {
        const same = theirs.get(ScoredVariants.identity(each))
        return same === undefined ? [] : [[each, same] as const]
      })
      // Of two labels for one observation nobody knows which is right.
      const { true: agreeing = [], false: conflicting = [] } = Object.fromEntries(
        groupBy(shared, ([a, b]) => String(a.target === b.target))
      )
      const pick = (which: 0 | 1) =>
        EvaluationMeasure.rowsOf(
          row,
          agreeing.map((pair) => pair[which]),
          "prediction"
        )
      const found = of(row, pick(0), pick(1), `${row.id}/${row.metric.name}/difference`, options)
      const few = Claim.fewest({ ...found.extent, n: found.n })
      const part = agreeing.length === 0 ? [] : (Basis.rowDifferences(row, found.extent) ?? [])
      const notes = [
        ...(few === undefined ? [] : [few]),
        ...(part.length === 0 ? [] : [`not the data that was reported: ${part.join(", ")}`]),
        ...(agreeing.length === 0 ? ["they have no row in common: are the keys written alike?"] : []),
        ...(conflicting.length === 0 ? [] : [`${conflicting.length} rows left out: their labels differ`])
      ]
      return {
        evaluation: row.id,
        metric: EvaluationMeasure.text(row),
        label,
        other,
        value: found.value,
        other_value: found.other,
        difference: found.value === null || found.other === null ? null : found.value - found.other,
        low: found.interval?.low ?? null,
        high: found.interval?.high ?? null,
        n: found.n,
        positives: found.extent.positives,
        only_label: mine.size - shared.length,
        only_other: theirs.size - shared.length,
        synthetic,
        verdict:
          found.interval === undefined || few !== undefined
            ? "measured"
            : Claim.standing(found.interval, row.metric.lower_is_better),
        note: notes.length === 0 ? null : notes.join("; ")
      }
    })
  )
}
