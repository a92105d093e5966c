import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Signal from "../../src/evaluation/Signal.ts"
import * as SyntheticSignals from "../../src/evaluation/SyntheticSignals.ts"
import * as Variant from "../../src/genome/Variant.ts"
import * as ScoreTable from "../../src/scoring/ScoreTable.ts"

export default Stage.make({
  name: "synthetic-signals",
  version: 1,
  summary: "Makes up eQTL and GWAS signals whose true effects are a model's scores.",
  params: {
    seed: Param.withDefault(Schema.Int, 1, "seed of everything that is drawn"),
    group: Param.withDefault(Schema.String, "RNA", "track group whose mean gene_lfc is the true effect"),
    reliability: Param.withDefault(
      Param.OpenShare,
      0.8,
      "squared correlation of the true and the measured effects, between 0 and 1"
    ),
    shared: Param.withDefault(
      Param.Share,
      0.6,
      "fraction of the signals whose GWAS causal variant is that of the eQTL"
    ),
    eqtl_samples: Param.withDefault(Param.Count, 50_000, "people in the eQTL study"),
    gwas_samples: Param.withDefault(Param.Count, 300_000, "people in the GWAS"),
    ld_length: Param.withDefault(
      Param.Count,
      1000,
      "distance in bp over which the correlation of two variants falls to 1/e"
    )
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
