/** `agflow stages`: the stages that workflows can use. */
import * as Effect from "effect/Effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Option from "effect/Option"
import { resolve } from "node:path"
import { InputError } from "../core/Failure.ts"
import * as Suggest from "../core/Suggest.ts"
import * as Imports from "../dsl/typescript/Imports.ts"
import { StageLibrary } from "../dsl/typescript/StageLibrary.ts"
import * as StageDoc from "../dsl/stage/StageDoc.ts"
import { stdout, withFaults } from "./Quit.ts"
import * as Trust from "./Trust.ts"

export const stages = Command.make(
  "stages",
  {
    name: Argument.String("stage").pipe(
      Argument.withDescription("show this one in full; or a file's: stages.ts"),
      Argument.optional
    ),
    trust: Trust.flag
  },
  Effect.fnUntraced(function* ({ name, trust }) {
    const library = yield* StageLibrary
    if (Option.isSome(name)) {
      if (Imports.isStageFile(name.value)) {
        const imported = yield* Trust.during(trust, name.value, library.import(resolve(name.value), name.value))
        if (imported._tag === "Faults") return yield* withFaults(imported.diagnostics)
        return yield* stdout(imported.stages.map(({ stage }) => StageDoc.markdown(stage)).join("\n\n"))
      }
      if (!library.names.includes(name.value)) {
        return yield* new InputError({
          message: `there is no stage named '${name.value}'`,
          hint: Suggest.hint(name.value, library.names, "stages")
        })
      }
      const { stage } = yield* library.load(name.value)
      return yield* stdout(StageDoc.markdown(stage))
    }
    const width = Math.max(...library.names.map((each) => each.length))
    for (const each of library.names) {
      const { stage } = yield* library.load(each)
      yield* stdout(`${each.padEnd(width)}  ${stage.summary}`)
    }
  })
).pipe(Command.withDescription("List the stages, or show one: its inputs, params and outputs"))
