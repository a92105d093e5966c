/** `agflow plan`: what a run would do, and why. */
import * as Effect from "effect/Effect"
import * as Command from "effect/cli/Command"
import * as Caches from "../cache/Caches.ts"
import * as Plan from "../engine/Plan.ts"
import * as Options from "./Options.ts"
import { stdout } from "./Quit.ts"

export const plan = Command.make(
  "plan",
  { workflow: Options.file, ...Options.workflowFlags, format: Options.format },
  Effect.fnUntraced(function* (options) {
    const { workflow } = yield* Options.sound(options.workflow, options, options.format)
    const planned = yield* Plan.make(workflow).pipe(Effect.provide(Caches.layer(Options.home())))
    const width = Math.max(...planned.map(({ id }) => id.length))
    for (const { id, status, reason } of planned) {
      yield* stdout(`  ${id.padEnd(width)}  ${status.padEnd(7)}  ${reason}`)
    }
    const count = (status: string) => planned.filter((each) => each.status === status).length
    yield* stdout(`${count("cached")} cached, ${count("to run")} to run, ${count("unknown")} unknown until these end`)
  })
).pipe(Command.withDescription("Show what a run would do, and why, without doing it"))
