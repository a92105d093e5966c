import * as Effect from "effect/Effect"
import * as Ascending from "../../src/core/Ascending.ts"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import { Task } from "../../src/core/Task.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Colocalisation from "../../src/evaluation/Colocalisation.ts"
import * as GwasBenchmark from "../../src/evaluation/GwasBenchmark.ts"
import * as GwasBenchmarkMetrics from "../../src/evaluation/GwasBenchmarkMetrics.ts"
import * as GwasBenchmarkScores from "../../src/evaluation/GwasBenchmarkScores.ts"
import * as Signal from "../../src/evaluation/Signal.ts"
import * as Verdict from "../../src/evaluation/Verdict.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as Window from "../../src/genome/Window.ts"
import * as Bootstrap from "../../src/metric/Bootstrap.ts"
import * as MetricTable from "../../src/metric/MetricTable.ts"
import * as GwasFigures from "../../src/report/GwasFigures.ts"
import * as ScoreTable from "../../src/scoring/ScoreTable.ts"

/** A reason as a category: what stands in brackets or after a colon is of one signal. */
const reasonOf = (reason: string | null): string => (reason ?? "no score").split(/[(:;]/u)[0]!.trim()

export default Stage.make({
  name: "gwas-benchmark",
  version: 2,
  summary: "Compares a model with colocalisation on GWAS signals: direction, strength and coverage.",
  params: {
    ...Verdict.params("gwas-benchmark"),
    groups: Param.withDefault(Param.listOf(Schema.String), ["RNA"], "track groups whose scores are used"),
    scorer: Param.withDefault(Schema.String, "gene_lfc", "the scorer whose scores are used"),
    aggregate: Param.withDefault(
      Schema.Literals(GwasBenchmarkScores.aggregates),
      "strongest",
      "how the scores of the tracks become one: `strongest`, the one of largest size, or their `mean`"
    ),
    pp_h4_threshold: Param.withDefault(Param.Share, 0.95, "PP.H4 from which on colocalisation resolves a signal"),
    model_threshold: Param.withDefault(
      Schema.NullOr(Param.Positive),
      null,
      "|score| from which on the model resolves a signal; null calibrates it on the measured directions"
    ),
    accuracy: Param.withDefault(Param.Share, 0.8, "sign accuracy that the calibrated threshold must give"),
    strata: Param.withDefault(
      Schema.Array(Schema.Finite),
      [0.5, 0.75, 0.9, 0.95, 1],
      "ascending edges of the PP.H4 strata"
    ),
    ...Bootstrap.params
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
  check: (params) => [
    ...Verdict.check(params),
    ...(Ascending.is(params.strata) && params.strata.length > 1
      ? []
      : [{ at: "strata", message: `strata: [${params.strata.join(", ")}] must be two or more ascending edges` }])
  ],
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const unscored = yield* Effect.forEach(inputs.unscored ?? [], (table) => table.rows)
    const benchmark = yield* GwasBenchmark.evaluate(
      {
        signals: yield* inputs.signals.rows,
        scores: yield* inputs.scores.rows,
        unscored: unscored.flat(),
        colocalisations: inputs.colocalisations && (yield* inputs.colocalisations.rows),
        genes: inputs.genes && (yield* inputs.genes.rows)
      },
      {
        ...params,
        ppH4Threshold: params.pp_h4_threshold,
        modelThreshold: params.model_threshold,
        synthetic: task.synthetic
      }
    )
    const signals = yield* Account.open("signals")
    for (const { score, reason, signal_id: id } of benchmark.signals) {
      signals.take()
      if (score === null) signals.leave(reasonOf(reason), id)
      else signals.keep()
      const spelled = benchmark.respelled.get(id)
      if (spelled !== undefined) signals.note("written in another way in the scores", `${id} is ${spelled}`)
    }
    const figures = { ppH4Threshold: params.pp_h4_threshold, synthetic: task.synthetic }
    yield* outputs.signals.write(benchmark.signals)
    yield* outputs.strata.write(benchmark.strata)
    yield* outputs.coverage.write(GwasFigures.coverage(benchmark, figures))
    yield* outputs.direction.write(GwasFigures.direction(benchmark, figures))
    yield* Verdict.conclude(GwasBenchmarkMetrics.make(benchmark, params), params, outputs.metrics.write)
  })
})
