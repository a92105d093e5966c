/** `agflow export`: a run's results for another machine. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { join, resolve } from "node:path"
import * as Bundle from "../cache/Bundle.ts"
import { Home } from "../cache/Home.ts"
import { InputError } from "../core/Failure.ts"
import { formatBytes } from "../core/Units.ts"
import * as RunRecord from "../engine/RunRecord.ts"
import * as RunUse from "../engine/RunUse.ts"
import * as Options from "./Options.ts"
import { stdout } from "./Quit.ts"

export const exportRun = Command.make(
  "export",
  {
    run: Argument.String("run").pipe(
      Argument.withDescription("the run: its id, its beginning or end, or latest"),
      Argument.withDefault("latest")
    ),
    to: Flag.String("to").pipe(Flag.withDescription("FILE.tar.gz, or a new folder"))
  },
  Effect.fnUntraced(
    function* ({ run, to }) {
      const { runs } = yield* Home
      const record = yield* RunRecord.choose(yield* RunRecord.list(runs), run)
      const { id } = record
      if (RunRecord.stateOf(runs, record, yield* Clock.currentTimeMillis) === "running") {
        return yield* new InputError({ message: `run ${id} has not ended yet`, hint: "export it when it has" })
      }
      const keys = RunUse.finishedKeys(record)
      const { records, files, bytes } = yield* Bundle.save(join(runs, id), keys, resolve(to))
      yield* stdout(`${to}: run ${id}, ${records} records, ${files} files, ${formatBytes(bytes)} unpacked`)
    },
    (effect) => Effect.provide(effect, Options.caches())
  )
).pipe(
  Command.withDescription(
    "Write all results of a run to an archive or a folder; after agflow import on another machine the same workflow executes nothing there"
  ),
  Command.withExamples([{ command: "agflow export latest --to run.tar.gz", description: "the last run" }])
)
