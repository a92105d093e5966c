/** Scores of the variants of a window table, window by window: both alleles through the model, then the scorers. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { InputError } from "../core/Failure.ts"
import { groupBy } from "../core/GroupBy.ts"
import type { Fasta } from "../genome/Fasta.ts"
import type { GeneIndex } from "../genome/GeneIndex.ts"
import type { PolyaSite } from "../genome/PolyaSite.ts"
import * as Variant from "../genome/Variant.ts"
import type { Unscored, Window } from "../genome/Window.ts"
import type { ModelFailure } from "../model/ModelError.ts"
import * as Orientation from "../model/Orientation.ts"
import type { Edit, Organism, Output, Prediction, SequenceModel, Want } from "../model/SequenceModel.ts"
import * as Values from "../model/Values.ts"
import * as GeneRows from "./GeneRows.ts"
import type { Scores } from "./Scorer.ts"
import * as Scorers from "./Scorers.ts"
import * as ScorerSpec from "./ScorerSpec.ts"
import type { Score } from "./ScoreTable.ts"

/** A scorer and what of the model it reads. */
export interface Scoring {
  readonly spec: ScorerSpec.ScorerSpec
  readonly targets: ReadonlyArray<ScorerSpec.Target>
}

export interface Options {
  readonly organism: Organism
  readonly averageStrands: boolean
  readonly scorings: ReadonlyArray<Scoring>
}

export interface Sources {
  readonly model: SequenceModel
  readonly fasta: Fasta
  readonly variants: ReadonlyMap<string, Variant.Variant>
  readonly genes: GeneIndex
  readonly polyaSites: ReadonlyMap<string, ReadonlyArray<PolyaSite>>
}

export interface Scored {
  readonly scores: ReadonlyArray<Score>
  readonly unscored: ReadonlyArray<Unscored>
}

/** What scorers read of a model, tracks of some groups only; and why others cannot be used. */
export const resolve = (
  specs: ReadonlyArray<ScorerSpec.ScorerSpec>,
  outputs: ReadonlyArray<Output>,
  { groups, polyaSites }: { readonly groups: ReadonlyArray<string> | undefined; readonly polyaSites: boolean }
): { readonly scorings: ReadonlyArray<Scoring>; readonly refused: ReadonlyArray<string> } => {
  const scorings: Array<Scoring> = []
  const refused: Array<string> = []
  for (const spec of specs) {
    const found = ScorerSpec.targets(spec, outputs)
    if (Result.isFailure(found)) refused.push(found.failure)
    else if (spec.scorer === "polyadenylation" && !polyaSites)
      refused.push(`${spec.scorer} needs the input 'polya_sites'`)
    else {
      const targets = found.success
        .map(({ output, tracks }) => ({
          output,
          tracks: tracks.filter(({ group }) => groups?.includes(group) ?? true)
        }))
        .filter(({ tracks }) => tracks.length > 0)
      if (targets.length > 0) scorings.push({ spec, targets })
      else refused.push(`${ScorerSpec.label(spec)} reads no track of the groups ${groups!.join(", ")}`)
    }
  }
  return { scorings, refused }
}

/** Windows at the same place share the prediction for the reference. */
export const groupByPlace = (windows: ReadonlyArray<Window>): ReadonlyArray<ReadonlyArray<Window>> => [
  ...groupBy(windows, ({ chrom, start, end, strand }) => `${chrom}:${start}-${end}:${strand}`).values()
]

/** The scores of windows in their order, from those of each place. */
export function* inOrder(
  windows: ReadonlyArray<Window>,
  places: ReadonlyArray<ReadonlyArray<Window>>,
  scoresOf: (place: number) => ReadonlyArray<Score>
): Generator<Score> {
  const placeOf = new Map(places.flatMap((place, index) => place.map(({ window_id }) => [window_id, index] as const)))
  let place = -1
  let rows = new Map<string, ReadonlyArray<Score>>()
  for (const { window_id } of windows) {
    const index = placeOf.get(window_id)!
    // Windows of a place mostly follow each other.
    if (index !== place) rows = new Map(groupBy(scoresOf(index), (score) => score.window_id))
    place = index
    yield* rows.get(window_id) ?? []
  }
}

interface PlannedScoring extends Scorers.ScorerPlan {
  readonly spec: ScorerSpec.ScorerSpec
}

interface Planned {
  readonly window: Window & { readonly variant_id: string }
  readonly edit: Edit
  readonly alternative: string
  readonly scorings: ReadonlyArray<PlannedScoring>
}

/** Of the predictions for alternatives that are held at once. */
const maxBytes = 2 ** 28

/** Splice sites of each kind that a model may give. */
const sites = 512

const bytesOf = (outputs: ReadonlyMap<string, Output>, length: number, { output, tracks, regions }: Want): number => {
  const of = outputs.get(output)!
  const count = tracks?.length ?? of.tracks.length
  const places = {
    tracks: () => Values.rowCount(Values.binsOf(of, length, regions)),
    contacts: () => Values.rowCount(Values.binsOf(of, length, undefined)) ** 2,
    junctions: () => 2 * sites ** 2
  }
  return 4 * count * places[of.kind]()
}

/** The rows of a scorer's scores; none of a track of the strand opposite to its gene's, none where nothing was seen. */
const rowsOf = (
  window: Planned["window"],
  { spec, want }: PlannedScoring,
  { rows, tracks, values, ref, alt }: Scores
): ReadonlyArray<Score> =>
  rows.flatMap(({ gene, region, coverage, junction }, row) =>
    tracks.flatMap((track, column): ReadonlyArray<Score> => {
      // Polyadenylation sites of a gene are looked at in the RNA of both strands.
      const opposite = gene !== undefined && spec.scorer !== "polyadenylation" && GeneRows.isOpposite(track, gene)
      if (opposite || coverage === 0) return []
      const at = row * tracks.length + column
      return [
        {
          variant_id: window.variant_id,
          gene_id: window.gene_id ?? gene?.gene_id ?? null,
          window_id: window.window_id,
          track: track.track,
          track_name: track.name,
          group: track.group,
          scorer: ScorerSpec.label(spec),
          region: region ?? null,
          coverage: coverage ?? null,
          ref: ref?.[at] ?? null,
          alt: alt?.[at] ?? null,
          score: values[at]!,
          output: want.output,
          junction_start: junction?.start ?? null,
          junction_end: junction?.end ?? null,
          quantile: null
        }
      ]
    })
  )

/** Scores windows of one place ({@link groupByPlace}). Never fails for a variant or gene: what cannot be scored says why. */
export const scorePlace = Effect.fnUntraced(function* (
  { model, fasta, variants, genes, polyaSites }: Sources,
  options: Options,
  windows: ReadonlyArray<Window>
): Effect.fn.Return<Scored, InputError | ModelFailure> {
  const { chrom, start, end, strand } = windows[0]!
  const length = end - start
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
    const about = { window: { chrom, start, end }, variant, genes, geneId: gene_id ?? undefined, polyaSites }
    const scorings: Array<PlannedScoring> = []
    for (const { spec, targets } of options.scorings) {
      for (const target of targets) {
        const plan = Scorers.plan(spec, { ...about, ...target })
        if (plan._tag === "Success") scorings.push({ ...plan.success, spec })
        else skip(`${ScorerSpec.label(spec)}: ${plan.failure}`)
      }
    }
    if (scorings.length > 0) {
      const edit = { at: variant.pos - 1 - start, removed: variant.ref.length, inserted: variant.alt.length }
      planned.push({ window: { ...window, variant_id }, edit, alternative: alternative.success, scorings })
    }
  }

  const outputs = new Map(model.info.outputs(options.organism).map((output) => [output.name, output]))
  const byAlternative = [...groupBy(planned, ({ alternative }) => alternative)]
  const wantsOf = (part: typeof byAlternative) =>
    Scorers.mergeWants(part.flatMap(([, each]) => each.flatMap(({ scorings }) => scorings.map(({ want }) => want))))
  const bytes = wantsOf(byAlternative).reduce((sum, want) => sum + bytesOf(outputs, length, want), 0)
  // Junctions are counted among the sites of all alleles of a query: a variant's must not depend on its neighbours.
  const alone = options.scorings.some(({ spec }) => ScorerSpec.kinds[spec.scorer].reads === "junctions")
  const step = alone ? 1 : Math.max(1, Math.floor(maxBytes / Math.max(1, bytes)))
  for (let from = 0; from < byAlternative.length; from += step) {
    const part = byAlternative.slice(from, from + step)
    const oriented = Orientation.make(model, { ...options, wants: wantsOf(part) })
    const predicted = yield* oriented.predictVariants(
      reference,
      part.map(([sequence, each]) => ({ sequence, edit: each[0]!.edit }))
    )
    for (const [at, [, each]] of part.entries()) {
      const alternative: Prediction = predicted.alternatives[at]!
      for (const { window, scorings } of each) {
        for (const scoring of scorings) {
          const { output } = scoring.want
          const scored = scoring.score(predicted.reference.get(output), alternative.get(output))
          if (scored._tag === "Success") for (const row of rowsOf(window, scoring, scored.success)) scores.push(row)
          else unscored.push({ variant_id: window.variant_id, gene_id: window.gene_id, reason: scored.failure })
        }
      }
    }
  }
  return { scores, unscored }
})
