/** Scores that a service computes, of the variants of a window table. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as Gene from "../genome/Gene.ts"
import type { Unscored, Window } from "../genome/Window.ts"
import type { ModelFailure } from "../model/ModelError.ts"
import type { SequenceModel, VariantScores } from "../model/SequenceModel.ts"
import * as ScorerSpec from "./ScorerSpec.ts"
import type { Score } from "./ScoreTable.ts"
import type { Options, Scored, Scoring, Sources } from "./VariantScoring.ts"

/** What of a gene each scorer looks at. */
const regions: { readonly [N in ScorerSpec.ScorerName]: string | null } = {
  centre_mask: null,
  gene_lfc: "exons",
  gene_active: "exons",
  gene_splicing: "body",
  splice_junctions: "body",
  polyadenylation: "body",
  contact_map: null
}

/** The rows of one scorer; none where it says nothing, of another gene than the window's, or of a track not asked for. */
const rowsOf = (
  { window_id, variant_id, gene_id }: Window & { readonly variant_id: string },
  { spec, targets }: Scoring,
  { rows, tracks, values, quantiles }: VariantScores
): ReadonlyArray<Score> => {
  const asked = new Set(targets.flatMap((target) => target.tracks.map(({ track }) => track)))
  return rows.flatMap(({ gene, junction }, row) =>
    tracks.flatMap((track, column): ReadonlyArray<Score> => {
      const at = row * tracks.length + column
      const id = gene === undefined ? null : Gene.withoutVersion(gene.id)
      const other = gene_id !== null && id !== null && id !== Gene.withoutVersion(gene_id)
      if (other || Number.isNaN(values[at]) || !asked.has(track.track)) return []
      return [
        {
          variant_id,
          gene_id: gene_id ?? id,
          window_id,
          track: track.track,
          track_name: track.name,
          group: track.group,
          scorer: ScorerSpec.label(spec),
          region: regions[spec.scorer],
          coverage: null,
          ref: null,
          alt: null,
          score: values[at]!,
          output: spec.output,
          junction_start: junction?.start ?? null,
          junction_end: junction?.end ?? null,
          quantile: quantiles === null || Number.isNaN(quantiles[at]) ? null : quantiles[at]!
        }
      ]
    })
  )
}

/**
 * As {@link VariantScoring.scorePlace}, by the service. A variant that it refuses says why; a service that cannot be used
 * ends the task, and what was scored before is kept.
 */
export const scorePlace = (scoreVariant: NonNullable<SequenceModel["scoreVariant"]>) =>
  Effect.fnUntraced(function* (
    { variants }: Pick<Sources, "variants">,
    { organism, scorings }: Options,
    windows: ReadonlyArray<Window>
  ): Effect.fn.Return<Scored, InputError | ModelFailure> {
    const scores: Array<Score> = []
    const unscored: Array<Unscored> = []
    for (const window of windows) {
      const { variant_id, gene_id } = window
      if (variant_id === null) {
        return yield* new InputError({
          message: `window '${window.window_id}' names no variant`,
          hint: "make the windows with build-windows in mode variants or pairs"
        })
      }
      const variant = variants.get(variant_id)
      if (variant === undefined) {
        unscored.push({ variant_id, gene_id, reason: "the variant is not in the table of variants" })
        continue
      }
      const query = { organism, window, variant, scorers: scorings.map(({ spec }) => spec) }
      const answer = yield* Effect.result(scoreVariant(query))
      if (answer._tag === "Success") {
        for (const [at, scoring] of scorings.entries()) {
          scores.push(...rowsOf({ ...window, variant_id }, scoring, answer.success[at]!))
        }
      } else {
        const { failure } = answer
        if (failure._tag !== "RemoteError" || failure.reason !== "refused") return yield* failure
        unscored.push({ variant_id, gene_id, reason: failure.message })
      }
    }
    return { scores, unscored }
  })
