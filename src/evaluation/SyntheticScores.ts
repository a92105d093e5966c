/**
 * Made-up rows for an evaluation: labels and the scores of two models are drawn from a law, predictions are made in which
 * the evaluation's own scorers must find those scores, and the scorers are run. What the metric must then be follows from
 * the law alone.
 */
import * as Random from "../core/Random.ts"
import { InputError } from "../core/Failure.ts"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Scores } from "../scoring/Scorer.ts"
import * as CombinedSplicing from "../scoring/CombinedSplicing.ts"
import * as Scorers from "../scoring/Scorers.ts"
import * as ScorerSpec from "../scoring/ScorerSpec.ts"
import type { Bound } from "./BenchmarkTables.ts"
import * as ElementAttribution from "./ElementAttribution.ts"
import type { Evaluation } from "./Evaluation.ts"
import type { ScoredVariant } from "./ScoredVariants.ts"
import * as Law from "./SyntheticLaw.ts"
import * as SyntheticLocus from "./SyntheticLocus.ts"

/** Rows of an evaluation; a quarter of them positive, or half for a sign. */
export const rows = 480
const share = { causality: 0.25, sign: 0.5 } as const
/** Standard deviations between the classes, or the correlation, of the model and of the other one. */
const quality = {
  classes: { better: 1.3, worse: 0.8 },
  correlation: { better: 0.7, worse: 0.5 }
} as const
const groups = 6
const errors = 4

export interface Drawn {
  readonly target: number
  /** Standard normal within a class, or overall. */
  readonly model: number
  readonly other: number
  readonly group: string | null
  readonly pair: string | null
  readonly stratum: string | null
  readonly distance: number | null
}

const isClasses = ({ metric }: Evaluation): boolean => metric.name === "average_precision" || metric.name === "auroc"

/** The model that the paper reports to lose is the worse one here, too. */
const qualityOf = (row: Evaluation) => {
  const { better, worse } = quality[isClasses(row) ? "classes" : "correlation"]
  return row.won === false ? { model: worse, other: better } : { model: better, other: worse }
}

const positiveShare = (row: Evaluation): number => (row.task === "sign" ? share.sign : share.causality)

/** Where a variant lies, whatever its label. */
const regions = ["exon", "intron", "splice region"] as const

/** Powers of ten of the base pairs between which variants lie from a gene, or a splice site. */
const reach: { readonly [F in Evaluation["family"]]?: readonly [least: number, most: number] } = {
  expression: [2, 5],
  "enhancer-gene": [3, 6],
  splicing: [0, 3]
}

/** Evenly on the logarithm, whatever the label. */
const distanceOf = ({ family }: Evaluation, random: Random.Random): number | null => {
  const [least, most] = reach[family] ?? []
  return least === undefined || most === undefined ? null : Math.round(10 ** (least + (most - least) * random.next()))
}

/** Labels and latent scores of both models. */
export const draw = (row: Evaluation, seed: number): ReadonlyArray<Drawn> => {
  const random = Random.make(seed, `synthetic/${row.id}`)
  const { model, other } = qualityOf(row)
  const every = Math.round(1 / positiveShare(row))
  return Array.from({ length: rows }, (_, index): Drawn => {
    const { over } = row.metric
    const group = over === "tissue" || over === "locus" ? `${over} ${1 + random.int(groups)}` : null
    // Positives and negatives in turn: a set of matched rows is a positive with the negatives that follow.
    const pair = over === "pairs" ? `set ${Math.floor(index / every)}` : null
    const distance = distanceOf(row, random)
    const stratum = row.family === "splicing" ? regions[random.int(regions.length)]! : null
    if (isClasses(row)) {
      const target = index % every === 0 ? 1 : 0
      return {
        target,
        model: random.normal() + model * target,
        other: random.normal() + other * target,
        group,
        pair,
        stratum,
        distance
      }
    }
    const target = random.normal()
    const correlated = (rho: number) => rho * target + Math.sqrt(1 - rho * rho) * random.normal()
    // Which allele is called the reference is not settled: the other one, here.
    const sign = row.metric.sign === "either" ? -1 : 1
    return { target, model: sign * correlated(model), other: sign * correlated(other), group, pair, stratum, distance }
  })
}

/** What the law implies of the value, and of the value of shuffled labels: four standard errors either way. */
export const bound = (row: Evaluation): Bound => {
  const { model } = qualityOf(row)
  const positives = rows * positiveShare(row)
  const expectation = (separation: number): Law.Expectation => {
    if (row.metric.over === "pairs") return Law.averagePrecision(separation, 0.5, positives)
    switch (row.metric.name) {
      case "average_precision":
        return Law.averagePrecision(separation, positiveShare(row), positives)
      case "auroc":
        return Law.auRoc(separation, positives, rows - positives)
      case "spearman":
        return Law.spearman(separation, rows)
      default:
        return Law.pearson(separation, rows)
    }
  }
  const around = ({ value, error }: Law.Expectation) => [value - errors * error, value + errors * error] as const
  const [low, high] = around(expectation(model))
  const [randomLow, randomHigh] = around(expectation(0))
  // A correlation whose sign is not settled is a size.
  const least = row.metric.sign === "either" ? 0 : randomLow
  return { evaluation: row.id, low, high, random_low: least, random_high: randomHigh }
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))
const softplus = (x: number): number => Math.log1p(Math.exp(x))

/** The scores that the tracks of a variant must have, so that combined they rise with the latent one. */
interface Recipe {
  /** For each scorer one score a track. */
  readonly wanted: (latent: number, random: Random.Random) => ReadonlyArray<ReadonlyArray<number>>
  readonly combine: (scores: ReadonlyArray<ReadonlyArray<number>>) => number
}

const finite = (values: ReadonlyArray<number>): ReadonlyArray<number> => values.filter((value) => !Number.isNaN(value))
const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length
const greatest = (values: ReadonlyArray<number>): number => Math.max(...values)
const signed = (size: number, random: Random.Random): number => (random.next() < 0.5 ? size : -size)

/** A mean and a difference that leaves it as it is. */
const spread = (value: number, random: Random.Random): ReadonlyArray<number> => {
  const by = 0.3 * value * random.next()
  return [value + by, value - by]
}

const splicing = [
  { scorer: "gene_splicing", output: "SPLICE_SITES" },
  { scorer: "gene_splicing", output: "SPLICE_SITE_USAGE" },
  { scorer: "splice_junctions", output: "SPLICE_JUNCTIONS" }
]

const composite = (scores: ReadonlyArray<ReadonlyArray<number>>): number => {
  const rows = scores.flatMap((found, at) => found.map((score) => ({ ...splicing[at]!, variant_id: "variant", score })))
  return CombinedSplicing.combine(rows).get("variant") ?? Number.NaN
}

const recipes: { readonly [combine: string]: Recipe } = {
  mean: {
    wanted: (latent, random) => [spread(0.4 * latent, random)],
    combine: ([only]) => mean(finite(only!))
  },
  mean_abs: {
    wanted: (latent, random) => [spread(0.4 * softplus(latent), random).map((size) => signed(size, random))],
    combine: ([only]) => mean(finite(only!).map(Math.abs))
  },
  matched: {
    wanted: (latent) => [[0.3 * latent, 0.3 * latent]],
    combine: ([only]) => mean(finite(only!))
  },
  composite: {
    // Between 0 and 2, of which sites and usage have no more than a half each.
    wanted: (latent, random) => {
      const whole = 2 * logistic(latent)
      const [sites, usage] = [0.25 * random.next() * whole, 0.25 * random.next() * whole]
      const parts = [sites, usage, 5 * (whole - sites - usage)]
      return parts.map((part) => [part, part * random.next()])
    },
    combine: composite
  }
}

/** `mean` of scores without a sign. */
const unsignedMean: Recipe = {
  wanted: (latent, random) => [spread(0.4 * softplus(latent), random)],
  combine: recipes["mean"]!.combine
}

/** Matched, for causality: the size counts. */
const matchedSize: Recipe = {
  wanted: (latent, random) => {
    const size = signed(0.3 * softplus(latent), random)
    return [[size, size]]
  },
  combine: ([only]) => Math.abs(mean(finite(only!)))
}

const recipeOf = (row: Evaluation, specs: ReadonlyArray<ScorerSpec.ScorerSpec>): Recipe | undefined =>
  row.scoring.combine === "matched" && row.task === "causality"
    ? matchedSize
    : row.scoring.combine === "mean" && specs.every((spec) => !ScorerSpec.signed(spec))
      ? unsignedMean
      : recipes[row.scoring.combine]

/** Scores of the first row, or over all rows of a scorer that has one a junction. */
const scoresOf = ({ rows, tracks, values }: Scores): ReadonlyArray<number> =>
  tracks.map((_, track) => greatest(rows.map((_, at) => values[at * tracks.length + track]!).map(orLeast)))

const orLeast = (value: number): number => (Number.isNaN(value) ? -Infinity : value)

const gradientLength = 16_384

/** A gradient of mean size about 1 with more, or less, of it at the element. */
const attributed = (latent: number, random: Random.Random): number => {
  const wanted = 0.5 + 4 * logistic(latent)
  const width = 2400
  // (1 + a) / (1 + a width / length) = wanted.
  const more = (wanted - 1) / (1 - (wanted * width) / gradientLength)
  const centre = width / 2 + random.int(gradientLength - width)
  const gradient = Float64Array.from({ length: gradientLength }, (_, i) =>
    signed(Math.abs(i + 0.5 - centre) < width / 2 ? 1 + more : 1, random)
  )
  return ElementAttribution.score(gradient, centre)
}

/** The rows of one evaluation, through its own scorers. */
export const make = Effect.fnUntraced(function* (row: Evaluation, seed: number) {
  const random = Random.make(seed, `predictions/${row.id}`)
  const score = row.scoring.combine === "attribution" ? attributed : yield* scored(row)
  const made: Array<ScoredVariant> = []
  for (const [index, { target, model, other, group, pair, stratum, distance }] of draw(row, seed).entries()) {
    made.push({
      evaluation: row.id,
      key: `variant ${index + 1}`,
      group,
      pair,
      stratum,
      distance,
      target,
      prediction: score(model, random, index),
      comparator: score(other, random, index),
      synthetic: true
    })
  }
  return made as ReadonlyArray<ScoredVariant>
})

const scored = Effect.fnUntraced(function* (row: Evaluation) {
  const specs = row.scoring.scorers.flatMap((text) => Result.getOrElse(ScorerSpec.parse(text), () => []))
  const recipe = recipeOf(row, specs)
  if (recipe === undefined || specs.length === 0 || specs.length !== row.scoring.scorers.length) {
    return yield* new InputError({
      message: `${row.id}: nothing can be made up for ${row.scoring.scorers.join(", ")} (${row.scoring.combine})`,
      hint: "give scores for it, or choose others with `only`"
    })
  }
  const changes = row.id.includes("indel") ? (["insertion", "deletion"] as const) : (["snv"] as const)
  return (latent: number, random: Random.Random, index: number): number => {
    const locus: SyntheticLocus.Locus = {
      strand: random.next() < 0.5 ? "+" : "-",
      change: changes[index % changes.length]!,
      tracks: 2
    }
    const wanted = recipe.wanted(latent, random)
    return recipe.combine(
      specs.map((spec, at) => {
        const { ref, alt } = SyntheticLocus.predictions(spec, wanted[at]!, locus, random)
        const found = Result.flatMap(Scorers.plan(spec, SyntheticLocus.place(spec, locus)), (plan) =>
          plan.score(ref, alt)
        )
        return Result.isSuccess(found) ? scoresOf(found.success) : [Number.NaN]
      })
    )
  }
})
