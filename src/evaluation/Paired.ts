/** The difference of two models on the rows that both have, with the interval that the rows' own resamples give it. */
import { groupBy } from "../core/GroupBy.ts"
import * as Join from "../data/table/Join.ts"
import * as Bootstrap from "../metric/Bootstrap.ts"
import * as Basis from "./Basis.ts"
import type { DifferenceResult } from "./BenchmarkTables.ts"
import * as Caveats from "./Caveats.ts"
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

/** Of one label: its rows that enter by key, and how many of its evaluation's rows have a label. */
interface Side {
  readonly keys: ReadonlyMap<string, ScoredVariant>
  readonly find: (row: ScoredVariant) => Join.Match | undefined
  readonly unnamed: number
}

const keyOf = (row: ScoredVariant): string => Join.keyOf(ScoredVariants.parts(row))

const sideOf = (row: Row, rows: ReadonlyArray<ScoredVariant>): Side => {
  const counted = EvaluationMeasure.counted(row, rows)
  // The third row of one table need not be the third of another.
  const named = counted.filter((each) => !ScoredVariants.isUnnamed(each))
  const { formsOf } = ScoredVariants
  const { find } = Join.lookup({ keys: named.map(ScoredVariants.parts), formsOf }, formsOf)
  return {
    keys: new Map(named.map((each) => [keyOf(each), each])),
    find: (each) => find(ScoredVariants.parts(each)),
    unnamed: counted.length - named.length
  }
}

const hasBoth = ([mine, theirs]: readonly [ScoredVariant, ScoredVariant]): boolean =>
  mine.prediction !== null && theirs.prediction !== null

/** Every two of the labels, on the observations that both have, in whatever spelling. */
export const all = (
  row: Row,
  byLabel: ReadonlyMap<string, { readonly rows: ReadonlyArray<ScoredVariant> }>,
  synthetic: boolean,
  options: EvaluationMeasure.Options
): ReadonlyArray<DifferenceResult> => {
  const labels = [...byLabel.keys()]
  if (labels.length < 2) return []
  const sides = new Map(labels.map((label) => [label, sideOf(row, byLabel.get(label)!.rows)]))
  const labelledOf = (label: string) => byLabel.get(label)!.rows.filter(({ target }) => target !== null).length
  return labels.flatMap((label, at) =>
    labels.slice(at + 1).map((other): DifferenceResult => {
      const [mine, theirs] = [sides.get(label)!, sides.get(other)!]
      const found = new Map(Array.from(mine.keys.values(), (each) => [each, theirs.find(each)]))
      const turned = [...found.values()].filter((match) => match?.how === "turned").length
      const shared = Array.from(found).flatMap(([each, match]) =>
        match === undefined || match.how === "turned" ? [] : [[each, theirs.keys.get(match.key)!] as const]
      )
      // Of two labels for one observation nobody knows which is right.
      const { true: agreeing = [], false: conflicting = [] } = Object.fromEntries(
        groupBy(shared, ([a, b]) => String(a.target === b.target))
      )
      const [first, second] = ([0, 1] as const).map((which) =>
        EvaluationMeasure.rowsOf(
          row,
          agreeing.map((pair) => pair[which]),
          "prediction"
        )
      )
      const difference = of(row, first!, second!, `${row.id}/${row.metric.name}/difference`, options)
      const { value, other: theirValue, interval, n, extent } = difference
      // Rows that one of them leaves out are its to choose: they are looked for among all that have a label.
      const labelled = Math.max(labelledOf(label), labelledOf(other))
      const barred = Claim.barred(
        row,
        {
          extent: { ...extent, labelled, withoutScore: labelled - agreeing.filter(hasBoth).length },
          n,
          interval,
          copied: Caveats.isOfLabels(first!) || Caveats.isOfLabels(second!),
          unnamed: 0
        },
        "not in both"
      )
      const part = agreeing.length === 0 ? [] : (Basis.rowDifferences(row, extent) ?? [])
      const rows = (count: number, why: string) => (count === 0 ? [] : [`${Basis.count(count)} rows left out: ${why}`])
      const notes = [
        ...barred,
        ...(part.length === 0 ? [] : [`not the data that was reported: ${part.join(", ")}`]),
        ...(agreeing.length === 0 ? ["they have no row in common: are the keys written alike?"] : []),
        ...rows(conflicting.length, "their labels differ"),
        ...rows(turned, "their alleles are in the other order"),
        ...rows(Math.max(mine.unnamed, theirs.unnamed), "no column names them"),
        ...(synthetic ? ["SYNTHETIC"] : [])
      ]
      return {
        evaluation: row.id,
        metric: EvaluationMeasure.text(row),
        label,
        other,
        value,
        other_value: theirValue,
        difference: value === null || theirValue === null ? null : value - theirValue,
        low: interval?.low ?? null,
        high: interval?.high ?? null,
        n,
        positives: extent.positives,
        only_label: mine.keys.size - shared.length,
        only_other: theirs.keys.size - shared.length,
        synthetic,
        verdict:
          interval === undefined || barred.length > 0 || synthetic
            ? "measured"
            : Claim.standing(interval, row.metric.lower_is_better),
        note: Caveats.once(notes)
      }
    })
  )
}
