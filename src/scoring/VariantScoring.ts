/** Scores of the variants of a window table, window by window: both alleles through the model, then the scorers. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import { groupBy } from "../core/GroupBy.ts"
import type { Fasta } from "../genome/Fasta.ts"
import type { Gene } from "../genome/Gene.ts"
import * as Variant from "../genome/Variant.ts"
import type { Unscored, Window } from "../genome/Window.ts"
import type { LoadedModel } from "../model/LoadedModel.ts"
import type { ModelError } from "../model/ModelError.ts"
import * as Prediction from "../model/Prediction.ts"
import { centreMask } from "./CentreMask.ts"
import { geneMask } from "./GeneMask.ts"
import type { Scorer, Scoring } from "./Scorer.ts"
import type { Score } from "./ScoreTable.ts"

export const scorers = { gene_lfc: geneMask, centre_mask: centreMask } as const satisfies Record<string, Scorer>
export type ScorerName = keyof typeof scorers

export interface Options extends Prediction.Options {
  readonly scorers: ReadonlyArray<ScorerName>
  /** Base pairs. */
  readonly centreWidth: number
  /** Only tracks of these groups; all when undefined. */
  readonly groups: ReadonlyArray<string> | undefined
}

export interface Sources {
  readonly loaded: LoadedModel
  readonly fasta: Fasta
  readonly variants: ReadonlyMap<string, Variant.Variant>
  readonly genes: ReadonlyMap<string, Gene>
}

export interface Scored {
  readonly scores: ReadonlyArray<Score>
  readonly unscored: ReadonlyArray<Unscored>
}

/** Windows at the same place share the prediction for the reference. */
export const groupByPlace = (windows: ReadonlyArray<Window>): ReadonlyArray<ReadonlyArray<Window>> => [
  ...groupBy(windows, ({ chrom, start, end, strand }) => `${chrom}:${start}-${end}:${strand}`).values()
]

interface Planned {
  readonly window: Window & { readonly variant_id: string }
  readonly alternative: string
  readonly scorings: ReadonlyArray<readonly [ScorerName, Scoring]>
}

/** Scores windows of one place ({@link groupByPlace}). Never fails for a variant or gene: what cannot be scored says why. */
export const scorePlace = Effect.fnUntraced(function* (
  { loaded, fasta, variants, genes }: Sources,
  options: Options,
  windows: ReadonlyArray<Window>
): Effect.fn.Return<Scored, InputError | ModelError> {
  const { model } = loaded
  const { chrom, start, end, strand } = windows[0]!
  const tracks = options.tracks.filter(({ group }) => options.groups?.includes(group) ?? true)
  const scores: Array<Score> = []
  const unscored: Array<Unscored> = []
  const planned: Array<Planned> = []

  const named = windows.map((window) => ({ window, variant: variants.get(window.variant_id ?? "") }))
  const reach = Math.max(0, ...named.map(({ variant }) => (variant === undefined ? 0 : Variant.extension(variant))))
  const { sequence } = yield* fasta.fetch({ chrom, start, end: end + reach })
  const reference = sequence.slice(0, model.inputLength)

  for (const { window, variant } of named) {
    const { variant_id, gene_id } = window
    if (variant_id === null) {
      return yield* new InputError({
        message: `window '${window.window_id}' names no variant`,
        hint: "make the windows with build-windows in mode variants or pairs"
      })
    }
    const skip = (reason: string) => unscored.push({ variant_id, gene_id, reason })
    if (variant === undefined) {
      skip("the variant is not in the table of variants")
      continue
    }
    if (variant.chrom !== chrom) {
      skip(`the variant lies on ${variant.chrom}, its window on ${chrom}`)
      continue
    }
    const alternative = Variant.apply(sequence, start, model.inputLength, variant)
    if (alternative._tag === "Failure") {
      skip(alternative.failure)
      continue
    }
    const gene = gene_id === null ? undefined : genes.get(gene_id)
    const place = { geometry: model, windowStart: start, variant, gene, centreWidth: options.centreWidth, tracks }
    const scorings: Array<readonly [ScorerName, Scoring]> = []
    for (const name of options.scorers) {
      const scoring = scorers[name](place)
      if (scoring._tag === "Success") scorings.push([name, scoring.success])
      else skip(`${name}: ${scoring.failure}`)
    }
    if (scorings.length > 0) {
      planned.push({ window: { ...window, variant_id }, alternative: alternative.success, scorings })
    }
  }

  // The reference goes with the first alternatives, so that a window with one variant is one batch of two.
  const sequences = [...new Set(planned.map(({ alternative }) => alternative))]
  const predicted = new Map<string, Float32Array>()
  let forReference: Float32Array | undefined
  const step = Math.max(1, loaded.batch - 1)
  for (let from = 0; from < sequences.length; from += step) {
    const part = sequences.slice(from, from + step)
    const requests = [...(forReference === undefined ? [reference] : []), ...part].map((sequence) => ({
      sequence,
      strand
    }))
    const results = yield* Prediction.predict(loaded, options, requests)
    forReference ??= results[0]!
    for (const [at, alternative] of part.entries()) {
      predicted.set(alternative, results[results.length - part.length + at]!)
    }
    for (const { window, alternative, scorings } of planned) {
      const forAlternative = predicted.get(alternative)
      if (forAlternative === undefined) continue
      for (const [scorer, scoring] of scorings) {
        for (const { track, name, group } of scoring.tracks) {
          const ref = scoring.aggregate(forReference, track)
          const alt = scoring.aggregate(forAlternative, track)
          scores.push({
            variant_id: window.variant_id,
            gene_id: window.gene_id,
            window_id: window.window_id,
            track,
            track_name: name,
            group,
            scorer,
            region: scoring.region,
            coverage: scoring.coverage,
            ref,
            alt,
            score: scoring.score(ref, alt)
          })
        }
      }
    }
    predicted.clear()
  }
  return { scores, unscored }
})
