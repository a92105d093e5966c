/** What a run would do, stage by stage and task by task, without doing it. */
import * as Effect from "effect/Effect"
import * as Digest from "../core/Digest.ts"
import { needs, shardsOf, type CheckedStage } from "../dsl/check/CheckedStage.ts"
import type { Workflow } from "../dsl/Workflow.ts"
import * as Reason from "./Reason.ts"
import * as Gather from "./Gather.ts"
import * as Scatter from "./Scatter.ts"
import * as Site from "./Site.ts"
import * as TaskResolution from "./TaskResolution.ts"

export interface PlannedTask {
  readonly id: string
  readonly status: "cached" | "to run"
  readonly reason: string
  readonly key: string
}

export interface PlannedStage {
  readonly stage: CheckedStage
  /** Undefined where what they are given is known only when others have ended. */
  readonly tasks: ReadonlyArray<PlannedTask> | undefined
  /** Of tasks; undefined where even that is not known. */
  readonly count: number | undefined
  /** The stages that it waits for. */
  readonly waitsFor: ReadonlyArray<string>
  /** Identity of what it runs, whatever it is given: for records of the same. */
  readonly runs: Runs
}

/** A stage by name; of a script, its text's digest. */
export interface Runs {
  readonly stage: string
  readonly code: string | undefined
}

const runsOf = ({ instances }: CheckedStage): Runs => {
  const body = instances[0]!.body
  return body._tag === "Uses"
    ? { stage: body.stage.name, code: undefined }
    : { stage: "script", code: Digest.ofBytes(body.script) }
}

export const make = Effect.fn("Plan.make")(function* (workflow: Workflow) {
  const upstream = new Map<string, Site.StageOutputs>()
  const planned: Array<PlannedStage> = []
  const wanted = Gather.wanted(workflow)
  const reasons = yield* Reason.make(workflow, undefined)
  for (const stage of workflow.stages) {
    const runs = runsOf(stage)
    const waitsFor = needs(stage).filter((need) => !upstream.has(need))
    if (waitsFor.length > 0) {
      const count = shardsOf(stage).length === 0 ? stage.instances.length : undefined
      planned.push({ stage, tasks: undefined, count, waitsFor, runs })
      continue
    }
    const sites = stage.scattered ? yield* Scatter.expand(stage, upstream) : [Site.only(stage)]
    const finished: Array<Site.Site & { readonly outputs: Readonly<Record<string, Site.Made>> }> = []
    const tasks = yield* Effect.forEach(sites, (site) =>
      Effect.map(TaskResolution.resolve(site, reasons, upstream), (task): PlannedTask => {
        const { id, record, reason, key } = task
        if (record !== undefined) finished.push({ ...site, outputs: TaskResolution.outputsOf(task, record) })
        return { id, status: record === undefined ? "to run" : "cached", reason, key }
      })
    )
    planned.push({ stage, tasks, count: tasks.length, waitsFor, runs })
    if (finished.length < tasks.length) continue
    if (stage.scattered && tasks.length === 0) upstream.set(stage.id, yield* Gather.nothing(stage))
    else if (!stage.scattered) upstream.set(stage.id, finished[0]!.outputs)
    else for (const [place, given] of yield* Gather.gather(stage, finished, wanted)) upstream.set(place, given)
  }
  return planned
})

export interface Counts {
  readonly cached: number
  readonly toRun: number
  /** Tasks, or stages whose tasks cannot be counted yet. */
  readonly unknown: number
}

export const counts = (planned: ReadonlyArray<PlannedStage>): Counts => {
  const total = { cached: 0, toRun: 0, unknown: 0 }
  for (const { tasks, count } of planned) {
    if (tasks === undefined) total.unknown += count ?? 1
    else for (const { status } of tasks) total[status === "cached" ? "cached" : "toRun"]++
  }
  return total
}
