/** Lists of files that a task reads side by side: of the same keys, in the same order. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as Tally from "../core/Tally.ts"
import type { CheckedStage } from "../dsl/check/CheckedStage.ts"
import { joined, shown, type Key } from "../dsl/check/Keys.ts"

interface Keyed {
  readonly artifact: { readonly key?: Key }
}

const keyOf = ({ artifact: { key = [] } }: Keyed): string => joined(key)

/**
 * Brings the lists into the order of the first. A key that one of them lacks is an error or, where the stage skips such,
 * left out of the others; gives the account of that.
 */
export const align = <I extends Keyed>(
  { keyed, missing }: Pick<CheckedStage, "keyed" | "missing">,
  inputs: Map<string, I | ReadonlyArray<I>>
): Effect.Effect<ReadonlyArray<Tally.Tally>, InputError> => {
  const lists = keyed.flatMap((name) => {
    const given = inputs.get(name)
    return Array.isArray(given)
      ? [{ name, items: new Map((given as ReadonlyArray<I>).map((item) => [keyOf(item), item])) }]
      : []
  })
  const [first] = lists
  if (first === undefined || lists.length < 2) return Effect.succeed([])
  const all = new Map(lists.flatMap(({ items }) => [...items]))
  const lacking = [...all].flatMap(([key, { artifact }]) => {
    const without = lists.find(({ items }) => !items.has(key))
    return without === undefined ? [] : [{ key, without: without.name, text: shown(artifact.key ?? []) }]
  })
  const [one] = lacking
  if (one !== undefined && missing !== "skip") {
    const more = lacking.length === 1 ? "" : `, and ${lacking.length - 1} more`
    return new InputError({
      message: `input '${one.without}' has nothing for '${one.text}'${more}, and another input has`,
      hint: "its task failed and that was ignored, or it was left out; 'missing: skip' takes the keys that all have"
    })
  }
  const out = new Set(lacking.map(({ key }) => key))
  const order = [...first.items.keys()].filter((key) => !out.has(key))
  if (order.length === 0 && all.size > 0) {
    return new InputError({
      message: `inputs ${lists.map(({ name }) => `'${name}'`).join(" and ")} have no key in common`
    })
  }
  for (const { name, items } of lists)
    inputs.set(
      name,
      order.map((key) => items.get(key)!)
    )
  const account = Tally.ofKeys(
    order.length,
    lacking.map(({ without, text }) => ({ reason: `missing from '${without}'`, count: 1, example: text }))
  )
  return Effect.succeed(missing === "skip" ? Tally.merge([[account]]) : [])
}
