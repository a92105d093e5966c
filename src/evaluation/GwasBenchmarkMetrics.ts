/** The benchmark in figures: accuracy of direction, correlation with the measured effects, and coverage. */
import * as Bootstrap from "../metric/Bootstrap.ts"
import { metrics } from "../metric/Metric.ts"
import * as MetricTable from "../metric/MetricTable.ts"
import * as Wilson from "../metric/Wilson.ts"
import { signAccuracy, type Benchmark, type Pair, type SignalRow } from "./GwasBenchmark.ts"
import type { Threshold } from "./GwasBenchmarkThreshold.ts"

export interface Options {
  /** Name of the evaluation. */
  readonly evaluation: string
  readonly accuracy: number
  readonly seed: number
  /** Bootstrap replicates of the correlations. */
  readonly replicates: number
}

const nothingMeasured = "no scored signal has a measured direction"

/** How the threshold came about, for the reader of any number that rests on it. */
export const thresholdNote = ({ value, calibrated, pairs, passing }: Threshold, accuracy: number): string => {
  if (!calibrated) {
    return pairs === 0
      ? "given; not calibrated for this model: no direction was measured"
      : `given, not calibrated; ${passing} of ${pairs} measured pairs reach it`
  }
  return value === null
    ? `no threshold gives a sign accuracy of ${accuracy} on the ${pairs} measured pairs: the model resolves nothing`
    : `calibrated on these signals for a sign accuracy of ${accuracy}; ${passing} of ${pairs} measured pairs reach it`
}

const correlation = (
  pairs: ReadonlyArray<Pair>,
  metric: "pearson" | "spearman",
  { evaluation, seed, replicates }: Options
): MetricTable.Metric => {
  const measured = Float64Array.from(pairs, (pair) => pair.measured)
  const score = Float64Array.from(pairs, (pair) => pair.score)
  const { value, note } = metrics[metric].compare(measured, score)
  const interval =
    value === null
      ? undefined
      : Bootstrap.interval({
          rows: pairs.length,
          replicates,
          seed,
          label: `${evaluation}/${metric}`,
          statistic: metrics[metric].prepare(measured, score)
        })
  return MetricTable.make({
    evaluation,
    subset: "all",
    metric,
    value,
    n: pairs.length,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    note: pairs.length === 0 ? nothingMeasured : note
  })
}

const flags: ReadonlyArray<{ readonly metric: string; readonly has: (row: SignalRow) => boolean }> = [
  { metric: "coverage_model", has: (row) => row.resolved_by_model },
  { metric: "coverage_colocalisation", has: (row) => row.resolved_by_colocalisation },
  { metric: "coverage_both", has: (row) => row.resolved_by_model && row.resolved_by_colocalisation },
  { metric: "coverage_either", has: (row) => row.resolved_by_model || row.resolved_by_colocalisation }
]

/**
 * Correlations and sign accuracies count each variant-gene pair once; coverages count signals. Subset `all` is every
 * signal, `scored` those with a score, `above_threshold` those whose |score| reaches the model's threshold.
 */
export const make = ({ signals, pairs, threshold }: Benchmark, options: Options): ReadonlyArray<MetricTable.Metric> => {
  const { evaluation, accuracy } = options
  const share = (subset: string, metric: string, proportion: Wilson.Proportion, note: string | null) =>
    MetricTable.make({ evaluation, subset, metric, ...proportion, note })
  const count = (rows: ReadonlyArray<SignalRow>, has: (row: SignalRow) => boolean) =>
    Wilson.proportion(rows.filter(has).length, rows.length)
  const passing = pairs.filter(({ score }) => threshold.value !== null && Math.abs(score) >= threshold.value)
  const scored = signals.filter(({ score }) => score !== null)
  const withGene = scored.filter(({ gene_coverage }) => gene_coverage !== null)
  const unmeasured = (n: number, otherwise: string | null) =>
    pairs.length === 0 ? nothingMeasured : n === 0 ? "no measured pair reaches the threshold" : otherwise
  const byConstruction = threshold.calibrated
    ? `at least ${accuracy} by construction: the threshold was calibrated on these pairs`
    : null
  return [
    share("all", "sign_accuracy", signAccuracy(pairs), unmeasured(pairs.length, null)),
    share("above_threshold", "sign_accuracy", signAccuracy(passing), unmeasured(passing.length, byConstruction)),
    correlation(pairs, "pearson", options),
    correlation(pairs, "spearman", options),
    share(
      "all",
      "coverage_scored",
      count(signals, ({ score }) => score !== null),
      null
    ),
    ...flags.map(({ metric, has }) => share("all", metric, count(signals, has), null)),
    // The two compare like with like where scores are missing.
    ...flags.slice(0, 2).map(({ metric, has }) => share("scored", metric, count(scored, has), null)),
    share(
      "scored",
      "whole_gene",
      count(withGene, ({ gene_coverage }) => gene_coverage === 1),
      withGene.length === 0
        ? "the scores do not rest on a gene's bases"
        : "gene (exons or span) wholly in the predicted part; any other is scored on its share inside, gene_coverage"
    ),
    MetricTable.make({
      evaluation,
      subset: "all",
      metric: "threshold",
      value: threshold.value,
      n: pairs.length,
      note: thresholdNote(threshold, accuracy)
    })
  ]
}
