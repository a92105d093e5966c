/** Scores of the variants of a window table, window by window: both alleles through the model, then the scorers. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import { groupBy } from "../core/GroupBy.ts"
import type { Fasta } from "../genome/Fasta.ts"
import type { Gene } from "../genome/Gene.ts"
import * as Variant from "../genome/Variant.ts"
import type { Unscored, Window } from "../genome/Window.ts"
import * as Architecture from "../model/Architecture.ts"
import type { ModelFailure } from "../model/ModelError.ts"
import * as Orientation from "../model/Orientation.ts"
import type { Edit, Organism, Output, Prediction, SequenceModel } from "../model/SequenceModel.ts"
import type { Track } from "../model/Track.ts"
import { centreMask } from "./CentreMask.ts"
import { geneMask } from "./GeneMask.ts"
import type { Scorer, Scoring } from "./Scorer.ts"
import type { Score } from "./ScoreTable.ts"

export const scorers = { gene_lfc: geneMask, centre_mask: centreMask } as const satisfies Record<string, Scorer>
export type ScorerName = keyof typeof scorers

export interface Options {
  readonly organism: Organism
  readonly averageStrands: boolean
  readonly scorers: ReadonlyArray<ScorerName>
  /** Base pairs. */
  readonly centreWidth: number
  /** Only tracks of these groups; all when undefined. */
  readonly groups: ReadonlyArray<string> | undefined
}

export interface Sources {
  readonly model: SequenceModel
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

/** What a scorer makes of one output. */
interface PlannedScoring extends Scoring {
  readonly scorer: ScorerName
  readonly output: string
}

interface Planned {
  readonly window: Window & { readonly variant_id: string }
  readonly edit: Edit
  readonly alternative: string
  readonly scorings: ReadonlyArray<PlannedScoring>
}

/** Of the predictions for alternatives that are held at once. */
const maxBytes = 2 ** 28

const valuesOf = (prediction: Prediction, output: string): Float32Array => {
  const values = prediction.get(output)
  return values?.kind === "tracks" ? values.values : new Float32Array(0)
}

/** Whether the change is scored in an output at all: it has tracks that are asked for. */
const scorable = ({ kind, tracks }: Output, groups: Options["groups"]): boolean =>
  kind === "tracks" && tracks.some(({ group }) => groups?.includes(group) ?? true)

/** Scores windows of one place ({@link groupByPlace}). Never fails for a variant or gene: what cannot be scored says why. */
export const scorePlace = Effect.fnUntraced(function* (
  { model, fasta, variants, genes }: Sources,
  options: Options,
  windows: ReadonlyArray<Window>
): Effect.fn.Return<Scored, InputError | ModelFailure> {
  const { chrom, start, end, strand } = windows[0]!
  const length = end - start
  const outputs = model.info.outputs(options.organism).filter((output) => scorable(output, options.groups))
  const places = outputs.map((output) => ({
    output: output.name,
    geometry: Architecture.geometry(output, length),
    tracks: output.tracks.filter(({ group }: Track) => options.groups?.includes(group) ?? true)
  }))
  const scores: Array<Score> = []
  const unscored: Array<Unscored> = []
  const planned: Array<Planned> = []

  const named = windows.map((window) => ({ window, variant: variants.get(window.variant_id ?? "") }))
  const reach = Math.max(0, ...named.map(({ variant }) => (variant === undefined ? 0 : Variant.extension(variant))))
  const { sequence } = yield* fasta.fetch({ chrom, start, end: end + reach })
  const reference = { sequence: sequence.slice(0, length), strand }

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
    const alternative = Variant.apply(sequence, start, length, variant)
    if (alternative._tag === "Failure") {
      skip(alternative.failure)
      continue
    }
    const gene = gene_id === null ? undefined : genes.get(gene_id)
    const scorings: Array<PlannedScoring> = []
    for (const scorer of options.scorers) {
      for (const { output, geometry, tracks } of places) {
        const place = { geometry, windowStart: start, variant, gene, centreWidth: options.centreWidth, tracks }
        const scoring = scorers[scorer](place)
        if (scoring._tag === "Success") scorings.push({ ...scoring.success, scorer, output })
        else skip(`${scorer}: ${scoring.failure}`)
      }
    }
    if (scorings.length > 0) {
      const edit = { at: variant.pos - 1 - start, removed: variant.ref.length, inserted: variant.alt.length }
      planned.push({ window: { ...window, variant_id }, edit, alternative: alternative.success, scorings })
    }
  }

  const oriented = Orientation.make(model, { ...options, wants: outputs.map(({ name }) => ({ output: name })) })
  const alternatives = [...new Map(planned.map((each) => [each.alternative, each.edit]))]
  const bytes = places.reduce((sum, { geometry }) => sum + 4 * geometry.outputLength * geometry.tracks, 0)
  const step = Math.max(1, Math.floor(maxBytes / bytes))
  for (let from = 0; from < alternatives.length; from += step) {
    const part = alternatives.slice(from, from + step)
    const predicted = yield* oriented.predictVariants(
      reference,
      part.map(([sequence, edit]) => ({ sequence, edit }))
    )
    const forAlternatives = new Map(part.map(([sequence], at) => [sequence, predicted.alternatives[at]!]))
    for (const { window, alternative, scorings } of planned) {
      const forAlternative = forAlternatives.get(alternative)
      if (forAlternative === undefined) continue
      for (const { scorer, output, region, coverage, tracks, aggregate, score } of scorings) {
        const [forRef, forAlt] = [valuesOf(predicted.reference, output), valuesOf(forAlternative, output)]
        for (const { track, name, group } of tracks) {
          const ref = aggregate(forRef, track)
          const alt = aggregate(forAlt, track)
          scores.push({
            variant_id: window.variant_id,
            gene_id: window.gene_id,
            window_id: window.window_id,
            track,
            track_name: name,
            group,
            scorer,
            region,
            coverage,
            ref,
            alt,
            score: score(ref, alt)
          })
        }
      }
    }
  }
  return { scores, unscored }
})
