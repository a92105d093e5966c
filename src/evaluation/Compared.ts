/** The rows of a join that are measured, with what became of the others. */
import * as Effect from "effect/Effect"
import * as Account from "../core/Account.ts"
import * as Value from "../data/table/Value.ts"
import * as LabelKeys from "./LabelKeys.ts"
import type { Rows } from "./VariantEvaluation.ts"
import type { Joined } from "./VariantJoin.ts"

export interface Options {
  /** What a label without a prediction counts. */
  readonly missing: "zero" | "leave_out"
  /** Whether rows are measured by group: those that name none are left out. */
  readonly grouped: boolean
}

export interface Compared extends Rows {
  /** Of rows that were left out or added here; null where there are none. */
  readonly note: string | null
}

export const rowsOf = Effect.fnUntraced(function* (joined: Joined, { missing, grouped }: Options) {
  const labels = yield* Account.open("labels")
  const predictions = yield* Account.open("predictions")
  const { rows, used, turned, withoutValue, notChosen } = joined.predicted
  predictions.take(rows)
  predictions.keep(used)
  predictions.leave("not chosen by `where`", "", notChosen)
  predictions.leave("no value", "", withoutValue)
  const unused = joined.unmatched.find(({ side, reason }) => side === "prediction" && reason === "no label")
  predictions.leave("no label", unused?.key ?? "", rows - used - turned - notChosen - withoutValue)
  const opposite = joined.unmatched.find(({ side, reason }) => side === "prediction" && reason === LabelKeys.ofScore)
  predictions.leave(LabelKeys.ofScore, opposite?.key ?? "", turned)

  const zeros = missing === "zero" ? joined.unscored : []
  const all = {
    labels: [...joined.labels, ...zeros.map(({ label }) => label)],
    predictions: [...joined.predictions, ...zeros.map(() => 0)],
    groups: [...joined.groups, ...zeros.map(({ group }) => group)]
  }
  const unlabelled = joined.unmatched.filter(({ side }) => side === "label").length - joined.unscored.length
  labels.take(joined.labels.length + joined.unscored.length + unlabelled)
  labels.leave("the label is missing", "", unlabelled)
  for (const { key, reason } of joined.unscored) {
    if (missing === "leave_out") labels.leave(reason, key)
    else labels.note(`${reason}, counted as 0`, key)
  }
  const kept = [...all.labels.keys()].filter((at) => !grouped || !Value.isMissing(all.groups[at]!))
  const homeless = all.labels.length - kept.length
  labels.keep(kept.length)
  labels.leave("no group is named", "", homeless)
  const notes = [
    ...(zeros.length === 0 ? [] : [`labels without a prediction that count as 0: ${zeros.length}`]),
    ...(homeless === 0 ? [] : [`${homeless} labels name no group and are left out`])
  ]
  return {
    labels: kept.map((at) => all.labels[at]!),
    predictions: kept.map((at) => all.predictions[at]!),
    groups: kept.map((at) => all.groups[at]!),
    note: notes.length === 0 ? null : notes.join("; ")
  } satisfies Compared as Compared
})
