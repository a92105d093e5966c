/** `agflow stages`: the stages that workflows can use. */
import * as Effect from "effect/Effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Option from "effect/Option"
import { InputError } from "../core/Failure.ts"
import * as Suggest from "../core/Suggest.ts"
import { StageLibrary } from "../dsl/StageLibrary.ts"
import * as StageDoc from "../dsl/StageDoc.ts"
import { stdout } from "./Quit.ts"

export const stages = Command.make(
  "stages",
  { name: Argument.String("stage").pipe(Argument.withDescription("show this one in full"), Argument.optional) },
  Effect.fnUntraced(function* ({ name }) {
    const library = yield* StageLibrary
    if (Option.isSome(name)) {
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
