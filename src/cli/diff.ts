/** `agflow diff`: two runs side by side. */
import * as NodeFileSystem from "@effect/platform-node-shared/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Digest from "../core/Digest.ts"
import * as LineChanges from "../core/LineChanges.ts"
import * as PastRun from "../engine/PastRun.ts"
import * as RunDifference from "../report/RunDifference.ts"
import { columns } from "./Columns.ts"
import * as LookBack from "./LookBack.ts"

/** The rows that differ below a heading that counts them; those that are the same are only counted. */
const section = <A, P extends RunDifference.Pair<A>>(
  heading: string,
  pairs: ReadonlyArray<P>,
  row: (pair: P) => ReadonlyArray<string>,
  below: (pair: P) => ReadonlyArray<string> = () => []
): ReadonlyArray<string> => {
  if (pairs.length === 0) return []
  const differing = pairs.filter((pair) => !RunDifference.same(pair))
  const count = differing.length === 0 ? "the same" : `${differing.length} of ${pairs.length} differ`
  const rows = columns(differing.map(row))
  return [`${heading}: ${count}`, ...differing.flatMap((pair, at) => [`  ${rows[at]}`, ...below(pair)])]
}

const show = (value: unknown): string =>
  value === null ? "-" : typeof value === "string" ? value : Digest.canonicalJson(value)

const digest = (value: string | undefined): string => (value === undefined ? "-" : Digest.short(value))

/** Of a stage that a run did not come to, it is not known which code it would have had. */
const codeless = (run: PastRun.PastRun, stage: string): string => (run.stages().has(stage) ? "(not reached)" : "-")

const number = (value: number | null): string => (value === null ? "-" : String(value))

/** Six digits say what there is to say of a difference. */
const signed = (value: number | null): string =>
  value === null ? "" : `${value > 0 ? "+" : ""}${Number(value.toPrecision(6))}`

const text = (a: PastRun.PastRun, b: PastRun.PastRun, found: RunDifference.RunDifference): ReadonlyArray<string> => {
  const head = ({ record, state }: PastRun.PastRun) => [
    record.id,
    record.workflow.name,
    record.profiles.join(",") || "-",
    state,
    `text ${Digest.short(record.workflow.sha256)}`
  ]
  return [
    ...columns([
      ["a", ...head(a)],
      ["b", ...head(b)]
    ]),
    ...section("params", found.params, ({ name, a: before, b: after }) => [name, show(before), "->", show(after)]),
    ...section("files", found.files, ({ name, a: before, b: after }) => [
      name,
      digest(before?.digest),
      "->",
      digest(after?.digest),
      before === null || after === null || before.path === after.path
        ? (before ?? after)!.path
        : `${before.path} -> ${after.path}`
    ]),
    ...section(
      "stage code",
      found.code,
      ({ name, a: before, b: after }) => [
        name,
        before === null ? codeless(a, name) : digest(before.digest),
        "->",
        after === null ? codeless(b, name) : digest(after.digest),
        before !== null && after !== null && before.uses !== after.uses
          ? `${before.uses} -> ${after.uses}`
          : (before ?? after)!.uses
      ],
      ({ a: before, b: after }) =>
        before?.script === null || after?.script === null || before === null || after === null
          ? []
          : LineChanges.between(before.script, after.script).map((line) => `    ${line}`)
    ),
    ...section("outputs", found.outputs, ({ name, a: before, b: after }) => [
      name,
      digest(before ?? undefined),
      "->",
      digest(after ?? undefined)
    ]),
    ...section("metrics", found.metrics, ({ output, evaluation, subset, metric, a: before, b: after, difference }) => [
      output,
      evaluation,
      `${subset}/${metric}`,
      number(before),
      "->",
      number(after),
      signed(difference)
    ])
  ]
}

export const diff = Command.make(
  "diff",
  {
    first: Argument.String("run").pipe(Argument.withDescription("the one that is compared with: an id, or `latest`")),
    second: Argument.String("other-run").pipe(Argument.withDescription("the other: what is shown is how it differs")),
    json: LookBack.json
  },
  Effect.fnUntraced(
    function* ({ first, second, json }) {
      const { past, run } = yield* LookBack.chosen(first)
      const other = yield* PastRun.choose(past, second)
      const difference = yield* RunDifference.compare(run, other)
      yield* json ? LookBack.printJson(difference) : LookBack.printLines(text(run, other, difference))
    },
    Effect.provide(NodeFileSystem.layer),
    LookBack.caches
  )
).pipe(
  Command.withDescription("Show how a run differs from another: params, files, stage code, outputs, metrics"),
  Command.withExamples([{ command: "agflow diff 9f3a latest", description: "from an earlier run to the latest" }])
)
