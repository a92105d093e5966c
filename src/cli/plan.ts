/** `agflow plan`: what a run would do, and why. */
import * as Effect from "effect/Effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { usesOf } from "../dsl/check/CheckedStage.ts"
import { formatBytes, formatSeconds } from "../core/Units.ts"
import * as Estimate from "../engine/Estimate.ts"
import * as Plan from "../engine/Plan.ts"
import * as ContainerEngine from "../executor/ContainerEngine.ts"
import * as ScriptTool from "../executor/ScriptTool.ts"
import * as Options from "./Options.ts"
import { stdout } from "./Quit.ts"
import * as Trust from "./Trust.ts"

/** Reasons, the most frequent first. */
const reasonsOf = (tasks: ReadonlyArray<Plan.PlannedTask>): ReadonlyArray<readonly [reason: string, tasks: number]> => {
  const found = new Map<string, number>()
  for (const { reason } of tasks) found.set(reason, (found.get(reason) ?? 0) + 1)
  return [...found].sort(([, a], [, b]) => b - a)
}

const toRun = (tasks: ReadonlyArray<Plan.PlannedTask>) => tasks.filter(({ status }) => status === "to run")

/** `120 tasks: 100 cached, 20 to run`. */
const folded = (tasks: ReadonlyArray<Plan.PlannedTask>): string => {
  if (tasks.length === 0) return "0 tasks: it is scattered over nothing"
  const some = toRun(tasks).length
  const split =
    some === 0 ? "all cached" : some === tasks.length ? "all to run" : `${tasks.length - some} cached, ${some} to run`
  return `${tasks.length} ${tasks.length === 1 ? "task" : "tasks"}: ${split}`
}

const waiting = ({ waitsFor }: Plan.PlannedStage): string =>
  `depends on what ${waitsFor.map((id) => `'${id}'`).join(", ")} gives`

const amount = (seconds: number, bytes: number): string => `about ${formatSeconds(seconds)}, ${formatBytes(bytes)}`

/** The reason of a folded stage: of the tasks that run, else of all. */
const foldedReason = (tasks: ReadonlyArray<Plan.PlannedTask>): string => {
  const open = toRun(tasks)
  const [[reason] = [""], ...others] = reasonsOf(open.length === 0 ? tasks : open)
  const more =
    others.length === 0 ? "" : ` (and ${others.length} other ${others.length === 1 ? "reason" : "reasons"}: --tasks)`
  return `${reason}${more}`
}

const lines = (planned: ReadonlyArray<Plan.PlannedStage>, estimate: Estimate.Estimate | undefined, all: boolean) => {
  const ids = planned.map(({ stage }) => stage.id)
  const longest = (names: ReadonlyArray<string>) => names.reduce((most, name) => Math.max(most, name.length), 0)
  const width = longest(ids)
  return planned.flatMap((each): ReadonlyArray<string> => {
    const { stage, tasks } = each
    const known = estimate?.stages.get(stage.id)
    const count = Estimate.remaining(each)
    const after = known === undefined || count === 0 ? "" : ` (${amount(known.seconds * count, known.bytes * count)})`
    const line = (status: string, reason: string) =>
      `  ${stage.id.padEnd(width)}  ${status.padEnd(7)}  ${reason}${after}`
    if (tasks === undefined) return [line("unknown", waiting(each))]
    if (!stage.scattered) return [line(tasks[0]!.status, tasks[0]!.reason)]
    const inner = all ? longest(tasks.map(({ id }) => id)) : 0
    return [
      line(folded(tasks), foldedReason(tasks)),
      ...(all ? tasks : []).map(({ id, status, reason }) => `    ${id.padEnd(inner)}  ${status.padEnd(6)}  ${reason}`)
    ]
  })
}

const summary = (planned: ReadonlyArray<Plan.PlannedStage>, estimate: Estimate.Estimate | undefined): string => {
  const { cached, toRun: open, unknown } = Plan.counts(planned)
  const counts = `${cached} cached, ${open} to run, ${unknown} unknown until these end`
  if (estimate === undefined) return counts
  const without = planned.filter((each) => Estimate.remaining(each) > 0 && !estimate.stages.has(each.stage.id))
  const but = without.length === 0 ? "" : `, without ${without.map(({ stage }) => `'${stage.id}'`).join(", ")}`
  const most = unknown > 0 ? " at most" : ""
  return `${counts}\n${amount(estimate.seconds, estimate.bytes)}${most}, going by earlier tasks of the same stages${but}`
}

const json = (planned: ReadonlyArray<Plan.PlannedStage>, estimate: Estimate.Estimate | undefined, all: boolean) => ({
  ...Plan.counts(planned),
  estimate: estimate === undefined ? null : { seconds: estimate.seconds, bytes: estimate.bytes },
  stages: planned.map((each) => {
    const { stage, tasks, count, waitsFor } = each
    const open = tasks === undefined ? 0 : toRun(tasks).length
    return {
      id: stage.id,
      uses: usesOf(stage),
      status: tasks === undefined ? "unknown" : open > 0 ? "to run" : "cached",
      scattered: stage.scattered,
      tasks: count ?? null,
      cached: tasks === undefined ? 0 : tasks.length - open,
      toRun: open,
      waitsFor,
      reasons: reasonsOf(tasks ?? []).map(([reason, number]) => ({ reason, tasks: number })),
      /** Medians of one task. */
      estimate: estimate?.stages.get(stage.id) ?? null,
      ...(all && tasks !== undefined ? { each: tasks } : {})
    }
  })
})

export const plan = Command.make(
  "plan",
  {
    workflow: Options.file,
    ...Options.workflowFlags,
    trust: Trust.flag,
    ...Options.containerFlags,
    format: Options.format,
    tasks: Flag.Boolean("tasks").pipe(
      Flag.withDescription("list every task of scattered stages"),
      Flag.withDefault(false)
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("the plan as JSON; the same as --format json"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* (options) {
    const { workflow } = yield* Options.sound(options.workflow, options, options.json ? "json" : options.format)
    const asJson = options.json || options.format === "json"
    const machine = yield* Options.machine(options)
    const { planned, estimate } = yield* Effect.gen(function* () {
      const planned = yield* Plan.make(workflow)
      return { planned, estimate: yield* Estimate.make(planned, machine) }
    }).pipe(
      Effect.provideService(ScriptTool.Asking, yield* Trust.asking(options.trust, options.workflow)),
      Effect.provideService(ContainerEngine.Choice, Options.containers(options, false)),
      Effect.provide(Options.caches())
    )
    yield* stdout(
      asJson
        ? JSON.stringify(
            { workflow: workflow.name, file: workflow.file, ...json(planned, estimate, options.tasks) },
            null,
            2
          )
        : [...lines(planned, estimate, options.tasks), summary(planned, estimate)].join("\n")
    )
  })
).pipe(Command.withDescription("Show what a run would do, why, and how long it may take, without doing it"))
