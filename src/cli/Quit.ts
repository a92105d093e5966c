/** Ends the program with a code, after everything that is to be said has been said. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { formats, type Diagnostic, type Format } from "../core/Diagnostic.ts"

export class Quit extends Schema.TaggedError<Quit>()("Quit", { code: Schema.Int }) {}

/** Exit codes: 0 all is well, 1 a run failed, 2 the input has faults, 130 interrupted. */
export const codes = { failed: 1, faults: 2, interrupted: 130 } as const

export const stdout = (text: string): Effect.Effect<void> => Effect.sync(() => void process.stdout.write(`${text}\n`))
export const stderr = (text: string): Effect.Effect<void> => Effect.sync(() => void process.stderr.write(`${text}\n`))

/** Shows faults and ends. What is for a program goes to standard output. */
export const withFaults = Effect.fnUntraced(function* (
  diagnostics: ReadonlyArray<Diagnostic>,
  format: Format = "text"
) {
  yield* (format === "text" ? stderr : stdout)(formats[format](diagnostics))
  return yield* new Quit({ code: codes.faults })
})
