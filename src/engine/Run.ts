/** One run of a workflow, from its first task to its results. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import { rmSync } from "node:fs"
import { join } from "node:path"
import type { ContentStore } from "../cache/ContentStore.ts"
import type { FileDigests } from "../cache/FileDigests.ts"
import { Home } from "../cache/Home.ts"
import type { Leases } from "../cache/Lease.ts"
import type { Records } from "../cache/Records.ts"
import * as WorkFolder from "../cache/WorkFolder.ts"
import * as Digest from "../core/Digest.ts"
import { InputError, messageOf } from "../core/Failure.ts"
import * as Tally from "../core/Tally.ts"
import * as Process from "../core/Process.ts"
import type { Machine } from "../core/Machine.ts"
import type { SettingsValue } from "../core/Settings.ts"
import { dispensable, needs, type CheckedStage } from "../dsl/check/CheckedStage.ts"
import type { Reaction } from "../dsl/stage/Policy.ts"
import type { Resources } from "../dsl/stage/Stage.ts"
import type { Workflow } from "../dsl/Workflow.ts"
import type { Executor } from "../executor/Executor.ts"
import * as TaskFolderPool from "../executor/TaskFolderPool.ts"
import * as Attempts from "./Attempts.ts"
import { Events, type Event, type EventBody } from "./Event.ts"
import * as Reaper from "./Reaper.ts"
import * as Reason from "./Reason.ts"
import * as Remarks from "./Remarks.ts"
import * as RowAccount from "./RowAccount.ts"
import * as RunConclusion from "./RunConclusion.ts"
import * as RunFolder from "./RunFolder.ts"
import * as RunRecord from "./RunRecord.ts"
import type { RunResult } from "./RunResult.ts"
import * as RunState from "./RunState.ts"
import * as Gather from "./Gather.ts"
import * as Scatter from "./Scatter.ts"
import * as Scheduler from "./Scheduler.ts"
import * as TaskFailure from "./TaskFailure.ts"
import * as InputBinding from "./InputBinding.ts"
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

/** ISO 8601, UTC. Many events come within one millisecond: its text is made once. */
const timeText = () => {
  let last = Number.NaN
  let text = ""
  return (now: number): string => {
    if (now !== last) text = new Date(now).toISOString()
    last = now
    return text
  }
}

/** A fault of the engine itself ends the task that met it, and is told like any other failure. */
const broken = (defect: unknown): TaskFailure.TaskFailure =>
  TaskFailure.plain({ _tag: "Defect", message: `agflow broke: ${messageOf(defect)}` })

/** What running tasks takes. */
type Services = ContentStore | Events | Executor | FileDigests | FileSystem.FileSystem | Home | Leases | Records

export const run = Effect.fn("Run.run")(function* (workflow: Workflow, options: RunOptions) {
  yield* Reaper.reap
  const folder = yield* RunFolder.make(workflow)
  const started = yield* Clock.currentTimeMillis
  const log = RunFolder.log(folder)
  const timeOf = timeText()
  const publish = (body: EventBody): Effect.Effect<void> =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      // Each body is made for this and is nobody else's; a copy of ten thousand takes time.
      const event: Event = Object.assign(body, { time: timeOf(now) })
      // Progress comes many times a second and tells a later reader nothing; what tasks print is in their logs.
      if (event._tag !== "TaskProgress" && event._tag !== "TaskOutput") log.append(event)
      options.listen(event)
    })
  const params = Object.fromEntries(workflow.params.map(({ name, value }) => [name, value]))
  const state = RunState.make(workflow)
  const { upstream, results, sites } = state
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
    tasks: state.lines(),
    outputs: []
  }
  yield* RunRecord.write(folder.path, about)

  yield* publish({
    _tag: "RunStarted",
    run: folder.id,
    workflow: workflow.name,
    file: workflow.file,
    profiles: workflow.profiles,
    params,
    stages: workflow.stages.map(({ id }) => id)
  })

  const folders = yield* TaskFolderPool.make
  // Beside the tasks: what is loaded from there is code, and the run's own folder may be a group's to write to.
  const modules = join((yield* Home).work, WorkFolder.nameFor("stages"))
  yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(modules, { recursive: true, force: true })))
  const wanted = Gather.wanted(workflow)
  const reasons = yield* Reason.make(workflow, folder.id)
  const scripts = RunFolder.scripts(folder)
  const { cpus, memory } = options.machine
  const wantsGpus = workflow.stages.some(({ resources }) => resources.gpus > 0)
  const machine: Resources = { cpus, memory, gpus: wantsGpus ? options.machine.gpus : 0 }
  const failTask = Effect.fnUntraced(function* (id: string, failure: TaskFailure.TaskFailure, since: number) {
    const seconds = ((yield* Clock.currentTimeMillis) - since) / 1000
    const result = results.get(id)
    if (result !== undefined)
      Object.assign(result, { status: "failed", failure, seconds, reason: failure.failure.message })
    yield* publish({ _tag: "TaskFailed", stage: id, key: result?.key ?? null, ...failure, seconds })
    return yield* Effect.fail(failure)
  })

  /** Tasks that have not what they need, since failures are ignored. */
  const left = new Set<string>()

  /** A stage that becomes many tasks, once what it is scattered over is known. */
  const scatter = Effect.fnUntraced(function* (stage: CheckedStage) {
    const since = yield* Clock.currentTimeMillis
    const failing = Effect.catch((failure: InputError) => failTask(stage.id, TaskFailure.plain(failure), since))
    const many = yield* Scatter.expand(stage, upstream).pipe(failing)
    many.forEach(state.add)
    yield* publish({ _tag: "StageScattered", stage: stage.id, tasks: many.length })
    const gather = Effect.gen(function* () {
      // Where failures are ignored, some have none; where all have failed, that is the stage's own failure.
      const ended = many.map(({ id }) => results.get(id)!)
      const tasks = ended.flatMap(({ id, outputs }) => {
        const { lane, called, keys } = sites.get(id)!
        return outputs === undefined ? [] : [{ id, lane, called, keys, outputs }]
      })
      if (many.length === 0) {
        upstream.set(stage.id, yield* Gather.nothing(stage).pipe(failing))
        return yield* publish({ _tag: "StageGathered", stage: stage.id, tasks: 0, leftOut: 0, account: [] })
      }
      if (tasks.length === 0) {
        const failed = ended.find(({ failure }) => failure !== undefined)?.failure
        const none = new InputError({ message: "no task of it had what it needs" })
        return yield* Effect.fail(failed ?? TaskFailure.plain(none))
      }
      const without = ended.flatMap(({ id }) => {
        const site = sites.get(id)!
        const [from] = left.has(id) ? InputBinding.missing(site, upstream) : []
        return from === undefined ? [] : [{ item: site.item, from }]
      })
      const account = Tally.merge([
        ...ended.map((each) => each.account),
        RowAccount.ofKeys(stage, ended.length - without.length, without)
      ])
      state.gathered(stage.id, account)
      const short = RowAccount.ofPieces(stage, account)
      if (short !== undefined) return yield* failTask(stage.id, TaskFailure.plain(short), since)
      for (const [place, given] of yield* Gather.gather(stage, tasks, wanted).pipe(failing)) upstream.set(place, given)
      yield* publish({ _tag: "StageGathered", stage: stage.id, tasks: many.length, leftOut: without.length, account })
    })
    const { resources } = stage
    const [needs, onError] = [[], onErrorOf(stage)]
    return { _tag: "Many" as const, jobs: many.map(({ id }) => ({ id, needs, resources, onError })), gather }
  })

  const attemptsAt = (task: TaskResolution.Task) =>
    Attempts.first(
      task,
      machine,
      publish,
      Effect.fnUntraced(function* (attempt) {
        const { record, executed } = yield* TaskRunner.run(task, {
          attempt,
          settings: options.settings,
          machine: options.machine,
          verbose: options.verbose,
          folders,
          worker: options.worker,
          logs: folder.logs,
          modules,
          version: options.version
        }).pipe(Effect.catchDefect((defect) => Effect.fail(broken(defect))))
        if (!executed) results.get(task.id)!.reason = TaskRunner.doneElsewhere
        state.finish(task, record, executed ? "done" : "cached")
      }),
      (failure, since) => failTask(task.id, failure, since)
    )

  const resolve = Effect.fnUntraced(function* (
    id: string
  ): Effect.fn.Return<Scheduler.Resolved<TaskFailure.TaskFailure, Services>, TaskFailure.TaskFailure, Services> {
    const whole = state.scattered.get(id)
    if (whole !== undefined) return yield* scatter(whole)
    const site = sites.get(id)!
    const since = yield* Clock.currentTimeMillis
    const lacking = InputBinding.missingKey(site, upstream)
    if (lacking !== undefined) return yield* failTask(id, TaskFailure.plain(lacking), since)
    if (InputBinding.missing(site, upstream).length > 0) {
      left.add(id)
      return { _tag: "Without" as const }
    }
    const task = yield* TaskResolution.resolve(site, reasons, upstream).pipe(
      Effect.catch((failure: InputError) => failTask(id, TaskFailure.plain(failure), since))
    )
    const { key, reason, record, synthetic } = task
    const result = results.get(id)!
    result.key = key
    result.reason = reason
    result.synthetic = synthetic
    if (task.instance.body._tag === "Script") scripts.keep(task.structure.code, task.instance.body.script)
    if (record === undefined) return { _tag: "ToRun" as const, run: attemptsAt(task) }
    const short = RowAccount.ofTask(task.stage, record)
    if (short !== undefined) return yield* failTask(id, TaskFailure.plain(short), since)
    const inputs = TaskResolution.originsOf(task)
    yield* publish({ _tag: "TaskCached", stage: id, key, reason, inputs, ...Remarks.of(task, record, "been kept") })
    state.finish(task, record, "cached")
    return { _tag: "Done" as const }
  })

  const jobs = workflow.stages.map((stage) => ({
    id: stage.id,
    needs: needs(stage),
    dispensable: dispensable(stage),
    resources: stage.resources,
    onError: onErrorOf(stage)
  }))
  const outcome = yield* Scheduler.run(jobs, machine, resolve).pipe(
    Effect.provideService(Events, Events.of({ publish })),
    Effect.onExit((exit) =>
      RunConclusion.conclude(exit, { workflow, folder, about, state, publish, finish: options.finish })
    )
  )
  return state.statusOf(outcome)

  function onErrorOf({ policy }: CheckedStage): Reaction {
    return policy.onError ?? options.onError
  }
}, Effect.scoped)
