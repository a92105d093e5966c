/** How well predicted splice sites are the annotated ones. */
import * as MetricTable from "../metric/MetricTable.ts"
import type { Bases } from "../scoring/SpliceSites.ts"
import * as VariantEvaluation from "./VariantEvaluation.ts"

export interface Options {
  readonly evaluation: string
  readonly seed: number
  readonly replicates: number
}

/**
 * Top-k accuracy and average precision (area under the precision-recall curve) over all bases. `n` counts the annotated
 * sites. Bases less probable than every annotated site change neither metric: they are left out before resampling.
 */
export const evaluate = (
  subset: string,
  { labels, probabilities }: Bases,
  options: Options
): ReadonlyArray<MetricTable.Metric> => {
  let least = Infinity
  let annotated = 0
  for (const [base, label] of labels.entries()) {
    if (label === 0) continue
    annotated++
    least = Math.min(least, probabilities[base]!)
  }
  const rows = { labels: [] as Array<number>, predictions: [] as Array<number>, groups: [] }
  for (const [base, probability] of probabilities.entries()) {
    if (probability < least) continue
    rows.labels.push(labels[base]!)
    rows.predictions.push(probability)
  }
  return VariantEvaluation.evaluate(rows, {
    ...options,
    metrics: ["top_k", "average_precision"],
    grouped: false,
    oneClass: "leave_out"
  }).map((metric) => ({
    ...metric,
    subset,
    n: annotated,
    note: metric.note ?? `annotated sites, of ${labels.length.toLocaleString("en-US")} bases`
  }))
}
