/** What a run knows of its tasks while it goes. */
import type { Record as CacheRecord } from "../cache/Record.ts"
import * as Tally from "../core/Tally.ts"
import type { CheckedStage } from "../dsl/check/CheckedStage.ts"
import type { Workflow } from "../dsl/Workflow.ts"
import type { RunStatus } from "./Event.ts"
import type { RunTask } from "./RunRecord.ts"
import type { StageResult, TaskResult, TaskStatus } from "./RunResult.ts"
import type { Outcome } from "./Scheduler.ts"
import * as RowAccount from "./RowAccount.ts"
import { only, type Site, type StageOutputs } from "./Site.ts"
import { outputsOf, type Task } from "./TaskResolution.ts"

export interface RunState {
  /** What the stages that have ended give, by their id. */
  readonly upstream: Map<string, StageOutputs>
  /** By task, in the order in which they came to be known. */
  readonly results: ReadonlyMap<string, TaskResult>
  readonly sites: ReadonlyMap<string, Site>
  /** Stages that become many tasks. */
  readonly scattered: ReadonlyMap<string, CheckedStage>
  readonly add: (site: Site) => void
  readonly finish: (task: Task, record: CacheRecord, status: TaskStatus) => void
  readonly skip: (id: string, reason: string) => void
  /** What the tasks of a scattered stage took and kept together. */
  readonly gathered: (stage: string, account: ReadonlyArray<Tally.Tally>) => void
  /** Of a task, or of a stage that is many. */
  readonly stageOf: (id: string) => CheckedStage
  readonly statusOf: (outcome: Outcome) => RunStatus
  /** Its tasks as its record has them. */
  readonly lines: () => ReadonlyArray<RunTask>
  readonly stages: () => ReadonlyArray<StageResult>
}

export const make = ({ stages }: Workflow): RunState => {
  const upstream = new Map<string, StageOutputs>()
  const results = new Map<string, TaskResult>()
  const sites = new Map<string, Site>()
  const scattered = new Map(stages.filter((stage) => stage.scattered).map((stage) => [stage.id, stage]))
  const accounts = new Map<string, ReadonlyArray<Tally.Tally>>()
  const byStage = new Map(stages.map((stage) => [stage.id, [] as Array<TaskResult>]))

  const add = (site: Site): void => {
    const { id, stage } = site
    const result: TaskResult = {
      id,
      stage,
      status: "not started",
      reason: "",
      key: null,
      record: undefined,
      outputs: undefined,
      failure: undefined,
      seconds: null,
      synthetic: stage.synthetic,
      account: []
    }
    sites.set(id, site)
    results.set(id, result)
    byStage.get(stage.id)!.push(result)
  }
  for (const stage of stages) {
    if (!stage.scattered) add(only(stage))
  }
  const stageOf = (id: string): CheckedStage => scattered.get(id) ?? sites.get(id)!.stage

  return {
    upstream,
    results,
    sites,
    scattered,
    add,
    finish: (task, record, status) => {
      const result = results.get(task.id)!
      result.status = status
      result.record = record
      result.account = RowAccount.ofResult(task, record)
      result.seconds = status === "done" ? record.seconds : null
      const outputs = outputsOf(task, record)
      result.outputs = outputs
      if (!task.stage.scattered) upstream.set(task.id, outputs)
    },
    skip: (id, reason) => {
      const result = results.get(id)
      if (result !== undefined) Object.assign(result, { status: "skipped", reason })
    },
    stageOf,
    // A failure that the stage itself says to ignore is none of the run's.
    statusOf: ({ failed }) => (failed.every((id) => stageOf(id).policy.onError === "ignore") ? "succeeded" : "failed"),
    // In the workflow's order: what was scattered has come to be known last.
    lines: () =>
      [...byStage.values()].flatMap((tasks) =>
        tasks.map(({ id, stage, key, status, reason, seconds }) => ({
          id,
          stage: stage.id,
          key,
          status,
          reason,
          seconds
        }))
      ),
    gathered: (id, account) => void accounts.set(id, account),
    stages: () =>
      stages.map((stage) => {
        const tasks = byStage.get(stage.id)!
        return { stage, tasks, account: accounts.get(stage.id) ?? Tally.merge(tasks.map(({ account }) => account)) }
      })
  }
}
