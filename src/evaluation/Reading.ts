/** How a benchmark reads its evaluations: by which metrics, and what missing scores and groups of one class count. */
import * as Schema from "effect/Schema"
import * as Param from "../dsl/stage/Param.ts"
import * as GroupedMean from "../metric/GroupedMean.ts"
import * as Metric from "../metric/Metric.ts"
import type { Evaluation } from "./Evaluation.ts"
import * as EvaluationMeasure from "./EvaluationMeasure.ts"
import type { Row } from "./Registry.ts"

const metricNames = ["average_precision", "auc_pr", "auroc", "pearson", "spearman", "sign_accuracy"] as const

export const params = {
  metrics: Param.withDefault(
    Schema.Array(Schema.Literals(metricNames)),
    [],
    "by which metrics each evaluation is measured; none for its own. average_precision sums steps, auc_pr is the trapezoid"
  ),
  missing: Param.optional(
    Schema.Literals(["zero", "leave_out"]),
    "a labelled row without a score: `zero` counts it as a score of 0, `leave_out` does not count it; else as the evaluation says"
  ),
  one_class: Param.optional(
    Schema.Literals(GroupedMean.oneClasses),
    "a tissue, locus or fold of one class: `keep` its average precision, 1 or 0, as AlphaGenome's notebook does, or `leave_out`; else as the evaluation says"
  )
}

export interface Params {
  readonly metrics: ReadonlyArray<(typeof metricNames)[number]>
  readonly missing?: "zero" | "leave_out" | undefined
  readonly one_class?: GroupedMean.OneClass | undefined
}

/** What chance gives by another metric. */
const chance = (name: Metric.MetricName): Evaluation["metric"]["random"] =>
  name === "average_precision" || name === "auc_pr"
    ? "prevalence"
    : name === "auroc" || name === "sign_accuracy"
      ? 0.5
      : 0

/** The evaluation, once for each metric. What was reported or expected is kept where it is read in the same way. */
export const rowsOf = (row: Row, { metrics, missing, one_class }: Params): ReadonlyArray<Row> => {
  const own = row.metric.unscored === "zero" ? "zero" : "leave_out"
  const reading = missing ?? own
  const { oneClass } = EvaluationMeasure.readingOf(row)
  const groups = !EvaluationMeasure.isGrouped(row) || (one_class ?? oneClass) === oneClass
  return (metrics.length === 0 ? [row.metric.name] : metrics).map((name): Row => {
    const { unscored: _, ...metric } = row.metric
    const zero = reading === "zero" ? { unscored: "zero" as const } : {}
    const same = name === row.metric.name && reading === own && groups
    if (same) return row
    return {
      ...row,
      metric: {
        ...metric,
        ...zero,
        name,
        random: name === row.metric.name || name === "jensen_shannon" ? metric.random : chance(name)
      },
      reported: reading === own && groups ? row.reported.filter((each) => each.metric === name) : [],
      expected: null,
      comparators: [],
      improvement: [],
      line: null
    }
  })
}
