/** What became of the rows of scores and labels that were put side by side. */
import * as Effect from "effect/Effect"
import * as Account from "../core/Account.ts"
import type { Evaluation } from "./Evaluation.ts"
import * as LabelKeys from "./LabelKeys.ts"
import type { Respelled } from "./ScoreColumns.ts"
import type { Missing, ScoredVariant } from "./ScoredVariants.ts"

/** Rows of a table of scores that were not put beside a label, by reason. */
export interface Unused {
  readonly reason: string
  readonly example: string
  readonly rows: number
}

export interface Scores {
  readonly rows: ReadonlyArray<ScoredVariant>
  readonly missing: ReadonlyArray<Missing>
  /** Rows of the labels that `where` does not choose. */
  readonly unchosen: number
  /** Labels whose group has one name with groups of another spelling. */
  readonly respelled: Respelled
  /** Labels without a score because the scores have their alleles in the other order: the score's key by the label's. */
  readonly opposite?: ReadonlyMap<string, string>
  /** Of a table of scores apart from the labels: its rows, and those without a use. */
  readonly scores?: { readonly rows: number; readonly unused: ReadonlyArray<Unused> }
}

export const noTarget = "the target is missing"
export const noScore = "no score"
export const noLabel = "no label"
export const notChosen = "not chosen by `where`"

/** Says what became of the rows. */
export const account = Effect.fnUntraced(function* ({ metric }: Evaluation, found: Scores) {
  const labels = yield* Account.open("labels")
  labels.take(found.rows.length + found.unchosen)
  labels.note("group written in another way", found.respelled.example, found.respelled.count)
  if (found.unchosen > 0) labels.leave(notChosen, "", found.unchosen)
  for (const { key, target, prediction } of found.rows) {
    if (target === null) labels.leave(noTarget, key)
    else if (prediction !== null) labels.keep()
    else {
      const other = found.opposite?.get(key)
      const [reason, example] =
        other === undefined ? [noScore, key] : [LabelKeys.ofLabel, `${key} is ${other} in the scores`]
      if (metric.unscored !== "zero") {
        labels.leave(reason, example)
        continue
      }
      labels.keep()
      labels.note(other === undefined ? "without a score, counted as 0" : `${reason}, counted as 0`, example)
    }
  }
  if (found.scores === undefined) return
  const scores = yield* Account.open("scores")
  scores.take(found.scores.rows)
  const unused = found.scores.unused.reduce((sum, { rows }) => sum + rows, 0)
  scores.keep(found.scores.rows - unused)
  for (const { reason, example, rows } of found.scores.unused) scores.leave(reason, example, rows)
})
