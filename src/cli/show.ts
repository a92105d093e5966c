/** `agflow show`: one run, or one task of a run, in full. */
import * as Effect from "effect/Effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { join } from "node:path"
import * as Digest from "../core/Digest.ts"
import * as Failure from "../core/Failure.ts"
import { groupBy } from "../core/GroupBy.ts"
import * as Provenance from "../core/Provenance.ts"
import * as Tally from "../core/Tally.ts"
import * as Units from "../core/Units.ts"
import * as PastRun from "../engine/PastRun.ts"
import * as PastTask from "../engine/PastTask.ts"
import type { RunTask } from "../engine/RunRecord.ts"
import { commandLine } from "../report/RunSummary.ts"
import { columns } from "./Columns.ts"
import * as LookBack from "./LookBack.ts"

const value = (each: unknown): string => (typeof each === "string" ? each : Digest.canonicalJson(each))

/** A heading, and what stands below it; nothing where there is nothing. */
const section = (heading: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : [heading, ...lines.flatMap((line) => line.split("\n")).map((line) => `  ${line}`)]

const taskLine = (run: PastRun.PastRun) => (task: RunTask) => [
  task.id,
  PastRun.stateOf(run, task),
  task.seconds === null ? "-" : Units.formatSeconds(task.seconds),
  task.reason.replace(/\s+/gu, " ")
]

/** Tasks of a scattered stage are counted by what became of them; those that failed are told one by one. */
const taskLines = (run: PastRun.PastRun): ReadonlyArray<string> =>
  columns(
    [...groupBy(run.record.tasks, ({ stage }) => stage)].flatMap(([stage, tasks]) => {
      if (tasks.length === 1 && tasks[0]!.id === stage) return tasks.map(taskLine(run))
      const states = [...groupBy(tasks, (task) => PastRun.stateOf(run, task))]
      const seconds = tasks.reduce((sum, task) => sum + (task.seconds ?? 0), 0)
      const counts = states.map(([state, { length }]) => `${length} ${state}`).join(", ")
      return [
        [stage, tasks.length === 1 ? "1 task" : `${tasks.length} tasks`, Units.formatSeconds(seconds), counts],
        ...tasks.filter(({ status }) => status === "failed").map(taskLine(run))
      ]
    })
  )

/** By stage: a scattered one's tasks are counted together. */
const accountLines = (run: PastRun.PastRun): ReadonlyArray<string> => {
  const details = run.details()
  const gathered = PastRun.accountsIn(run.folder)
  const ofTasks = (tasks: ReadonlyArray<{ readonly id: string }>) =>
    Tally.merge(tasks.map(({ id }) => details.get(id)?.account ?? []))
  return columns(
    [...run.stages()].flatMap(([stage, tasks]) =>
      Tally.shown(gathered.get(stage) ?? ofTasks(tasks)).map((tally) => [stage, Tally.line(tally)])
    )
  )
}

const unpinnedLines = (run: PastRun.PastRun): ReadonlyArray<string> => [
  ...new Set([...run.details().values()].flatMap(({ unpinned }) => unpinned))
]

const failureLines = (run: PastRun.PastRun): ReadonlyArray<string> =>
  [...run.details()].flatMap(([id, { failure, folder }]) =>
    failure === undefined
      ? []
      : [`${id}: ${Failure.render(failure)}`, ...(folder === null ? [] : [`  its folder: ${folder}`])]
  )

const runLines = (run: PastRun.PastRun): ReadonlyArray<string> => {
  const { record, state, folder } = run
  const { workflow, profiles, params, started, ended, outputs, command } = record
  return [
    ...columns([
      ["run", record.id],
      ["workflow", `${workflow.name} (${workflow.file}), text ${Digest.short(workflow.sha256)}`],
      ...(profiles.length === 0 ? [] : [["profile", profiles.join(", ")]]),
      ["status", state],
      ["started", `${LookBack.time(started)} UTC, agflow ${record.version}`],
      ...(ended === null ? [] : [["took", Units.formatSeconds((Date.parse(ended) - Date.parse(started)) / 1000)]]),
      ["command", commandLine(command)],
      ["folder", folder]
    ]),
    ...section("params", columns(Object.entries(params).map(([name, each]) => [name, value(each)]))),
    ...section("tasks", taskLines(run)),
    ...section("rows", accountLines(run)),
    ...section("fetched", unpinnedLines(run)),
    ...section(
      "outputs",
      columns(
        outputs.map(({ name, sha256, bytes, path, synthetic }) => [
          name,
          Digest.short(sha256),
          Units.formatBytes(bytes),
          `${join(folder, path)}${synthetic ? " (synthetic)" : ""}`
        ])
      )
    ),
    ...section("failures", failureLines(run))
  ]
}

const resources = ({ seconds, cpuSeconds, maxRssBytes }: PastTask.PastTask): string =>
  [
    ...(seconds === null ? [] : [Units.formatSeconds(seconds)]),
    ...(cpuSeconds === null ? [] : [`${Units.formatSeconds(cpuSeconds)} of CPU`]),
    ...(maxRssBytes === null ? [] : [`${Units.formatBytes(maxRssBytes)} of memory`])
  ].join(", ")

const fact = (each: PastTask.PastTask["provenance"][number]): string =>
  each.kind === "device"
    ? `device ${each.name}, ${each.runtime} ${each.version}, ${each.numerics}`
    : `${each.kind} ${each.name}, licence ${each.licence}`

const taskText = (task: PastTask.PastTask): ReadonlyArray<string> => {
  const { inputs, outputs, attempts, failure, logs } = task
  return [
    ...columns([
      ["task", task.id],
      ["stage", task.uses ?? task.stage],
      ["run", task.run],
      ["state", task.madeBy === null ? task.state : `${task.state}: made by run ${task.madeBy}`],
      ...(task.reason === "" ? [] : [["reason", task.reason.replace(/\s+/gu, " ")]]),
      ...(task.key === null ? [] : [["key", task.key]]),
      ...(task.code === null ? [] : [["code", Digest.short(task.code)]]),
      ...(task.started === null ? [] : [["started", `${LookBack.time(task.started)} UTC`]]),
      ...(resources(task) === "" ? [] : [["used", resources(task)]]),
      ...(task.folder === null ? [] : [["folder", task.folder]])
    ]),
    ...section("params", columns(Object.entries(task.params).map(([name, each]) => [name, value(each)]))),
    ...section(
      "inputs",
      columns(
        inputs.flatMap(({ name, files }) =>
          files.map(({ from, digest }, index) => [
            index === 0 ? name : "",
            digest === null ? "-" : Digest.short(digest),
            from === null ? "" : `from ${from}`
          ])
        )
      )
    ),
    ...section(
      "outputs",
      columns(
        outputs.map(({ name, digest, bytes, path, synthetic }) => [
          name,
          Digest.short(digest),
          Units.formatBytes(bytes),
          `${path ?? "no longer in the store"}${synthetic ? " (synthetic)" : ""}`
        ])
      )
    ),
    ...section("rows", Tally.shown(task.account).map(Tally.line)),
    ...section("made with", [...task.provenance.map(fact), ...Provenance.unpinned(task.provenance, "just come")]),
    ...section("script", task.script === null ? [] : [task.script.trimEnd()]),
    ...section(
      "attempts before",
      attempts.map((attempt, index) => `${index + 1}: ${Failure.render(attempt.failure)}`)
    ),
    ...section("failure", failure === null ? [] : [Failure.render(failure)]),
    ...logs.flatMap(({ path, last }) => section(`last lines of ${path}`, last))
  ]
}

export const show = Command.make(
  "show",
  {
    what: Argument.String("run|task").pipe(
      Argument.withDescription("a run's id, a stage (scores) or a task (scores/3); default: the latest run"),
      Argument.optional
    ),
    run: Flag.String("run").pipe(Flag.withDescription("the run whose task is meant; default: latest"), Flag.optional),
    json: LookBack.json
  },
  Effect.fnUntraced(function* ({ what, run: word, json }) {
    const { past, run } = yield* LookBack.chosen(word)
    const showRun = (each: PastRun.PastRun) =>
      json
        ? LookBack.printJson({ ...each.record, status: each.state, folder: each.folder })
        : LookBack.printLines(runLines(each))
    if (Option.isNone(what)) return yield* showRun(run)
    const tasks = yield* PastRun.find(run, what.value).pipe(
      // What is no task may be a run.
      Effect.catch((failure) =>
        Option.isSome(word)
          ? Effect.fail(failure)
          : PastRun.choose(past, what.value).pipe(
              // Of several runs that it may mean, that is what there is to say.
              Effect.mapError((ofRuns) => (/^'.*' is the name of/u.test(ofRuns.message) ? ofRuns : failure))
            )
      )
    )
    if ("record" in tasks) return yield* showRun(tasks)
    const views = yield* Effect.forEach(tasks, (task) => PastTask.make(past, run, task))
    if (json) return yield* LookBack.printJson(views.length === 1 ? views[0] : views)
    yield* LookBack.printLines(views.length === 1 ? taskText(views[0]!) : columns(tasks.map(taskLine(run))))
  }, LookBack.caches)
).pipe(
  Command.withDescription("Show a run (params, tasks, outputs, failures) or a task of it in full"),
  Command.withExamples([
    { command: "agflow show", description: "the latest run" },
    { command: "agflow show scores/3 --run 9f3a", description: "a task of an earlier one" }
  ])
)
