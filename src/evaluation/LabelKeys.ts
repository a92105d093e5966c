/** Keys of labels as the scores have them: the same text, or the same variant in another spelling. */
import * as Effect from "effect/Effect"
import { Task } from "../core/Task.ts"
import * as Join from "../data/table/Join.ts"
import type { TextTable } from "../data/Table.ts"
import * as VariantForms from "../genome/VariantForms.ts"

export interface Keyed {
  readonly table: TextTable
  /** Key columns, in the same order for labels and scores. */
  readonly on: ReadonlyArray<string>
}

export interface LabelKeys {
  readonly score: (cells: ReadonlyArray<string>) => string
  /** The key of the scores that a label has, or its own where they have none. */
  readonly label: (cells: ReadonlyArray<string>) => string
}

const picker = ({ table, on }: Keyed) => {
  const places = on.map((name) => table.columns.indexOf(name))
  return (cells: ReadonlyArray<string>) => places.map((at) => cells[at]!)
}

/**
 * Labels whose key is written in another form are counted in the account. Alleles in the other order are not the same
 * variant: its score is of the opposite change; they are counted in the log.
 */
export const align = Effect.fnUntraced(function* (
  labels: Keyed,
  scores: Keyed
): Effect.fn.Return<LabelKeys, never, Task> {
  const [ofLabel, ofScore] = [picker(labels), picker(scores)]
  const lookup = Join.lookup(
    { keys: scores.table.rows.map(ofScore), formsOf: VariantForms.of(scores.on) },
    VariantForms.of(labels.on)
  )
  const respelled = new Map<string, string>()
  const turned = new Set<string>()
  const { ledger, log } = yield* Task
  for (const cells of labels.table.rows) {
    const own = ofLabel(cells)
    const key = Join.keyOf(own)
    const match = lookup.find(own)
    if (match?.how === "form") {
      respelled.set(key, match.key)
      ledger.open("labels").note("key written in another form", `${key} is ${match.key} in the scores`)
    } else if (match?.how === "turned") turned.add(key)
  }
  if (turned.size > 0) {
    const [example] = turned
    yield* log(
      `${turned.size} labels have their alleles in the other order in the scores, and so no score (${example})`
    )
  }
  return {
    score: (cells) => Join.keyOf(ofScore(cells)),
    label: (cells) => {
      const key = Join.keyOf(ofLabel(cells))
      return respelled.get(key) ?? key
    }
  }
})
