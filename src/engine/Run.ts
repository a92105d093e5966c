/** One run of a workflow, from its first task to its results. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as FileSystem from "effect/FileSystem"
import { join } from "node:path"
import type { Artifact } from "../cache/Artifact.ts"
import type { ContentStore } from "../cache/ContentStore.ts"
import type { FileDigests } from "../cache/FileDigests.ts"
import type { Home } from "../cache/Home.ts"
import type { Leases } from "../cache/Lease.ts"
import { Records, type Record as CacheRecord } from "../cache/Record.ts"
import * as Digest from "../core/Digest.ts"
import { InputError, messageOf, type Failure } from "../core/Failure.ts"
import * as Process from "../core/Process.ts"
import type { Machine } from "../core/Machine.ts"
import type { SettingsValue } from "../core/Settings.ts"
import { dispensable, needs, type CheckedStage } from "../dsl/CheckedStage.ts"
import type { Reaction } from "../dsl/Policy.ts"
import type { Resources } from "../dsl/Stage.ts"
import type { Workflow } from "../dsl/Workflow.ts"
import type { Executor } from "../executor/Executor.ts"
import * as Attempts from "./Attempts.ts"
import { Events, type Event, type EventBody, type RunStatus } from "./Event.ts"
import * as Reaper from "./Reaper.ts"
import * as Reason from "./Reason.ts"
import * as RunFolder from "./RunFolder.ts"
import * as RunRecord from "./RunRecord.ts"
import * as Scatter from "./Scatter.ts"
import * as Scheduler from "./Scheduler.ts"
import * as TaskResolution from "./TaskResolution.ts"
import * as TaskRunner from "./TaskRunner.ts"

export interface RunOptions {
  readonly settings: SettingsValue
  readonly machine: Machine
  /** Tells what tasks print while they run. */
  readonly verbose: boolean
  /** What a failure means for the run, where the stage does not say. */
  readonly onError: Reaction
  readonly worker: string
  readonly version: string
  /** The words that started the run. */
  readonly command: ReadonlyArray<string>
  /** Told of every event, in order. */
  readonly listen: (event: Event) => void
  /** Called once at the end, however the run ended; makes the report, and returns its path. */
  readonly finish: (result: RunResult) => Effect.Effect<string, InputError>
}

export type TaskStatus = "done" | "cached" | "failed" | "skipped" | "not started"

/** What became of a task. */
export interface TaskResult {
  readonly id: string
  readonly stage: CheckedStage
  status: TaskStatus
  reason: string
  key: string | null
  record: CacheRecord | undefined
  failure: TaskRunner.TaskFailure | undefined
  seconds: number | null
  synthetic: boolean
}

/** What became of a stage: its one task, or the many that it was scattered into. */
export interface StageResult {
  readonly stage: CheckedStage
  /** None of a scattered stage that was not reached. */
  readonly tasks: ReadonlyArray<TaskResult>
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

/** What running tasks takes. */
type Services = ContentStore | Events | Executor | FileDigests | FileSystem.FileSystem | Home | Leases | Records

export const run = Effect.fn("Run.run")(function* (workflow: Workflow, options: RunOptions) {
  yield* Reaper.reap
  const folder = yield* RunFolder.make(workflow)
  const started = yield* Clock.currentTimeMillis
  const publish = (body: EventBody): Effect.Effect<void> =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const event: Event = { ...body, time: new Date(now).toISOString() }
      // Progress comes many times a second and tells a later reader nothing; what tasks print is in their logs.
      if (event._tag !== "TaskProgress" && event._tag !== "TaskOutput") RunFolder.append(folder, event)
      options.listen(event)
    })
  const params = Object.fromEntries(workflow.params.map(({ name, value }) => [name, value]))
  yield* publish({
    _tag: "RunStarted",
    run: folder.id,
    workflow: workflow.name,
    file: workflow.file,
    profiles: workflow.profiles,
    params,
    stages: workflow.stages.map(({ id }) => id)
  })

  const reasons = yield* Reason.make(workflow, folder.id)
  const scripts = RunFolder.scripts(folder)
  const { cpus, memory } = options.machine
  const wantsGpus = workflow.stages.some(({ resources }) => resources.gpus > 0)
  const machine: Resources = { cpus, memory, gpus: wantsGpus ? options.machine.gpus : 0 }
  const upstream = new Map<string, TaskResolution.StageOutputs>()
  const wanted = Scatter.wanted(workflow)
  const results = new Map<string, TaskResult>()
  const sites = new Map<string, TaskResolution.Site>()
  const addSite = (site: TaskResolution.Site) => {
    sites.set(site.id, site)
    const { id, stage } = site
    results.set(id, {
      id,
      stage,
      status: "not started",
      reason: "",
      key: null,
      record: undefined,
      failure: undefined,
      seconds: null,
      synthetic: stage.synthetic
    })
  }
  const scattered = new Map(workflow.stages.filter((stage) => stage.scattered).map((stage) => [stage.id, stage]))
  for (const stage of workflow.stages) {
    if (!stage.scattered) addSite(TaskResolution.only(stage))
  }

  const finishTask = (task: TaskResolution.Task, record: CacheRecord, status: TaskStatus): void => {
    const result = results.get(task.id)!
    Object.assign(result, { status, record, seconds: status === "done" ? record.seconds : null })
    if (!task.stage.scattered) upstream.set(task.id, record.outputs)
  }

  const failTask = Effect.fnUntraced(function* (id: string, failure: TaskRunner.TaskFailure, since: number) {
    const seconds = ((yield* Clock.currentTimeMillis) - since) / 1000
    const result = results.get(id)
    if (result !== undefined)
      Object.assign(result, { status: "failed", failure, seconds, reason: failure.failure.message })
    yield* publish({ _tag: "TaskFailed", stage: id, key: result?.key ?? null, ...failure, seconds })
    return yield* Effect.fail(failure)
  })

  const plainly = (failure: Failure): TaskRunner.TaskFailure => ({ failure, log: [], folder: null })

  /** A stage that becomes many tasks, once what it is scattered over is known. */
  const scatter = Effect.fnUntraced(function* (stage: CheckedStage) {
    const since = yield* Clock.currentTimeMillis
    const failing = Effect.catch((failure: InputError) => failTask(stage.id, plainly(failure), since))
    const many = yield* Scatter.expand(stage, upstream).pipe(failing)
    many.forEach(addSite)
    yield* publish({ _tag: "StageScattered", stage: stage.id, tasks: many.length })
    const gather = Effect.gen(function* () {
      // Where failures are ignored, some have none; where all have failed, that is the stage's own failure.
      const ended = many.map(({ id }) => results.get(id)!)
      const tasks = ended.flatMap(({ id, record }) =>
        record === undefined ? [] : [{ ...sites.get(id)!, outputs: record.outputs }]
      )
      if (tasks.length === 0) {
        const failed = ended.find(({ failure }) => failure !== undefined)?.failure
        return yield* Effect.fail(failed ?? plainly(new InputError({ message: "no task of it had what it needs" })))
      }
      for (const [place, given] of yield* Scatter.gather(stage, tasks, wanted).pipe(failing)) upstream.set(place, given)
      yield* publish({ _tag: "StageGathered", stage: stage.id, tasks: many.length })
    })
    return {
      _tag: "Many" as const,
      jobs: many.map(({ id }) => ({ id, needs: [], resources: stage.resources, onError: onErrorOf(stage) })),
      gather
    }
  })

  const resolve = Effect.fnUntraced(function* (
    id: string
  ): Effect.fn.Return<Scheduler.Resolved<TaskRunner.TaskFailure, Services>, TaskRunner.TaskFailure, Services> {
    const whole = scattered.get(id)
    if (whole !== undefined) return yield* scatter(whole)
    const result = results.get(id)!
    const site = sites.get(id)!
    if (TaskResolution.missing(site, upstream).length > 0) return { _tag: "Without" as const }
    const since = yield* Clock.currentTimeMillis
    const task = yield* TaskResolution.resolve(site, reasons, upstream).pipe(
      Effect.catch((failure: InputError) => failTask(id, plainly(failure), since))
    )
    Object.assign(result, { key: task.key, synthetic: task.synthetic })
    if (task.instance.body._tag === "Script") scripts.keep(task.structure.code, task.instance.body.script)
    result.reason = task.reason
    if (task.record !== undefined) {
      yield* publish({
        _tag: "TaskCached",
        stage: id,
        key: task.key,
        reason: task.reason,
        inputs: TaskResolution.originsOf(task)
      })
      finishTask(task, task.record, "cached")
      return { _tag: "Done" as const }
    }
    return {
      _tag: "ToRun" as const,
      run: Attempts.first(
        task,
        machine,
        publish,
        Effect.fnUntraced(function* (attempt) {
          const { record, executed } = yield* TaskRunner.run(task, {
            attempt,
            settings: options.settings,
            machine: options.machine,
            verbose: options.verbose,
            worker: options.worker,
            logs: folder.logs,
            modules: join(folder.path, "stages"),
            version: options.version
          }).pipe(Effect.catchDefect((defect) => Effect.fail(broken(defect))))
          if (!executed) result.reason = TaskRunner.doneElsewhere
          finishTask(task, record, executed ? "done" : "cached")
        }),
        (failure, since) => failTask(id, failure, since)
      )
    }
  })

  const about: RunRecord.RunRecord = {
    id: folder.id,
    workflow: { name: workflow.name, file: workflow.file, sha256: Digest.ofBytes(workflow.text) },
    profiles: workflow.profiles,
    params,
    status: "running",
    started: new Date(started).toISOString(),
    ended: null,
    version: options.version,
    command: options.command,
    process: Process.identify(process.pid),
    tasks: taskLines(),
    outputs: []
  }
  yield* RunRecord.write(folder.path, about)

  const jobs = workflow.stages.map((stage) => ({
    id: stage.id,
    needs: needs(stage),
    dispensable: dispensable(stage),
    resources: stage.resources,
    onError: onErrorOf(stage)
  }))
  const outcome = yield* Scheduler.run(jobs, machine, resolve).pipe(
    Effect.provideService(Events, Events.of({ publish })),
    Effect.onExit((exit) => conclude(exit))
  )
  return statusOf(outcome)

  function onErrorOf({ policy }: CheckedStage): Reaction {
    return policy.onError ?? options.onError
  }

  /** A failure that the stage itself says to ignore is none of the run's. */
  function statusOf({ failed }: Scheduler.Outcome): RunStatus {
    return failed.every((id) => stageOf(id).policy.onError === "ignore") ? "succeeded" : "failed"
  }

  function stageOf(id: string): CheckedStage {
    return scattered.get(id) ?? sites.get(id)!.stage
  }

  function taskLines(): RunRecord.RunRecord["tasks"] {
    const lines = Array.from(results.values(), ({ id, stage, key, status, reason, seconds }) => ({
      id,
      stage: stage.id,
      key,
      status,
      reason,
      seconds
    }))
    // In the workflow's order: what was scattered has come to be known last.
    const order = new Map(workflow.stages.map(({ id }, index) => [id, index]))
    return lines.sort((a, b) => order.get(a.stage)! - order.get(b.stage)!)
  }

  /** Whatever happened, what is finished is published and reported. */
  function conclude(exit: Exit.Exit<Scheduler.Outcome, unknown>) {
    return Effect.gen(function* () {
      const status: RunStatus = Exit.isSuccess(exit)
        ? statusOf(exit.value)
        : Cause.hasInterruptsOnly(exit.cause)
          ? "interrupted"
          : "failed"
      for (const id of Exit.isSuccess(exit) ? exit.value.skipped : []) {
        const stage = stageOf(id)
        const spare = dispensable(stage)
        const site = sites.get(id)
        const missing = [
          ...needs(stage).filter((need) => !upstream.has(need)),
          ...(site === undefined ? [] : TaskResolution.missing(site, upstream))
        ]
        const blocker = missing.find((need) => !spare.has(need)) ?? missing[0]
        const reason = blocker === undefined ? "the run was stopping after a failure" : `it needs '${blocker}'`
        const result = results.get(id)
        if (result !== undefined) Object.assign(result, { status: "skipped", reason })
        yield* publish({ _tag: "TaskSkipped", stage: id, reason })
      }
      for (const id of Exit.isSuccess(exit) ? exit.value.stopped : []) {
        const result = results.get(id)!
        // One may have ended in that very moment.
        if (result.status !== "not started") continue
        const reason = "it was stopped when another task failed"
        Object.assign(result, { status: "skipped", reason })
        yield* publish({ _tag: "TaskSkipped", stage: id, reason })
      }
      const outputs: Array<PublishedOutput> = []
      for (const { name, stage, port } of workflow.outputs) {
        const given = upstream.get(stage)?.[port]
        if (given === undefined) continue
        const artifacts = "files" in given ? [given] : given
        for (const [index, artifact] of artifacts.entries()) {
          const own = "files" in given ? name : `${name}.${index}`
          outputs.push({ name: own, stage, port, artifact, path: yield* RunFolder.publish(folder, own, artifact) })
        }
      }
      const ended = yield* Clock.currentTimeMillis
      // Where it cannot be written, the first record and the events tell the same.
      yield* RunRecord.write(folder.path, {
        ...about,
        status,
        ended: new Date(ended).toISOString(),
        tasks: taskLines(),
        outputs: outputs.map(({ artifact, ...output }) => {
          const { sha256, bytes } = artifact.files[0]!
          return { ...output, sha256, bytes, synthetic: artifact.synthetic, files: artifact.files }
        })
      }).pipe(Effect.ignore)
      const report = yield* options.finish({
        workflow,
        folder,
        status,
        started,
        ended,
        stages: workflow.stages.map((stage) => ({
          stage,
          tasks: [...results.values()].filter((result) => result.stage === stage)
        })),
        outputs
      })
      yield* publish({ _tag: "RunEnded", status, seconds: (ended - started) / 1000, folder: folder.path, report })
    })
  }
})
