/** `agflow check`: all faults of a workflow, without running anything. */
import * as Effect from "effect/Effect"
import * as Command from "effect/cli/Command"
import * as Options from "./Options.ts"
import { stdout, withFaults } from "./Quit.ts"

export const check = Command.make(
  "check",
  { workflow: Options.file, ...Options.workflowFlags },
  Effect.fnUntraced(function* (options) {
    const loaded = yield* Options.load(options.workflow, options)
    if (loaded._tag === "Faults") return yield* withFaults(loaded.diagnostics)
    const { name, stages, outputs } = loaded.workflow
    yield* stdout(`${options.workflow}: '${name}' is sound: ${stages.length} stages, ${outputs.length} outputs`)
  })
).pipe(Command.withDescription("Check a workflow without running it"))
