/**
 * Average precision of matched pairs: each positive stands against one negative of its own set (the same distance, the
 * same expression), so that what sets were matched for cannot help. As in AlphaGenome's paQTL evaluation: for each set
 * one of its positives and one of its negatives, drawn alike, all pairs in one list, and the mean over permutations.
 */
import { groupBy } from "../core/GroupBy.ts"
import * as Random from "../core/Random.ts"
import { averagePrecision } from "./AveragePrecision.ts"
import * as Measure from "./Measure.ts"
import type { Statistic } from "./Resampled.ts"

export interface Rows {
  /** 0 or 1. */
  readonly labels: ArrayLike<number>
  readonly predictions: ArrayLike<number>
  /** The set of each row. */
  readonly sets: ArrayLike<string>
}

export interface MatchedPairs {
  readonly measure: Measure.Measure
  /** Of each permutation, in order. */
  readonly permutations: ReadonlyArray<number>
  /** Sets with a positive and a negative: pairs of each permutation. */
  readonly pairs: number
  /** Rows of those sets, and the positives among them. */
  readonly rows: number
  readonly positives: number
}

/** Positives and negatives of each set that has both. */
const matchedSets = ({ labels, sets }: Rows) =>
  [...groupBy(Array.from(sets).keys(), (index) => sets[index]!).values()]
    .map((members) => [members.filter((i) => labels[i] === 1), members.filter((i) => labels[i] === 0)] as const)
    .filter(([positives, negatives]) => positives.length > 0 && negatives.length > 0)

/** Resamples of the sets, each with one draw of its pairs: for the bootstrap. Rows of the resample are the sets. */
export const resampledPairs = (rows: Rows, options: { readonly seed: number; readonly label: string }): Statistic => {
  const matched = matchedSets(rows)
  const random = Random.make(options.seed, options.label)
  return (counts) => {
    const [positive, negative]: [Array<number>, Array<number>] = [[], []]
    for (const [at, [positives, negatives]] of matched.entries()) {
      for (let i = 0; i < counts[at]!; i++) {
        positive.push(rows.predictions[positives[random.int(positives.length)]!]!)
        negative.push(rows.predictions[negatives[random.int(negatives.length)]!]!)
      }
    }
    const scores = [...positive, ...negative]
    const labels = scores.map((_, index) => (index < positive.length ? 1 : 0))
    return averagePrecision(labels, scores).value
  }
}

export const matchedPairs = (
  { labels, predictions, sets }: Rows,
  options: { readonly permutations: number; readonly seed: number; readonly label: string }
): MatchedPairs => {
  const nothing = (note: string): MatchedPairs => ({
    measure: Measure.undefinedBecause(note),
    permutations: [],
    pairs: 0,
    rows: 0,
    positives: 0
  })
  for (let i = 0; i < labels.length; i++) {
    if (Number.isNaN(predictions[i])) return nothing("a value is NaN")
    if (labels[i] !== 0 && labels[i] !== 1) return nothing(`a label is ${labels[i]}, neither 0 nor 1`)
  }
  const matched = matchedSets({ labels, predictions, sets })
  if (matched.length === 0) return nothing("no set has a positive and a negative")
  const random = Random.make(options.seed, options.label)
  const classes = Float64Array.from({ length: 2 * matched.length }, (_, i) => (i < matched.length ? 1 : 0))
  const scores = new Float64Array(classes.length)
  const permutations = Array.from({ length: options.permutations }, () => {
    for (const [at, [positives, negatives]] of matched.entries()) {
      scores[at] = predictions[positives[random.int(positives.length)]!]!
      scores[matched.length + at] = predictions[negatives[random.int(negatives.length)]!]!
    }
    return averagePrecision(classes, scores).value!
  })
  const mean = permutations.reduce((sum, value) => sum + value, 0) / permutations.length
  const positives = matched.reduce((sum, [found]) => sum + found.length, 0)
  const rows = matched.reduce((sum, [, negatives]) => sum + negatives.length, positives)
  return { measure: Measure.of(mean), permutations, pairs: matched.length, rows, positives }
}
