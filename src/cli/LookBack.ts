/** What the commands that look back share: which run, as text or as JSON. */
import * as Effect from "effect/Effect"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { Home } from "../cache/Home.ts"
import * as PastRun from "../engine/PastRun.ts"
import * as RunRecord from "../engine/RunRecord.ts"
import * as Options from "./Options.ts"
import { stderr, stdout } from "./Quit.ts"

export const run = Flag.String("run").pipe(
  Flag.withDescription("id of the run, or as much of its beginning or end as tells it from others; default: latest"),
  Flag.withDefault("latest")
)

export const json = Flag.Boolean("json").pipe(Flag.withDescription("print JSON, for programs"), Flag.withDefault(false))

/** Without an end: a reader that goes away is dealt with by the program. */
export const printLines = (lines: ReadonlyArray<string>): Effect.Effect<void> =>
  lines.length === 0 ? Effect.void : stdout(lines.join("\n"))

export const printJson = (value: unknown): Effect.Effect<void> => stdout(JSON.stringify(value, null, 2))

export const caches = Effect.provide(Options.caches())

/** All runs, newest first. Those of which nothing can be read are named: else an older one would pass for the latest. */
export const past = Effect.gen(function* () {
  const all = yield* PastRun.list
  const { runs } = yield* Home
  const left = yield* RunRecord.unreadable(
    runs,
    all.map(({ record }) => record)
  )
  for (const file of left) yield* stderr(`warning: ${file} cannot be read: this run is passed over`)
  return all
})

/** A run of the state folder among all of them, newest first. */
export const chosen = Effect.fnUntraced(function* (word: string | Option.Option<string>) {
  const all = yield* past
  const run = yield* PastRun.choose(all, typeof word === "string" ? word : Option.getOrUndefined(word))
  return { past: all, run }
})

/** `2026-11-22 14:05:33`, UTC. */
export const time = (iso: string): string => iso.slice(0, 19).replace("T", " ")
