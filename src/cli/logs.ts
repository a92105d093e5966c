/** `agflow logs`: what a task printed, or prints. */
import * as Effect from "effect/Effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { InputError } from "../core/Failure.ts"
import * as PastRun from "../engine/PastRun.ts"
import * as PastLog from "../engine/PastLog.ts"
import * as LookBack from "./LookBack.ts"
import { stderr } from "./Quit.ts"

export const logs = Command.make(
  "logs",
  {
    task: Argument.String("task").pipe(Argument.withDescription("a task (scores/3), or a stage for all of its tasks")),
    follow: Flag.Boolean("follow").pipe(
      Flag.withAlias("f"),
      Flag.withDescription("go on with what a running task prints, until it ends"),
      Flag.withDefault(false)
    ),
    stderr: Flag.Boolean("stderr").pipe(
      Flag.withDescription("only what it printed to stderr, to stdout; without it each goes where the task sent it"),
      Flag.withDefault(false)
    ),
    run: LookBack.run
  },
  Effect.fnUntraced(function* ({ task: word, follow, stderr: onlyErrors, run: runWord }) {
    const { past, run } = yield* LookBack.chosen(runWord)
    const tasks = yield* PastRun.find(run, word)
    const write: PastLog.Write = (name, bytes) => {
      const isError = name === "stderr.log"
      if (onlyErrors && !isError) return
      const stream = isError && !onlyErrors ? process.stderr : process.stdout
      stream.write(bytes)
    }
    if (follow) {
      if (tasks.length > 1) {
        return yield* new InputError({
          message: `'${word}' has ${tasks.length} tasks: one at a time can be followed`,
          hint: `name one of them, such as ${tasks[0]!.id}`
        })
      }
      const state = yield* PastLog.follow(past, run, tasks[0]!.id, write)
      return state === "done" ? undefined : yield* stderr(`${tasks[0]!.id}: ${state}`)
    }
    for (const task of tasks) {
      // To stderr, so that what goes to stdout is what the tasks printed and nothing else.
      if (tasks.length > 1) yield* stderr(`==> ${task.id}`)
      const found = yield* PastLog.print(past, run, task, write)
      if (found === 0 && tasks.length === 1) {
        yield* stderr(
          `${task.id}: ${PastRun.stateOf(run, task)}, and no log of it: it printed nothing, or its run is gone`
        )
      }
    }
  }, LookBack.caches)
).pipe(
  Command.withDescription("Print the log of a task, also while it runs"),
  Command.withExamples([
    { command: "agflow logs scores/3", description: "of the latest run" },
    { command: "agflow logs -f train", description: "what it prints from now on, until it ends" }
  ])
)
