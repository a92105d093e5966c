/** Keys of labels as the scores have them: the same text, or the same variant in another spelling. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { InputError } from "../core/Failure.ts"
import { Task } from "../core/Task.ts"
import * as Join from "../data/table/Join.ts"
import * as Table from "../data/Table.ts"
import * as Param from "../dsl/stage/Param.ts"
import * as VariantForms from "../genome/VariantForms.ts"

/** What becomes of a label whose alleles have changed places in the scores: its score is of the opposite change. */
export const turnings = ["leave", "turn", "error"] as const
export type Turning = (typeof turnings)[number]

export const params = {
  turned: Param.withDefault(
    Schema.Literals(turnings),
    "leave",
    "a label whose alleles have changed places in the scores: `leave` it without a score, `turn` the sign of the score, for scores that have one (alternative minus reference), or `error`"
  )
}

/** Reasons in the account: of labels, of scores, and of labels whose score was turned. */
export const ofLabel = "alleles in the other order in the scores"
export const ofScore = "alleles in the other order in the labels"
const ofTurned = "alleles turned, with the sign of the score"

export interface Keyed {
  readonly table: Table.TextTable
  /** Key columns, in the same order for labels and scores. */
  readonly on: ReadonlyArray<string>
}

export interface LabelKeys {
  readonly score: (cells: ReadonlyArray<string>) => string
  /** The key of the scores that a label has, or its own where they have none. */
  readonly label: (cells: ReadonlyArray<string>) => string
  /** 1, or -1 for a label whose alleles are turned: its score is that of the opposite change. */
  readonly sign: (cells: ReadonlyArray<string>) => 1 | -1
  /** For labels that are left without a score: the key of the scores that has their alleles in the other order. */
  readonly apart: ReadonlyMap<string, string>
}

const picker = ({ table, on }: Keyed) => {
  const places = on.map((name) => table.columns.indexOf(name))
  return (cells: ReadonlyArray<string>) => places.map((at) => cells[at]!)
}

/** A score of the opposite change; a zero has no sign. */
export const turn = (value: number, sign: 1 | -1): number => (sign === 1 || value === 0 ? value : -value)

/** Labels whose key is written in another form, and those whose alleles are turned, are counted in the account. */
export const align = Effect.fnUntraced(function* (
  labels: Keyed,
  scores: Keyed,
  turned: Turning
): Effect.fn.Return<LabelKeys, InputError, Task> {
  const [pickLabel, pickScore] = [picker(labels), picker(scores)]
  const lookup = Join.lookup(
    { keys: scores.table.rows.map(pickScore), formsOf: VariantForms.of(scores.on) },
    VariantForms.of(labels.on)
  )
  const respelled = new Map<string, string>()
  const opposite = new Set<string>()
  const apart = new Map<string, string>()
  const book = (yield* Task).ledger.open("labels")
  for (const [index, cells] of labels.table.rows.entries()) {
    const own = pickLabel(cells)
    const key = Join.keyOf(own)
    const match = lookup.find(own)
    if (match === undefined || match.how === "same") continue
    const example = `${key} is ${match.key} in the scores`
    if (match.how === "form") book.note("written in another form", example)
    else if (turned === "error") {
      return yield* new InputError({
        message: `alleles in the other order: ${example}`,
        file: labels.table.file,
        line: Table.lineOf(labels.table, index),
        hint: "with `turned: turn` the sign of the score is changed, with `turned: leave` the label has no score"
      })
    } else if (turned === "leave") {
      apart.set(key, match.key)
      continue
    } else {
      opposite.add(key)
      book.note(ofTurned, example)
    }
    respelled.set(key, match.key)
  }
  const keyOf = (cells: ReadonlyArray<string>) => Join.keyOf(pickLabel(cells))
  return {
    score: (cells) => Join.keyOf(pickScore(cells)),
    label: (cells) => {
      const key = keyOf(cells)
      return respelled.get(key) ?? key
    },
    sign: (cells) => (opposite.has(keyOf(cells)) ? -1 : 1),
    apart
  }
})
