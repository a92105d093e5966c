/** `agflow evaluations`: what is known of the benchmark's rows. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Evaluation from "../evaluation/Evaluation.ts"
import * as EvaluationDoc from "../evaluation/EvaluationDoc.ts"
import * as Registry from "../evaluation/Registry.ts"
import { columns } from "./Columns.ts"
import { stdout } from "./Quit.ts"

const json = (value: unknown): string => JSON.stringify(value, null, 2)

const outcome = ({ won }: Evaluation.Evaluation): string => (won === null ? "-" : won ? "won" : "lost")

const table = (rows: Registry.Registry): string =>
  columns([
    ["evaluation", "metric", "reported", "best other", "outcome", "published scores"],
    ...rows.map((row) => [
      row.id,
      EvaluationDoc.metricText(row),
      EvaluationDoc.reportedText(row),
      EvaluationDoc.comparatorText(row),
      outcome(row) + (row.extra ? " (extra)" : ""),
      row.data.predictions === undefined ? "no" : "yes"
    ])
  ]).join("\n")

export const evaluations = Command.make(
  "evaluations",
  {
    id: Argument.String("evaluation").pipe(Argument.withDescription("explain this one"), Argument.optional),
    group: Flag.Literals("group", ["all", ...Evaluation.groups]).pipe(
      Flag.withDescription("which to list: variant, track or all"),
      Flag.withDefault("all")
    ),
    registry: Flag.String("registry").pipe(
      Flag.withDescription("YAML or JSON file with rows that change or add to those built in"),
      Flag.optional
    ),
    format: Flag.Literals("format", ["text", "json"]).pipe(
      Flag.withDescription("text, or json: every field"),
      Flag.withDefault("text")
    )
  },
  Effect.fnUntraced(function* ({ id, group, registry, format }) {
    const all = Option.isSome(registry) ? yield* Registry.read(registry.value) : Registry.builtIn
    if (Option.isSome(id)) {
      const row = yield* Registry.find(all, id.value)
      return yield* stdout(format === "json" ? json(Registry.plain(row)) : EvaluationDoc.explain(row))
    }
    const rows = all.filter((row) => group === "all" || row.group === group)
    if (format === "json") return yield* stdout(json(rows.map(Registry.plain)))
    yield* stdout(table(rows))
    yield* stdout(`\n${rows.length} rows; \`agflow evaluations NAME\` explains one`)
  })
).pipe(Command.withDescription("List the evaluations of the benchmark, or explain one"))
