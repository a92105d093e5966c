/** One run of a workflow, from its first task to its results. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Artifact } from "../cache/Artifact.ts"
import { Home } from "../cache/Home.ts"
import { Records, type Record as CacheRecord } from "../cache/Record.ts"
import { InputError, messageOf } from "../core/Failure.ts"
import type { SettingsValue } from "../core/Settings.ts"
import { needs, type CheckedStage } from "../dsl/CheckedStage.ts"
import type { Resources } from "../dsl/Stage.ts"
import type { Workflow } from "../dsl/Workflow.ts"
import { Events, type Event, type EventBody, type RunStatus } from "./Event.ts"
import * as Reaper from "./Reaper.ts"
import * as RunFolder from "./RunFolder.ts"
import * as Scheduler from "./Scheduler.ts"
import * as TaskResolution from "./TaskResolution.ts"
import * as TaskRunner from "./TaskRunner.ts"

export interface RunOptions {
  readonly settings: SettingsValue
  readonly machine: Resources
  readonly worker: string
  readonly version: string
  /** Told of every event, in order. */
  readonly listen: (event: Event) => void
  /** Called once at the end, however the run ended; makes the report, and returns its path. */
  readonly finish: (result: RunResult) => Effect.Effect<string, InputError>
}

export type StageStatus = "done" | "cached" | "failed" | "skipped" | "not started"

export interface StageResult {
  readonly stage: CheckedStage
  status: StageStatus
  reason: string
  key: string | null
  record: CacheRecord | undefined
  failure: TaskRunner.TaskFailure | undefined
  seconds: number | null
  synthetic: boolean
}

export interface PublishedOutput {
  readonly name: string
  readonly stage: string
  readonly port: string
  readonly artifact: Artifact
  /** Relative to the run's folder. */
  readonly path: string
}

export interface RunResult {
  readonly workflow: Workflow
  readonly folder: RunFolder.RunFolder
  readonly status: RunStatus
  /** Milliseconds since 1970. */
  readonly started: number
  readonly ended: number
  readonly stages: ReadonlyArray<StageResult>
  readonly outputs: ReadonlyArray<PublishedOutput>
}

/** A fault of the engine itself ends the task that met it, and is told like any other failure. */
const broken = (defect: unknown): TaskRunner.TaskFailure => ({
  failure: { _tag: "Defect", message: `agflow broke: ${messageOf(defect)}` },
  log: [],
  folder: null
})

/** What a stage is called across runs, in explanations. */
export const labelOf = (workflow: Workflow, stage: CheckedStage): string => `${workflow.name}/${stage.id}`

export const run = Effect.fn("Run.run")(function* (workflow: Workflow, options: RunOptions) {
  const records = yield* Records
  yield* Reaper.reap
  const folder = yield* RunFolder.make(workflow)
  const started = yield* Clock.currentTimeMillis
  const publish = (body: EventBody): Effect.Effect<void> =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const event: Event = { ...body, time: new Date(now).toISOString() }
      // Progress comes many times a second and tells a later reader nothing.
      if (event._tag !== "TaskProgress") RunFolder.append(folder, event)
      options.listen(event)
    })
  yield* publish({
    _tag: "RunStarted",
    run: folder.id,
    workflow: workflow.name,
    file: workflow.file,
    profiles: workflow.profiles,
    params: Object.fromEntries(workflow.params.map(({ name, value }) => [name, value])),
    stages: workflow.stages.map(({ id }) => id)
  })

  const upstream = new Map<string, TaskResolution.StageOutputs>()
  const results = new Map<string, StageResult>(
    workflow.stages.map((stage) => [
      stage.id,
      {
        stage,
        status: "not started",
        reason: "",
        key: null,
        record: undefined,
        failure: undefined,
        seconds: null,
        synthetic: stage.synthetic
      }
    ])
  )

  const finishStage = Effect.fnUntraced(function* (
    task: TaskResolution.Task,
    record: CacheRecord,
    status: StageStatus
  ) {
    const result = results.get(task.stage.id)!
    Object.assign(result, { status, record, seconds: status === "done" ? record.seconds : null })
    upstream.set(task.stage.id, record.outputs)
    yield* records.writeLast(labelOf(workflow, task.stage), task.key, task.structure).pipe(Effect.ignore)
  })

  const failStage = Effect.fnUntraced(function* (id: string, failure: TaskRunner.TaskFailure, since: number) {
    const seconds = ((yield* Clock.currentTimeMillis) - since) / 1000
    const result = results.get(id)!
    Object.assign(result, { status: "failed", failure, seconds, reason: failure.failure.message })
    yield* publish({ _tag: "TaskFailed", stage: id, key: result.key, ...failure, seconds })
    return yield* Effect.fail(failure)
  })

  const resolve = Effect.fnUntraced(function* (id: string) {
    const result = results.get(id)!
    const { stage } = result
    const since = yield* Clock.currentTimeMillis
    const task = yield* TaskResolution.resolve(stage, labelOf(workflow, stage), upstream).pipe(
      Effect.catch((failure: InputError) => failStage(id, { failure, log: [], folder: null }, since))
    )
    Object.assign(result, { key: task.key, synthetic: task.synthetic })
    if (task.record !== undefined) {
      result.reason = "nothing that it depends on has changed"
      yield* publish({ _tag: "TaskCached", stage: id, key: task.key })
      yield* finishStage(task, task.record, "cached")
      return { _tag: "Done" as const }
    }
    result.reason = task.reason
    return {
      _tag: "ToRun" as const,
      run: Effect.gen(function* () {
        const begun = yield* Clock.currentTimeMillis
        const { record, executed } = yield* TaskRunner.run(task, {
          settings: options.settings,
          worker: options.worker,
          logs: folder.logs,
          version: options.version
        }).pipe(
          Effect.catchDefect((defect) => Effect.fail(broken(defect))),
          Effect.catch((failure) => failStage(id, failure, begun))
        )
        if (!executed) result.reason = "another run has done it meanwhile"
        yield* finishStage(task, record, executed ? "done" : "cached")
      })
    }
  })

  const jobs = workflow.stages.map((stage) => ({ id: stage.id, needs: needs(stage), resources: stage.resources }))
  const outcome = yield* Scheduler.run(jobs, options.machine, resolve).pipe(
    Effect.provideService(Events, Events.of({ publish })),
    Effect.onExit((exit) => conclude(exit))
  )
  return outcome.failed.length === 0 ? ("succeeded" as const) : ("failed" as const)

  /** Whatever happened, what is finished is published and reported. */
  function conclude(exit: Exit.Exit<Scheduler.Outcome, unknown>) {
    return Effect.gen(function* () {
      const status: RunStatus = Exit.isSuccess(exit)
        ? exit.value.failed.length === 0
          ? "succeeded"
          : "failed"
        : Cause.hasInterruptsOnly(exit.cause)
          ? "interrupted"
          : "failed"
      for (const id of Exit.isSuccess(exit) ? exit.value.skipped : []) {
        const result = results.get(id)!
        const blocker = needs(result.stage).find(
          (need) => results.get(need)!.status !== "done" && results.get(need)!.status !== "cached"
        )
        Object.assign(result, {
          status: "skipped",
          reason: blocker === undefined ? "the run was stopping after a failure" : `it needs '${blocker}'`
        })
        yield* publish({ _tag: "TaskSkipped", stage: id, reason: result.reason })
      }
      const outputs: Array<PublishedOutput> = []
      for (const { name, stage, port } of workflow.outputs) {
        const artifact = upstream.get(stage)?.[port]
        if (artifact === undefined) continue
        outputs.push({ name, stage, port, artifact, path: yield* RunFolder.publish(folder, name, artifact) })
      }
      const ended = yield* Clock.currentTimeMillis
      const report = yield* options.finish({
        workflow,
        folder,
        status,
        started,
        ended,
        stages: [...results.values()],
        outputs
      })
      yield* publish({ _tag: "RunEnded", status, seconds: (ended - started) / 1000, folder: folder.path, report })
    })
  }
})

/** What a run would do, stage by stage, without doing it. */
export interface PlannedStage {
  readonly stage: CheckedStage
  readonly status: "cached" | "to run" | "unknown"
  readonly reason: string
  readonly key: string | null
}

export const plan = Effect.fn("Run.plan")(function* (workflow: Workflow) {
  yield* Home
  const upstream = new Map<string, TaskResolution.StageOutputs>()
  const planned: Array<PlannedStage> = []
  for (const stage of workflow.stages) {
    const open = needs(stage).filter((need) => !upstream.has(need))
    if (open.length > 0) {
      const reason = `depends on what ${open.map((id) => `'${id}'`).join(", ")} gives`
      planned.push({ stage, status: "unknown", reason, key: null })
      continue
    }
    const task = yield* TaskResolution.resolve(stage, labelOf(workflow, stage), upstream)
    if (task.record !== undefined) upstream.set(stage.id, task.record.outputs)
    planned.push({
      stage,
      status: task.record === undefined ? "to run" : "cached",
      reason: task.record === undefined ? task.reason : "nothing that it depends on has changed",
      key: task.key
    })
  }
  return planned
})
