/** `agflow explain`: why a task ran or need not, followed up to the first cause. */
import * as Effect from "effect/Effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { groupBy } from "../core/GroupBy.ts"
import * as Explanation from "../engine/Explanation.ts"
import * as PastRun from "../engine/PastRun.ts"
import * as LookBack from "./LookBack.ts"

/** Tasks of a scattered stage that have the same story are told together. */
const tell = (explanations: ReadonlyArray<Explanation.Explanation>): ReadonlyArray<string> => {
  const stories = groupBy(explanations, (each) => Explanation.lines({ ...each, task: "" }).join("\n"))
  return [...stories.values()].flatMap((group, index) => {
    const names = group.map(({ task }) => task)
    const shown = names.length > 5 ? `${names.slice(0, 3).join(" ")} and ${names.length - 3} more` : names.join(" ")
    return [...(index === 0 ? [] : [""]), ...Explanation.lines({ ...group[0]!, task: shown })]
  })
}

export const explain = Command.make(
  "explain",
  {
    task: Argument.String("task").pipe(Argument.withDescription("a task (scores/3), or a stage for all of its tasks")),
    run: LookBack.run,
    against: Flag.String("against").pipe(
      Flag.withDescription("run to compare with; default: the previous run of the workflow that had the task"),
      Flag.optional
    ),
    json: LookBack.json
  },
  Effect.fnUntraced(function* ({ task, run: word, against, json }) {
    const { past, run } = yield* LookBack.chosen(word)
    const other = Option.isSome(against) ? yield* PastRun.choose(past, against.value) : undefined
    const tasks = yield* PastRun.find(run, task)
    const explanations = yield* Effect.forEach(tasks, (each) => Explanation.explain(past, run, each, other))
    yield* json ? LookBack.printJson(explanations) : LookBack.printLines(tell(explanations))
  }, LookBack.caches)
).pipe(
  Command.withDescription(
    "Tell why a task ran or was cached: what changed since an earlier run, up to the first cause"
  ),
  Command.withExamples([
    { command: "agflow explain scores", description: "the latest run beside the one before it" },
    { command: "agflow explain scores/3 --run 9f3a --against 7c21", description: "any run beside any other" }
  ])
)
