/** What a run would do, task by task, without doing it. */
import * as Effect from "effect/Effect"
import { needs, type CheckedStage } from "../dsl/CheckedStage.ts"
import type { Workflow } from "../dsl/Workflow.ts"
import * as Reason from "./Reason.ts"
import * as Scatter from "./Scatter.ts"
import * as TaskResolution from "./TaskResolution.ts"

export interface PlannedTask {
  /** Of the task; of the stage, where its tasks are not known yet. */
  readonly id: string
  readonly stage: CheckedStage
  readonly status: "cached" | "to run" | "unknown"
  readonly reason: string
  readonly key: string | null
}

export const make = Effect.fn("Plan.make")(function* (workflow: Workflow) {
  const upstream = new Map<string, TaskResolution.StageOutputs>()
  const planned: Array<PlannedTask> = []
  const reasons = yield* Reason.make(workflow, undefined)
  for (const stage of workflow.stages) {
    const open = needs(stage).filter((need) => !upstream.has(need))
    if (open.length > 0) {
      const reason = `depends on what ${open.map((id) => `'${id}'`).join(", ")} gives`
      planned.push({ id: stage.id, stage, status: "unknown", reason, key: null })
      continue
    }
    const sites = stage.scattered
      ? yield* Scatter.expand(stage, upstream)
      : [{ id: stage.id, stage, instance: stage.instances[0]!, items: new Map<string, TaskResolution.InputArtifact>() }]
    const tasks = yield* Effect.forEach(sites, (site) => TaskResolution.resolve(site, reasons, upstream))
    for (const { id, record, reason, key } of tasks) {
      planned.push({
        id,
        stage,
        status: record === undefined ? "to run" : "cached",
        reason,
        key
      })
    }
    const finished = tasks.flatMap(({ id, record }) => (record === undefined ? [] : [{ id, outputs: record.outputs }]))
    if (finished.length < tasks.length) continue
    upstream.set(stage.id, stage.scattered ? yield* Scatter.gather(stage, finished) : finished[0]!.outputs)
  }
  return planned
})
