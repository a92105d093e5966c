import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"
import * as Signal from "../../src/evaluation/Signal.ts"
import * as SyntheticSignals from "../../src/evaluation/SyntheticSignals.ts"
import * as Variant from "../../src/genome/Variant.ts"
import * as ScoreTable from "../../src/scoring/ScoreTable.ts"

const count = (value: number, description: string) =>
  Schema.Int.pipe(
    Schema.check(Schema.isGreaterThan(0)),
    Schema.annotate({ description }),
    Schema.withDecodingDefaultKey(Effect.succeed(value))
  )

export default Stage.make({
  name: "synthetic-signals",
  version: 1,
  summary: "Makes up eQTL and GWAS signals whose true effects are a model's scores.",
  params: {
    seed: Schema.Int.pipe(
      Schema.annotate({ description: "seed of everything that is drawn" }),
      Schema.withDecodingDefaultKey(Effect.succeed(1))
    ),
    group: Schema.String.pipe(
      Schema.annotate({ description: "track group whose mean gene_lfc is the true effect" }),
      Schema.withDecodingDefaultKey(Effect.succeed("RNA"))
    ),
    reliability: Schema.Number.pipe(
      Schema.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMinimum: true, exclusiveMaximum: true })),
      Schema.annotate({ description: "squared correlation of the true and the measured effects, between 0 and 1" }),
      Schema.withDecodingDefaultKey(Effect.succeed(0.8))
    ),
    shared: Schema.Number.pipe(
      Schema.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
      Schema.annotate({ description: "fraction of the signals whose GWAS causal variant is that of the eQTL" }),
      Schema.withDecodingDefaultKey(Effect.succeed(0.6))
    ),
    eqtl_samples: count(50_000, "people in the eQTL study"),
    gwas_samples: count(300_000, "people in the GWAS"),
    ld_length: count(1000, "distance in bp over which the correlation of two variants falls to 1/e")
  },
  inputs: {
    scores: Port.table(ScoreTable.table, "the teacher's scores: gene_lfc of every pair"),
    variants: Port.table(Variant.variants, "the variants, for their positions"),
    pairs: Port.table(Variant.pairTable, "the variants of each gene's locus")
  },
  outputs: {
    signals: Port.table(Signal.table, "one signal a gene, at the causal variant of its eQTL; pp_h4 is not known yet"),
    eqtl: Port.table(SyntheticSignals.statisticTable, "summary statistics of the eQTL study"),
    gwas: Port.table(SyntheticSignals.statisticTable, "summary statistics of the GWAS"),
    measured: Port.table(SyntheticSignals.measuredTable, "the measured effects of the causal variants"),
    truth: Port.table(SyntheticSignals.truthTable, "what the signals were made from")
  },
  synthetic: () => true,
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const effects = yield* SyntheticSignals.trueEffects(
      yield* inputs.pairs.rows,
      yield* inputs.scores.rows,
      params.group
    )
    const made = yield* SyntheticSignals.make(yield* inputs.variants.rows, effects, {
      seed: params.seed,
      reliability: params.reliability,
      shared: params.shared,
      eqtlSamples: params.eqtl_samples,
      gwasSamples: params.gwas_samples,
      ldLength: params.ld_length
    })
    yield* outputs.signals.write(made.signals)
    yield* outputs.eqtl.write(made.eqtl)
    yield* outputs.gwas.write(made.gwas)
    yield* outputs.measured.write(made.measured)
    yield* outputs.truth.write(made.truth)
  })
})
