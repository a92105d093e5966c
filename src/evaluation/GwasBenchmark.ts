/**
 * GWAS signals that colocalise with an eQTL: does a model move the gene in the direction that the eQTL measured, how
 * strongly, and for how many signals does it say something where colocalisation does not?
 *
 * After the GWAS analysis of Avsec et al. (Nature 649:1206, 2026): a signal is resolved by the model when the |score| of
 * its variant for its gene reaches a threshold, and resolved by colocalisation when its PP.H4 does. The threshold is
 * calibrated: the smallest |score| from which on the model's sign agrees with the measured one often enough.
 */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as Table from "../data/Table.ts"
import type { Gene } from "../genome/Gene.ts"
import type { Unscored } from "../genome/Window.ts"
import { median } from "../metric/Median.ts"
import * as MetricTable from "../metric/MetricTable.ts"
import * as Wilson from "../metric/Wilson.ts"
import type { Score } from "../scoring/ScoreTable.ts"
import type { Colocalisation } from "./Colocalisation.ts"
import * as Scores from "./GwasBenchmarkScores.ts"
import * as Threshold from "./GwasBenchmarkThreshold.ts"
import type { Signal } from "./Signal.ts"

export const classes = ["both", "model only", "colocalisation only", "neither", "not scored"] as const
export type Class = (typeof classes)[number]

export const signalTable = {
  gwas_id: Table.string("the GWAS study"),
  dataset: Table.string("the QTL data set"),
  variant_id: Table.string("lead variant, chrom_pos_ref_alt, 1-based"),
  gene_id: Table.string("the gene"),
  gene_name: Table.nullable(Table.string("its symbol, where the gene is among the genes given")),
  pp_h4: Table.nullable(Table.number("posterior probability of one shared causal variant")),
  score: Table.nullable(Table.number("the model's score of the ALT allele, signed, over the tracks used")),
  eqtl_beta: Table.nullable(Table.number("measured effect of the ALT allele on expression")),
  agrees: Table.nullable(Table.boolean("whether both signs are the same; a score of 0 agrees with nothing")),
  class: Table.string(`${classes.join(", ")}; a signal without a score is always "not scored"`),
  rank: Table.nullable(Table.integer("rank of |score| among all scored variants, 1 = strongest; ties share the best")),
  ranked_of: Table.nullable(Table.integer("scored variants in all")),
  rank_in_gene: Table.nullable(Table.integer("rank of |score| among the scored variants of the gene")),
  ranked_in_gene_of: Table.nullable(Table.integer("scored variants of the gene")),
  resolved_by_model: Table.boolean("|score| of at least the model's threshold"),
  resolved_by_colocalisation: Table.boolean("PP.H4 of at least its threshold"),
  eqtl_sign: Table.nullable(Table.integer("sign of the measured effect, 1 or -1; missing where none was measured")),
  predicted_sign: Table.nullable(Table.integer("sign of the score: 1, -1, or 0 for a score of exactly 0")),
  abs_score: Table.nullable(Table.number("size of the score")),
  strongest_track: Table.nullable(Table.string("track with the largest |score|")),
  tracks_used: Table.integer("tracks that the score rests on"),
  region: Table.nullable(Table.string("what was scored of the gene: exons, or span where exons are unknown")),
  gene_coverage: Table.nullable(Table.number("share of the region's bases that the model predicts: the score's basis")),
  stratum: Table.string("the PP.H4 stratum of the signal"),
  reason: Table.nullable(Table.string("why there is no score")),
  synthetic: MetricTable.table.synthetic,
  signal_id: Table.string("the signal's name")
}
export type SignalRow = Table.Row<typeof signalTable>

export const strataTable = {
  stratum: Table.string("range of PP.H4; lower end included, upper end only in the last"),
  n: Table.integer("signals"),
  scored: Table.integer("signals with a score"),
  with_direction: Table.integer("distinct variant-gene pairs that have a score and a measured direction"),
  sign_accuracy: Table.nullable(Table.number("share of those pairs whose sign the model gets right")),
  low: Table.nullable(Table.number("lower end of its 95 % interval (Wilson)")),
  high: Table.nullable(Table.number("upper end of its 95 % interval (Wilson)")),
  median_abs_score: Table.nullable(Table.number("median |score| of the scored signals")),
  both: Table.integer("signals resolved by the model and by colocalisation"),
  model_only: Table.integer("signals resolved by the model only"),
  colocalisation_only: Table.integer("scored signals resolved by colocalisation only"),
  neither: Table.integer("scored signals resolved by neither"),
  not_scored: Table.integer("signals without a score"),
  synthetic: MetricTable.table.synthetic
}
export type Stratum = Table.Row<typeof strataTable>

export interface Input {
  readonly signals: ReadonlyArray<Signal>
  readonly scores: ReadonlyArray<Score>
  readonly unscored: ReadonlyArray<Unscored>
  /** PP.H4 by `trait1` = signal_id; the largest of a signal's rows counts and replaces the signal's own. */
  readonly colocalisations: ReadonlyArray<Colocalisation> | undefined
  readonly genes: ReadonlyArray<Gene> | undefined
}

export interface Options extends Scores.Options {
  readonly ppH4Threshold: number
  /** |score| from which on the model resolves a signal; null calibrates it on the measured directions. */
  readonly modelThreshold: number | null
  /** Sign accuracy that the calibrated threshold must give. */
  readonly accuracy: number
  /** Ascending edges of the PP.H4 strata. */
  readonly strata: ReadonlyArray<number>
  /** Whether anything that goes in was drawn from a seed. */
  readonly synthetic: boolean
}

/** One variant and gene with a score and a measured direction, whatever number of signals it stands for. */
export interface Pair {
  readonly variantId: string
  readonly geneId: string
  readonly score: number
  /** The measured effect of largest size where several were measured. */
  readonly measured: number
}

export interface Benchmark {
  readonly signals: ReadonlyArray<SignalRow>
  /** In order of PP.H4, then the signals without one; the last is `all`. */
  readonly strata: ReadonlyArray<Stratum>
  readonly pairs: ReadonlyArray<Pair>
  readonly threshold: Threshold.Threshold
  /** Signals whose variant or gene the scores write in another way: how, by the signal's name. */
  readonly respelled: ReadonlyMap<string, string>
}

const withoutPp = "no PP.H4"

/** The strata by name: below the first edge, between edges, above the last, and without a PP.H4. */
const stratumNames = (edges: ReadonlyArray<number>) => ({
  between: edges.slice(1).map((edge, index) => `${edges[index]} to ${edge}`),
  below: `below ${edges[0]}`,
  above: `above ${edges[edges.length - 1]}`
})

const stratumOf = (ppH4: number | null, edges: ReadonlyArray<number>): string => {
  const { between, below, above } = stratumNames(edges)
  if (ppH4 === null) return withoutPp
  if (ppH4 < edges[0]!) return below
  if (ppH4 > edges[edges.length - 1]!) return above
  const passed = edges.filter((edge) => ppH4 >= edge).length
  return between[Math.min(passed, between.length) - 1]!
}

/** Distinct variant-gene pairs: a pair counts once, with the measured effect of largest size. */
export const pairsOf = (signals: ReadonlyArray<SignalRow>): ReadonlyArray<Pair> => {
  const pairs = new Map<string, Pair>()
  for (const { variant_id, gene_id, score, eqtl_beta, eqtl_sign } of signals) {
    if (score === null || eqtl_beta === null || eqtl_sign === null) continue
    const key = Scores.keyOf(variant_id, gene_id)
    const known = pairs.get(key)
    if (known !== undefined && Math.abs(known.measured) >= Math.abs(eqtl_beta)) continue
    pairs.set(key, { variantId: variant_id, geneId: gene_id, score, measured: eqtl_beta })
  }
  return [...pairs.values()]
}

/** How many of the pairs have the measured sign; those of a measured effect of 0 have none to predict. */
export const signAccuracy = (pairs: ReadonlyArray<Pair>): Wilson.Proportion => {
  const signed = pairs.filter(({ measured }) => measured !== 0)
  return Wilson.proportion(
    signed.filter(({ score, measured }) => Math.sign(score) === Math.sign(measured)).length,
    signed.length
  )
}

const stratum = (name: string, rows: ReadonlyArray<SignalRow>, synthetic: boolean): Stratum => {
  const of = (wanted: Class) => rows.filter((row) => row.class === wanted).length
  const accuracy = signAccuracy(pairsOf(rows))
  return {
    stratum: name,
    n: rows.length,
    scored: rows.length - of("not scored"),
    with_direction: accuracy.n,
    sign_accuracy: accuracy.value,
    low: accuracy.low,
    high: accuracy.high,
    median_abs_score: median(rows.flatMap(({ abs_score }) => abs_score ?? [])),
    both: of("both"),
    model_only: of("model only"),
    colocalisation_only: of("colocalisation only"),
    neither: of("neither"),
    not_scored: of("not scored"),
    synthetic
  }
}

const check = Effect.fnUntraced(function* ({ signals, colocalisations }: Input) {
  const seen = new Map<string, number>()
  for (const [index, { signal_id }] of signals.entries()) {
    const before = seen.get(signal_id)
    if (before !== undefined) {
      return yield* new InputError({
        message: `signals: rows ${before + 1} and ${index + 1} are both named '${signal_id}'`,
        hint: "a signal_id names one signal"
      })
    }
    seen.set(signal_id, index)
  }
  if (colocalisations !== undefined && colocalisations.length > 0 && signals.length > 0) {
    if (!colocalisations.some(({ trait1 }) => seen.has(trait1))) {
      return yield* new InputError({
        message: `colocalisations: no trait1 is a signal_id; the first is '${colocalisations[0]!.trait1}'`,
        hint: `the first signal_id is '${signals[0]!.signal_id}'`
      })
    }
  }
})

const bestPpH4 = (colocalisations: ReadonlyArray<Colocalisation>): ReadonlyMap<string, number> => {
  const best = new Map<string, number>()
  for (const { trait1, pp_h4 } of colocalisations) best.set(trait1, Math.max(pp_h4, best.get(trait1) ?? 0))
  return best
}

/** Every signal gets exactly one row, scored or not. */
export const evaluate = Effect.fnUntraced(function* (
  input: Input,
  options: Options
): Effect.fn.Return<Benchmark, InputError> {
  yield* check(input)
  const scores = yield* Scores.make(input, options)
  const ppH4 = bestPpH4(input.colocalisations ?? [])
  const names = new Map(input.genes?.map((gene) => [gene.gene_id, gene.gene_name]))
  const respelled = new Map<string, string>()
  const scored = input.signals.map((signal) => {
    const found = scores.find(signal.variant_id, signal.gene_id)
    if (found.spelled !== null) respelled.set(signal.signal_id, found.spelled)
    const measured = signal.eqtl_beta
    const eqtlSign = measured === null || !(Math.abs(measured) > 0) ? null : Math.sign(measured)
    const predictedSign = found.score === null ? null : Math.sign(found.score)
    const posterior = ppH4.get(signal.signal_id) ?? signal.pp_h4
    const best = posterior === null || Number.isNaN(posterior) ? null : posterior
    return {
      signal_id: signal.signal_id,
      gwas_id: signal.gwas_id,
      dataset: signal.dataset,
      variant_id: signal.variant_id,
      gene_id: signal.gene_id,
      gene_name: names.get(signal.gene_id) ?? null,
      region: found.region,
      gene_coverage: found.coverage,
      stratum: stratumOf(best, options.strata),
      pp_h4: best,
      score: found.score,
      abs_score: found.score === null ? null : Math.abs(found.score),
      strongest_track: found.strongestTrack,
      tracks_used: found.tracksUsed,
      rank: found.rank,
      ranked_of: found.rankedOf,
      rank_in_gene: found.rankInGene,
      ranked_in_gene_of: found.rankedInGeneOf,
      eqtl_beta: measured,
      eqtl_sign: eqtlSign,
      predicted_sign: predictedSign,
      agrees: eqtlSign === null || predictedSign === null ? null : eqtlSign === predictedSign,
      resolved_by_model: false,
      resolved_by_colocalisation: best !== null && best >= options.ppH4Threshold,
      class: "not scored" as string,
      reason: found.reason,
      synthetic: options.synthetic
    }
  })
  const pairs = pairsOf(scored)
  const threshold = yield* Threshold.make(pairs, options)
  const signals = scored.map((row): SignalRow => {
    if (row.abs_score === null) return row
    const model = threshold.value !== null && row.abs_score >= threshold.value
    const byBoth: Class = model ? "both" : "colocalisation only"
    const byOne: Class = model ? "model only" : "neither"
    return { ...row, resolved_by_model: model, class: row.resolved_by_colocalisation ? byBoth : byOne }
  })
  const { below, between, above } = stratumNames(options.strata)
  const strata = [below, ...between, above, withoutPp]
    .map((name) =>
      stratum(
        name,
        signals.filter((row) => row.stratum === name),
        options.synthetic
      )
    )
    .filter(({ stratum: name, n }) => n > 0 || between.includes(name))
  return { signals, strata: [...strata, stratum("all", signals, options.synthetic)], pairs, threshold, respelled }
})
