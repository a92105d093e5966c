/** `agflow gc`: makes room. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import * as Collection from "../cache/Collection.ts"
import * as Removal from "../cache/Removal.ts"
import { Leases } from "../cache/Lease.ts"
import { InputError } from "../core/Failure.ts"
import * as Units from "../core/Units.ts"
import * as Reaper from "../engine/Reaper.ts"
import * as RunUse from "../engine/RunUse.ts"
import * as Options from "./Options.ts"
import { stderr, stdout } from "./Quit.ts"

const optional = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

const amount = (flag: string, given: Option.Option<string>, parse: (text: string) => number | undefined, as: string) =>
  Effect.gen(function* () {
    if (Option.isNone(given)) return undefined
    const value = parse(given.value)
    if (value !== undefined) return value
    return yield* new InputError({ message: `--${flag} ${given.value} is not ${as}` })
  })

const millis = (text: string): number | undefined => {
  const seconds = Units.parseSeconds(text)
  return seconds === undefined ? undefined : seconds * 1000
}

/** Time for what is made right now to get its record. */
const defaultSpare = "5 min"

export const gc = Command.make(
  "gc",
  {
    olderThan: optional("older-than", "what was not used for so long goes: 30d, 12h"),
    maxSize: optional("max-size", "the least recently used goes until this is left: 500GB"),
    keepRuns: Flag.Int("keep-runs").pipe(
      Flag.withDescription(
        "what the last N runs need stays; given without --older-than and --max-size, all the rest goes"
      ),
      Flag.optional
    ),
    keep: Flag.String("keep").pipe(
      Flag.withDescription("what this run needs stays: its id, its beginning or end, or latest; may be repeated"),
      Flag.atLeast(0)
    ),
    spare: Flag.String("spare").pipe(
      Flag.withDescription("what was made or used within this time stays in any case"),
      Flag.withDefault(defaultSpare)
    ),
    dryRun: Flag.Boolean("dry-run").pipe(Flag.withDescription("only list what would go"), Flag.withDefault(false)),
    json: Flag.Boolean("json").pipe(Flag.withDescription("print what goes as JSON"), Flag.withDefault(false))
  },
  Effect.fnUntraced(
    function* ({ olderThan, maxSize, keepRuns, keep, spare, dryRun, json }) {
      const count = Option.getOrUndefined(keepRuns)
      if (count !== undefined && count < 0) {
        return yield* new InputError({ message: `--keep-runs ${count} is not a number of runs` })
      }
      const old = yield* amount("older-than", olderThan, millis, "a time such as 30d")
      const size = yield* amount("max-size", maxSize, Units.parseBytes, "a size such as 500GB")
      const options: Collection.CollectionOptions = {
        olderThan: old,
        maxSize: size,
        onlyKept: count !== undefined && old === undefined && size === undefined,
        spare: (yield* amount("spare", Option.some(spare), millis, "a time such as 10min"))!
      }
      const leases = yield* Leases
      // Of two collections at once the second would take away what the first may have to put back.
      yield* leases.hold("gc", (holder) => stderr(`another collection is at it (${holder}): waiting`))
      if (!dryRun) yield* Reaper.reap
      const choice = yield* Collection.choose(RunUse.list(count ?? 0, keep), options)
      const freed = dryRun ? choice.before - choice.after : yield* Removal.collect(choice, RunUse.keysOfLiveRuns)
      const { items, before, after } = choice
      if (json) {
        const shown = items.map(({ used, ...item }) => ({ ...item, used: new Date(used).toISOString() }))
        return yield* stdout(JSON.stringify({ dryRun, freed, left: before - freed, items: shown }, null, 2))
      }
      if (dryRun) {
        const now = yield* Clock.currentTimeMillis
        for (const { kind, name, bytes, used, reason } of items) {
          const age = Units.formatSeconds((now - used) / 1000)
          yield* stdout(
            `  ${kind.padEnd(10)}  ${Units.formatBytes(bytes).padStart(8)}  ${name}  ${reason} (${age} ago)`
          )
        }
      }
      const counts = Collection.kinds
        .map((kind) => [items.filter((item) => item.kind === kind).length, kind] as const)
        .filter(([n]) => n > 0)
        .map(([n, kind]) => `${n} ${kind}${n === 1 ? "" : "s"}`)
      yield* stdout(
        items.length === 0
          ? `nothing to remove; ${Units.formatBytes(before)} in use`
          : `${dryRun ? "would free" : "freed"} ${Units.formatBytes(freed)}: ${counts.join(", ")}; ${Units.formatBytes(before - freed)} left`
      )
      if (size !== undefined && after > size) {
        yield* stderr(`more than ${Units.formatBytes(size)} is left: it is in use, young, or kept by name`)
      }
    },
    Effect.scoped,
    (effect) => Effect.provide(effect, Options.caches())
  )
).pipe(
  Command.withDescription(
    "Free disk space by age, size or run; without a flag, only what crashes have left behind. What stays, resumes as before"
  ),
  Command.withExamples([
    { command: "agflow gc --older-than 30d --keep-runs 3", description: "what the last three runs need stays" },
    { command: "agflow gc --max-size 500GB --dry-run", description: "list what would go" }
  ])
)
