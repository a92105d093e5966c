/** One score for each variant and gene out of the scores of many tracks, and its rank among all of them. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import { groupBy } from "../core/GroupBy.ts"
import * as Join from "../data/table/Join.ts"
import type { Gene } from "../genome/Gene.ts"
import * as VariantForms from "../genome/VariantForms.ts"
import type { Unscored } from "../genome/Window.ts"
import type { Score } from "../scoring/ScoreTable.ts"

export const aggregates = ["strongest", "mean"] as const

export interface Options {
  /** Track groups that are used. */
  readonly groups: ReadonlyArray<string>
  readonly scorer: string
  /** `strongest`: the value of largest size; `mean`: the mean of the signed values. */
  readonly aggregate: (typeof aggregates)[number]
}

export interface Found {
  readonly score: number | null
  readonly region: string | null
  readonly coverage: number | null
  readonly strongestTrack: string | null
  readonly tracksUsed: number
  readonly rank: number | null
  readonly rankedOf: number | null
  readonly rankInGene: number | null
  readonly rankedInGeneOf: number | null
  /** How the scores write the variant and gene, where that is another way. */
  readonly spelled: string | null
  /** Why there is no score. */
  readonly reason: string | null
}

export interface Scores {
  readonly find: (variantId: string, geneId: string) => Found
}

/** Ids hold no tab: they come from a tab-separated table. A scorer that looks at no gene has scores for any gene. */
export const keyOf = (variantId: string, geneId: string | null): string => `${variantId}\t${geneId ?? ""}`

interface Aggregated {
  readonly geneId: string | null
  readonly score: number
  readonly region: string | null
  readonly coverage: number | null
  readonly strongestTrack: string
  readonly tracksUsed: number
}

const aggregate = (rows: ReadonlyArray<Score>, how: Options["aggregate"]): Aggregated => {
  // The first of equals: the order of the table decides, so that the same table gives the same result.
  const strongest = rows.reduce((best, row) => (Math.abs(row.score) > Math.abs(best.score) ? row : best))
  return {
    geneId: strongest.gene_id,
    score: how === "strongest" ? strongest.score : rows.reduce((sum, row) => sum + row.score, 0) / rows.length,
    region: strongest.region,
    coverage: strongest.coverage,
    strongestTrack: strongest.track_name,
    tracksUsed: new Set(rows.map(({ track }) => track)).size
  }
}

/** Sizes, largest first; the rank of one is one more than the number of larger ones. */
const ranking = (all: Iterable<Aggregated>) => {
  const sizes = Float64Array.from(all, ({ score }) => -Math.abs(score)).sort()
  return (score: number): number => {
    const wanted = -Math.abs(score)
    let low = 0
    let high = sizes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (sizes[middle]! < wanted) low = middle + 1
      else high = middle
    }
    return low + 1
  }
}

const distinct = (values: ReadonlyArray<string>): string => [...new Set(values)].sort().join(", ")

const select = Effect.fnUntraced(function* (scores: ReadonlyArray<Score>, { groups, scorer }: Options) {
  const ofScorer = scores.filter((row) => row.scorer === scorer)
  if (scores.length > 0 && ofScorer.length === 0) {
    return yield* new InputError({
      message: `scores: no row is of the scorer '${scorer}'`,
      hint: `scorers in the table: ${distinct(scores.map((row) => row.scorer))}`
    })
  }
  const absent = groups.filter((group) => !ofScorer.some((row) => row.group === group))
  if (groups.length === 0 || (scores.length > 0 && absent.length > 0)) {
    return yield* new InputError({
      message: groups.length === 0 ? "groups: none is named" : `scores: no track is of the group '${absent[0]}'`,
      hint: `groups in the table: ${distinct(ofScorer.map((row) => row.group))}`
    })
  }
  return ofScorer.filter((row) => groups.includes(row.group))
})

const none: Omit<Found, "reason"> = {
  score: null,
  region: null,
  coverage: null,
  strongestTrack: null,
  tracksUsed: 0,
  rank: null,
  rankedOf: null,
  rankInGene: null,
  rankedInGeneOf: null,
  spelled: null
}

/** Of rows of one variant and gene: two that should be one, of two models say, and differ. */
const contradiction = (rows: ReadonlyArray<Score>): readonly [Score, Score] | undefined => {
  const seen = new Map<string, Score>()
  for (const row of rows) {
    const key = JSON.stringify([row.window_id, row.output, row.track, row.junction_start, row.junction_end])
    const before = seen.get(key)
    if (before !== undefined && !Object.is(before.score, row.score)) return [before, row]
    seen.set(key, row)
  }
  return undefined
}

/** Finds pairs of a variant and a gene that the scores write in another way. */
const finder = (selected: ReadonlyArray<Score>) => {
  const pairs = new Map(
    selected.map(({ variant_id: id, gene_id: gene }) => [keyOf(id, gene), [id, gene ?? ""]] as const)
  )
  const keys = new Map(Array.from(pairs, ([key, cells]) => [Join.keyOf(cells), key]))
  const formsOf = VariantForms.of(["variant_id", "gene_id"])
  const lookup = Join.lookup({ keys: pairs.values(), formsOf }, formsOf)
  return (variantId: string, geneId: string) => {
    const found = lookup.find([variantId, geneId]) ?? lookup.find([variantId, ""])
    return found === undefined ? undefined : { key: keys.get(found.key)!, shown: found.key.trimEnd(), how: found.how }
  }
}

export const make = Effect.fnUntraced(function* (
  input: {
    readonly scores: ReadonlyArray<Score>
    readonly unscored: ReadonlyArray<Unscored>
    readonly genes: ReadonlyArray<Gene> | undefined
  },
  options: Options
): Effect.fn.Return<Scores, InputError> {
  const selected = yield* select(input.scores, options)
  const byPair = groupBy(selected, (row) => keyOf(row.variant_id, row.gene_id))
  const aggregated = new Map<string, Aggregated>()
  for (const [key, rows] of byPair) {
    const [one, other] = contradiction(rows) ?? []
    if (one !== undefined && other !== undefined) {
      return yield* new InputError({
        message: `scores: two scores of ${one.variant_id} in track ${one.track_name} of window ${one.window_id}: ${one.score} and ${other.score}`,
        hint: "are the scores of two models in one table? Give each a benchmark of its own"
      })
    }
    const finite = rows.filter(({ score }) => Number.isFinite(score))
    if (finite.length > 0) aggregated.set(key, aggregate(finite, options.aggregate))
  }
  const rank = ranking(aggregated.values())
  const inGene = groupBy(aggregated.values(), ({ geneId }) => geneId ?? "")
  const rankInGene = new Map([...inGene].map(([gene, all]) => [gene, ranking(all)]))
  const genes = new Map(input.genes?.map((gene) => [gene.gene_id, gene]))
  const reasons = new Map(input.unscored.map((row) => [keyOf(row.variant_id, row.gene_id), row.reason]))

  const reasonFor = (variantId: string, geneId: string): string => {
    const pair = keyOf(variantId, geneId)
    const given = reasons.get(pair) ?? reasons.get(keyOf(variantId, null))
    if (given !== undefined) return given
    if (byPair.has(pair)) return "no score of this variant for this gene is a finite number"
    if (input.genes !== undefined && !genes.has(geneId)) return "the gene is not among the genes given"
    return "the scores have no row for this variant and gene"
  }
  const inOtherWords = finder(selected)
  return {
    find: (variantId, geneId) => {
      const exact = aggregated.get(keyOf(variantId, geneId)) ?? aggregated.get(keyOf(variantId, null))
      const other = exact === undefined ? inOtherWords(variantId, geneId) : undefined
      if (other?.how === "turned") {
        return { ...none, reason: `alleles in the other order in the scores (${other.shown})` }
      }
      const found = exact ?? (other === undefined ? undefined : aggregated.get(other.key))
      if (found === undefined) return { ...none, reason: reasonFor(variantId, geneId) }
      const gene = found.geneId ?? ""
      return {
        score: found.score,
        region: found.region ?? genes.get(geneId)?.region ?? null,
        coverage: found.coverage,
        strongestTrack: found.strongestTrack,
        tracksUsed: found.tracksUsed,
        rank: rank(found.score),
        rankedOf: aggregated.size,
        rankInGene: rankInGene.get(gene)!(found.score),
        rankedInGeneOf: inGene.get(gene)!.length,
        spelled: other?.shown ?? null,
        reason: null
      }
    }
  }
})
