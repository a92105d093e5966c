/** Checks the profiles of a workflow that nobody asked for: each by itself, as a run with it would be checked. */
import * as Effect from "effect/Effect"
import type { Diagnostic } from "../../core/Diagnostic.ts"
import type { InputError } from "../../core/Failure.ts"

type Checked = { readonly _tag: string; readonly diagnostics?: ReadonlyArray<Diagnostic> }

const placeOf = ({ source, range, message }: Diagnostic): string => `${source.file}:${range.start}:${message}`

/** What is wrong with them and not with the workflow without them; of one error in several profiles, the first. */
export const check = Effect.fnUntraced(function* <R>(
  names: ReadonlyArray<string>,
  /** Profiles that are checked already. */
  own: ReadonlyArray<string>,
  known: ReadonlyArray<Diagnostic>,
  load: (profiles: ReadonlyArray<string>) => Effect.Effect<Checked, InputError, R>
): Effect.fn.Return<ReadonlyArray<Diagnostic>, InputError, R> {
  const seen = new Set(known.map(placeOf))
  const found: Array<Diagnostic> = []
  for (const name of names) {
    if (own.includes(name)) continue
    const { diagnostics = [] } = yield* load([name])
    // That it cannot run yet is what it says of itself.
    if (diagnostics.some(({ code }) => code === "unavailable-profile")) continue
    for (const each of diagnostics) {
      const place = placeOf(each)
      if (seen.has(place)) continue
      seen.add(place)
      const isNamed = each.message.startsWith(`profile '${name}'`)
      found.push(isNamed ? each : { ...each, message: `profile '${name}': ${each.message}` })
    }
  }
  return found
})
