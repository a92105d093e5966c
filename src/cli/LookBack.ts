/** What the commands that look back share: which run, as text or as JSON. */
import * as Effect from "effect/Effect"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import * as PastRun from "../engine/PastRun.ts"
import * as Options from "./Options.ts"
import { stdout } from "./Quit.ts"

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

/** A run of the state folder among all of them, newest first. */
export const chosen = Effect.fnUntraced(function* (word: string | Option.Option<string>) {
  const past = yield* PastRun.list
  const run = yield* PastRun.choose(past, typeof word === "string" ? word : Option.getOrUndefined(word))
  return { past, run }
})

/** `2026-11-22 14:05:33`, UTC. */
export const time = (iso: string): string => iso.slice(0, 19).replace("T", " ")
