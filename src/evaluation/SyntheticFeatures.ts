/**
 * Made-up tables that a predictor is trained on: each feature is what one of the evaluation's scorers finds in predictions
 * that were made for it, and knows a part of the target. The best that any predictor can do follows from the law, and so
 * does what a single feature gives: a trained one must lie between.
 */
import * as Result from "effect/Result"
import * as Random from "../core/Random.ts"
import { recommended } from "../scoring/RecommendedScorers.ts"
import * as Scorers from "../scoring/Scorers.ts"
import * as ScorerSpec from "../scoring/ScorerSpec.ts"
import type { Bound } from "./BenchmarkTables.ts"
import type { Evaluation } from "./Evaluation.ts"
import * as Law from "./SyntheticLaw.ts"
import * as SyntheticLocus from "./SyntheticLocus.ts"

const rows = 480
/** Of each feature, standard deviations between the classes. */
const separation = 0.6
const positiveShare = 0.25
const errors = 4
const loci = 5
/** Tracks of each scorer where a number is learnt, of which the first of each scorer has a part in it. */
const tracks = 4
const noise = 1.5

export interface Made {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  readonly bound: Bound
}

const specsOf = ({ scoring }: Evaluation): ReadonlyArray<ScorerSpec.ScorerSpec> => {
  const named = scoring.scorers.flatMap((text) => Result.getOrElse(ScorerSpec.parse(text), () => []))
  return named.length > 0 ? named : recommended.human
}

/** A score for each track, made and found. */
const scored = (spec: ScorerSpec.ScorerSpec, latent: ReadonlyArray<number>, random: Random.Random) => {
  const wanted = latent.map((z) => (ScorerSpec.signed(spec) ? 0.4 * z : 0.2 * Math.log1p(Math.exp(z))))
  const strand = random.next() < 0.5 ? ("+" as const) : ("-" as const)
  // A gene's score is of the tracks on its strand: twice as many, of which those are kept.
  const stranded = SyntheticLocus.stranded(spec)
  const asked = stranded ? wanted.flatMap((score) => [score, score]) : wanted
  const locus = { strand, change: "snv" as const, tracks: asked.length }
  const { ref, alt } = SyntheticLocus.predictions(spec, asked, locus, random)
  const found = Result.getOrThrow(
    Result.flatMap(Scorers.plan(spec, SyntheticLocus.place(spec, locus)), (plan) => plan.score(ref, alt))
  )
  const width = found.tracks.length
  return Array.from({ length: latent.length }, (_, track) => {
    const column = stranded && width === 2 * latent.length ? 2 * track + (strand === "+" ? 0 : 1) : track
    return Math.max(...found.rows.map((_, row) => found.values[row * width + column]!))
  })
}

const nameOf = (spec: ScorerSpec.ScorerSpec): string =>
  `${ScorerSpec.label(spec)}_${spec.output ?? "all"}`.toLowerCase()

const between = (row: Evaluation, low: Law.Expectation, high: Law.Expectation, random: Law.Expectation): Bound => ({
  evaluation: row.id,
  low: low.value - errors * low.error,
  high: high.value + errors * high.error,
  random_low: random.value - errors * random.error,
  random_high: random.value + errors * random.error
})

/** One row a variant: `target`, `split` (train or test, half each) unless in folds, and a feature for each scorer. */
const classes = (row: Evaluation, seed: number): Made => {
  const random = Random.make(seed, `features/${row.id}`)
  const specs = specsOf(row)
  const folds = row.metric.over === "fold"
  const made = Array.from({ length: rows }, (_, index) => {
    const target = random.next() < positiveShare ? 1 : 0
    const features = specs.flatMap((spec) => scored(spec, [random.normal() + separation * target], random))
    const split = folds ? [] : [index % 2 === 0 ? "train" : "test"]
    return [`variant ${index + 1}`, String(target), ...split, ...features.map(String)]
  })
  const law = (d: number) => {
    const asked = folds ? rows : rows / 2
    const positives = asked * positiveShare
    return row.metric.name === "auroc"
      ? Law.auRoc(d, positives, asked - positives)
      : Law.averagePrecision(d, positiveShare, positives)
  }
  // Independent features of the same separation d: the best combination separates by d times the root of their number.
  const best = law(separation * Math.sqrt(specs.length))
  const columns = ["variant_id", "target", ...(folds ? [] : ["split"]), ...specs.map(nameOf)]
  return { columns, rows: made, bound: between(row, law(separation), best, law(0)) }
}

/** The same with a number as target and a column `locus`, within which the target is a sum of some features and noise. */
const numbers = (row: Evaluation, seed: number): Made => {
  const random = Random.make(seed, `features/${row.id}`)
  const specs = specsOf(row)
  const made = Array.from({ length: rows }, (_, index) => {
    const latent = specs.map(() => Array.from({ length: tracks }, random.normal))
    const target = latent.reduce((sum, [first]) => sum + first!, 0) + noise * random.normal()
    const features = specs.flatMap((spec, at) => scored(spec, latent[at]!, random))
    const locus = `locus ${(index % loci) + 1}`
    const split = Math.floor(index / loci) % 2 === 0 ? "train" : "test"
    return [`variant ${index + 1}`, String(target), split, locus, ...features.map(String)]
  })
  const variance = specs.length + noise * noise
  const law = (rho: number) => Law.pearson(rho, rows / 2)
  const names = specs.flatMap((spec) => Array.from({ length: tracks }, (_, track) => `${nameOf(spec)}_${track}`))
  return {
    columns: ["variant_id", "target", "split", "locus", ...names],
    rows: made,
    bound: between(row, law(1 / Math.sqrt(variance)), law(Math.sqrt(specs.length / variance)), law(0))
  }
}

export const make = (row: Evaluation, seed: number): Made =>
  row.scoring.learner === "lasso" ? numbers(row, seed) : classes(row, seed)
