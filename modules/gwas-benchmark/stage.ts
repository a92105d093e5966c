import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import { InputError } from "../../src/core/Failure.ts"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"
import * as Colocalisation from "../../src/evaluation/Colocalisation.ts"
import * as GwasBenchmark from "../../src/evaluation/GwasBenchmark.ts"
import * as GwasBenchmarkMetrics from "../../src/evaluation/GwasBenchmarkMetrics.ts"
import * as GwasBenchmarkScores from "../../src/evaluation/GwasBenchmarkScores.ts"
import * as Signal from "../../src/evaluation/Signal.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as Window from "../../src/genome/Window.ts"
import * as MetricTable from "../../src/metric/MetricTable.ts"
import * as GwasFigures from "../../src/report/GwasFigures.ts"
import * as ScoreTable from "../../src/scoring/ScoreTable.ts"

const Share = Schema.Number.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 1 })))

const param = <A>(schema: Schema.Codec<A>, value: A, description: string) =>
  schema.pipe(Schema.annotate({ description }), Schema.withDecodingDefaultKey(Effect.succeed(value)))

const write = Effect.fnUntraced(function* (path: string, text: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs
    .writeFileString(path, text)
    .pipe(Effect.mapError((error) => new InputError({ message: `cannot write: ${error.message}`, file: path })))
})

export default Stage.make({
  name: "gwas-benchmark",
  version: 1,
  summary: "Compares a model with colocalisation on GWAS signals: direction, strength and coverage.",
  params: {
    groups: param(Schema.Array(Schema.String), ["RNA"], "track groups whose scores are used"),
    scorer: param(Schema.String, "gene_lfc", "the scorer whose scores are used"),
    aggregate: param(
      Schema.Literals(GwasBenchmarkScores.aggregates),
      "strongest",
      "how the scores of the tracks become one: `strongest`, the one of largest size, or their `mean`"
    ),
    pp_h4_threshold: param(Share, 0.95, "PP.H4 from which on colocalisation resolves a signal"),
    model_threshold: param(
      Schema.NullOr(Schema.Number.pipe(Schema.check(Schema.isGreaterThan(0)))),
      null,
      "|score| from which on the model resolves a signal; null calibrates it on the measured directions"
    ),
    accuracy: param(Share, 0.8, "sign accuracy that the calibrated threshold must give"),
    strata: param(Schema.Array(Schema.Number), [0.5, 0.75, 0.9, 0.95, 1], "ascending edges of the PP.H4 strata"),
    evaluation: param(Schema.String, "gwas-benchmark", "name of the evaluation in the metrics"),
    expect: param(
      Schema.Record(Schema.String, Schema.Tuple([Schema.Number, Schema.Number])),
      {},
      "what is expected: [low, high] by `subset/metric`"
    ),
    strict: param(Schema.Boolean, false, "fail when a metric is not as expected"),
    synthetic_label: param(Schema.Boolean, false, "put SYNTHETIC into the titles of the figures"),
    replicates: param(
      Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(0))),
      1000,
      "bootstrap replicates behind the intervals of the correlations"
    ),
    seed: param(Schema.Int, 1, "seed of the bootstrap")
  },
  inputs: {
    signals: Port.table(Signal.table, "GWAS signals, each with a variant, a gene and, where known, PP.H4 and effects"),
    scores: Port.table(ScoreTable.table, "the model's scores of variants"),
    unscored: Port.optional(Port.list(Port.table(Window.unscoredTable, "variants without a score, and why"))),
    colocalisations: Port.optional(
      Port.table(Colocalisation.table, "PP.H4 by trait1 = signal_id; replaces the signals' own")
    ),
    genes: Port.optional(Port.table(Gene.table, "the genes that scores were sought for"))
  },
  outputs: {
    signals: Port.table(GwasBenchmark.signalTable, "every signal with its score, rank, direction and class"),
    strata: Port.table(GwasBenchmark.strataTable, "counts and accuracy by PP.H4"),
    metrics: Port.table(MetricTable.table, "sign accuracy, correlations, coverage and the threshold"),
    coverage: Port.file("svg", "signals resolved by the model, by colocalisation, by both and by neither"),
    direction: Port.file(
      "svg",
      "predicted against measured effects, or the sizes of predictions where none is measured"
    )
  },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const unscored = yield* Effect.forEach(inputs.unscored ?? [], (table) => table.rows)
    const benchmark = yield* GwasBenchmark.evaluate(
      {
        signals: yield* inputs.signals.rows,
        scores: yield* inputs.scores.rows,
        unscored: unscored.flat(),
        colocalisations: inputs.colocalisations && (yield* inputs.colocalisations.rows),
        genes: inputs.genes && (yield* inputs.genes.rows)
      },
      { ...params, ppH4Threshold: params.pp_h4_threshold, modelThreshold: params.model_threshold }
    )
    const measured = GwasBenchmarkMetrics.make(benchmark, params)
    const metrics = MetricTable.judge(measured, params.expect)
    const figures = { ppH4Threshold: params.pp_h4_threshold, synthetic: params.synthetic_label }
    yield* outputs.signals.write(benchmark.signals)
    yield* outputs.strata.write(benchmark.strata)
    yield* outputs.metrics.write(metrics)
    yield* write(outputs.coverage.path, GwasFigures.coverage(benchmark, figures))
    yield* write(outputs.direction.path, GwasFigures.direction(benchmark, figures))
    const wrong =
      MetricTable.misfits(measured, params.expect) ?? (params.strict ? MetricTable.failureOf(metrics) : undefined)
    if (wrong !== undefined) return yield* wrong
  })
})
