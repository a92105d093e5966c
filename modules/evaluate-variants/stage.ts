import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Table from "../../src/data/Table.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Compared from "../../src/evaluation/Compared.ts"
import * as LabelKeys from "../../src/evaluation/LabelKeys.ts"
import * as VariantEvaluation from "../../src/evaluation/VariantEvaluation.ts"
import * as VariantJoin from "../../src/evaluation/VariantJoin.ts"
import * as Verdict from "../../src/evaluation/Verdict.ts"
import * as Bootstrap from "../../src/metric/Bootstrap.ts"
import * as GroupedMean from "../../src/metric/GroupedMean.ts"
import * as Metric from "../../src/metric/Metric.ts"
import * as MetricTable from "../../src/metric/MetricTable.ts"

export default Stage.make({
  name: "evaluate-variants",
  version: 2,
  summary: "Compares predicted with measured variant effects: correlations, ranking, direction.",
  params: {
    ...Verdict.params("variants"),
    on: Param.withDefault(
      Param.listOf(Schema.String),
      ["variant_id"],
      "columns of both tables that name what is predicted"
    ),
    prediction: Param.withDefault(Schema.String, "score", "column of the predictions"),
    label: Param.withDefault(
      Schema.String,
      "label",
      "column of the labels: a number, or for auroc and average_precision 0 or 1"
    ),
    metrics: Param.withDefault(Param.listOf(Schema.Literals(Metric.names)), ["pearson", "spearman"], "what to measure"),
    where: Param.withDefault(
      Schema.Record(Schema.String, Schema.String),
      {},
      "the rows of the predictions to use: the value they have, by column"
    ),
    aggregate: Param.withDefault(
      Schema.Literals(VariantJoin.aggregates),
      "single",
      "how several predictions of one key become one: their `mean`, `mean_abs` (of sizes), the `strongest`; `single`: there is one"
    ),
    group: Param.optional(
      Schema.String,
      "column of the labels (a tissue): measure each group, and `all` as their mean weighted by rows"
    ),
    one_class: Param.withDefault(
      Schema.Literals(GroupedMean.oneClasses),
      "leave_out",
      "a group of one class: `leave_out`, or `keep` its average precision, 1 or 0, as AlphaGenome's notebook does"
    ),
    missing: Param.withDefault(
      Schema.Literals(["leave_out", "zero"]),
      "leave_out",
      "a label without a prediction: `leave_out`, or `zero`: it counts as a prediction of 0"
    ),
    ...LabelKeys.params,
    ...Bootstrap.params
  },
  inputs: {
    predictions: Port.file("tsv", "predicted effects"),
    labels: Port.file("tsv", "measured effects, or classes")
  },
  outputs: {
    metrics: Port.table(MetricTable.table, "the metrics, with 95 % bootstrap intervals"),
    unmatched: Port.table(VariantJoin.unmatchedTable, "rows of either table that count for nothing, and why")
  },
  check: (params) => {
    const { metrics, group } = params
    return Verdict.check(
      params,
      (metric, subset) => metrics.some((each) => each === metric) && (group !== undefined || subset === "all"),
      `names are ${group === undefined ? "all" : "all or a group"}/metric, of: ${metrics.join(", ")}`
    )
  },
  columns: ({ on, prediction, label, where, group }) => [
    ...["predictions", "labels"].flatMap((input) =>
      on.map((column, index) => ({ input, column, at: ["on", index] as const }))
    ),
    { input: "predictions", column: prediction, at: "prediction" },
    ...Object.keys(where).map((column) => ({ input: "predictions", column, at: ["where", column] as const })),
    { input: "labels", column: label, at: "label" },
    ...(group === undefined ? [] : [{ input: "labels", column: group, at: "group" }])
  ],
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const joined = yield* VariantJoin.join(
      yield* Table.readText(inputs.predictions),
      yield* Table.readText(inputs.labels),
      { ...params, group: params.group }
    )
    const rows = yield* Compared.rowsOf(joined, { missing: params.missing, grouped: params.group !== undefined })
    yield* outputs.unmatched.write(joined.unmatched)
    const coverage = VariantJoin.coverageNote(joined)
    const { one_class: oneClass } = params
    const metrics = VariantEvaluation.evaluate(rows, { ...params, oneClass, grouped: params.group !== undefined }).map(
      (metric) =>
        metric.subset !== "all" ? metric : { ...metric, note: MetricTable.notes(metric.note, coverage, rows.note) }
    )
    yield* Verdict.conclude(metrics, params, outputs.metrics.write)
  })
})
