/** Runs one task and keeps its result: lease, folder, executor, outputs into the store, the record last. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { existsSync, lstatSync, rmSync } from "node:fs"
import { join } from "node:path"
import type { Artifact } from "../cache/Artifact.ts"
import { ContentStore } from "../cache/ContentStore.ts"
import { FileDigests } from "../cache/FileDigests.ts"
import * as GpuLease from "../cache/GpuLease.ts"
import { Home } from "../cache/Home.ts"
import { Leases } from "../cache/Lease.ts"
import type { Record as CacheRecord } from "../cache/Record.ts"
import { isDurable, Records } from "../cache/Records.ts"
import * as WorkFolder from "../cache/WorkFolder.ts"
import * as Digest from "../core/Digest.ts"
import { InputError, type Failure } from "../core/Failure.ts"
import type { Machine } from "../core/Machine.ts"
import type { SettingsValue } from "../core/Settings.ts"
import * as FileKind from "../dsl/stage/FileKind.ts"
import * as Port from "../dsl/stage/Port.ts"
import * as ContainerImage from "../executor/ContainerImage.ts"
import { Executor } from "../executor/Executor.ts"
import * as TableOutput from "../executor/TableOutput.ts"
import type { TaskExit } from "../executor/TaskExit.ts"
import * as TaskFolder from "../executor/TaskFolder.ts"
import type { TaskFolderPool } from "../executor/TaskFolderPool.ts"
import * as TaskLog from "../executor/TaskLog.ts"
import type { TaskSpec } from "../executor/TaskSpec.ts"
import type { Attempt } from "./Attempts.ts"
import { Events, type EventBody } from "./Event.ts"
import * as InputState from "./InputState.ts"
import * as LiveLog from "./LiveLog.ts"
import * as Remarks from "./Remarks.ts"
import * as RowAccount from "./RowAccount.ts"
import * as TaskFailure from "./TaskFailure.ts"
import { originsOf, type Task } from "./TaskResolution.ts"
import * as TaskSetup from "./TaskSetup.ts"

export interface RunnerOptions {
  readonly machine: Machine
  readonly verbose: boolean
  readonly attempt: Attempt
  readonly settings: SettingsValue
  /** Where tasks work. */
  readonly folders: TaskFolderPool
  /** The program that runs a stage's task by itself. */
  readonly worker: string
  /** Where logs of finished tasks and folders of failed ones are kept. */
  readonly logs: string
  /** Where imported stages are put for workers to load. */
  readonly modules: string
  readonly version: string
}

const collect = Effect.fnUntraced(function* (task: Task, folder: string, exit: TaskExit, durable: boolean) {
  const store = yield* ContentStore
  const artifacts: Record<string, Artifact> = {}
  const outputs = Object.entries(task.stage.outputs).map(([name, port]) => {
    const path = join(folder, "outputs", exit.outputs[name]!)
    return { name, port, path, linked: lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true }
  })
  // Links first: one may lead to another output, which is then taken from there.
  for (const { name, port, path } of outputs.sort((a, b) => Number(b.linked) - Number(a.linked))) {
    const kind = Port.kindOf(port)
    if (task.instance.body._tag === "Script" && port._tag === "Table")
      yield* TableOutput.check(path, name, port.columns)
    const suffixes = ["", ...(FileKind.get(kind).companions ?? []).filter((suffix) => existsSync(`${path}${suffix}`))]
    const files = yield* Effect.forEach(suffixes, (suffix) =>
      Effect.map(store.put(`${path}${suffix}`, { durable }), (identity) => ({ suffix, ...identity }))
    )
    artifacts[name] = { extension: FileKind.extensionOf(kind, path)!, files, synthetic: task.synthetic }
  }
  return artifacts
})

/** A result is that of the inputs that its key names: when one of them changed meanwhile, it is nobody's. */
const checkInputs = Effect.fnUntraced(function* (
  { inputs, structure, instance: { body } }: Task,
  before: InputState.InputState
) {
  const digests = yield* FileDigests
  const image = body._tag === "Script" ? body.container?.image : undefined
  if (image !== undefined && (yield* ContainerImage.identify(image)) !== structure.container)
    return yield* new InputError({
      message: "the image of its container changed while the task ran: the result is not kept",
      file: image,
      hint: "run again when nothing writes to it"
    })
  const touched = InputState.changed(before)
  for (const [name, input] of inputs) {
    for (const { artifact, pathOf } of "artifact" in input ? [input] : input) {
      for (const { suffix, sha256 } of artifact.files) {
        const file = pathOf(suffix)
        const isSame = file !== touched && (digests.knows(file, sha256) || (yield* digests.of(file)).sha256 === sha256)
        if (isSame) continue
        return yield* new InputError({
          message: `input '${name}' changed while the task ran: the result is not kept`,
          file,
          hint: "run again when nothing writes to it; a script writes to its outputs, never to an input"
        })
      }
    }
  }
})

/** Longer names do not fit everywhere: into an archive, or with what follows them into a folder. */
const longestName = 72

/** What a task's log and kept folder are called; no two tasks of a run have the same. */
export const logName = (id: string): string => {
  const name = id.replaceAll("/", "~")
  return name.length <= longestName ? name : `${name.slice(0, longestName - 13)}~${Digest.ofBytes(id).slice(0, 12)}`
}

/** Why a task was not run after all. */
export const doneElsewhere = "done meanwhile, for another task or run"

/** The record of the task, and whether it is of this execution: another may have finished it while this one waited. */
export const run = Effect.fnUntraced(function* (
  task: Task,
  options: RunnerOptions
): Effect.fn.Return<
  { readonly record: CacheRecord; readonly executed: boolean },
  TaskFailure.TaskFailure,
  Home | Leases | Records | ContentStore | FileDigests | Executor | Events
> {
  const home = yield* Home
  const leases = yield* Leases
  const records = yield* Records
  const events = yield* Events
  const executor = yield* Executor
  const { id } = task
  const { attempt } = options
  /** Of attempts before the last, each is kept by its number. */
  const name = attempt.number === attempt.of ? logName(id) : `${logName(id)}.attempt-${attempt.number}`
  const unexplained = Effect.mapError(TaskFailure.plain)

  return yield* Effect.gen(function* () {
    yield* leases
      .hold(task.key, (holder) => events.publish({ _tag: "TaskWaiting", stage: id, key: task.key, holder }))
      .pipe(unexplained)
    const finished = yield* records.find(task.key, task.structure)
    if (finished !== undefined) {
      const short = RowAccount.ofTask(task.stage, finished)
      if (short !== undefined) return yield* Effect.fail(TaskFailure.plain(short))
      yield* events.publish({
        _tag: "TaskCached",
        stage: id,
        key: task.key,
        reason: doneElsewhere,
        inputs: originsOf(task),
        ...Remarks.of(task, finished, "been kept")
      })
      return { record: finished, executed: false }
    }
    const gpus = attempt.resources.gpus
    const devices =
      gpus === 0
        ? undefined
        : yield* GpuLease.hold(options.machine.devices, gpus, (holder) =>
            events.publish({ _tag: "TaskWaiting", stage: id, key: task.key, holder, gpus })
          ).pipe(unexplained)
    yield* events.publish({
      _tag: "TaskStarted",
      stage: id,
      key: task.key,
      reason: attempt.number === 1 ? task.reason : `attempt ${attempt.number} of ${attempt.of}${attempt.growth}`,
      inputs: originsOf(task),
      structure: task.structure
    })
    const started = yield* Clock.currentTimeMillis
    const folder = join(home.work, WorkFolder.nameFor(task.key))
    const checkpoint = join(home.checkpoints, task.key)
    const inputs = TaskSetup.inputs(folder, task)
    let spec: TaskSpec | undefined
    const failed = (failure: Failure) =>
      TaskFailure.keep(
        {
          folder,
          spec,
          origins: inputs.origins,
          kept: join(options.logs, "failed", name),
          worker: options.worker
        },
        failure
      )

    const { time } = attempt
    const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      time === undefined
        ? effect
        : Effect.timeoutOrElse(effect, {
            duration: time * 1000,
            orElse: () => Effect.fail<Failure>(TaskFailure.outOfTime(time))
          })

    const work = Effect.gen(function* () {
      spec = yield* TaskSetup.spec(task, folder, inputs, { ...options, checkpoint, devices: devices?.join(",") })
      yield* options.folders.layOut(folder)
      const prepared = yield* TaskFolder.prepare(folder, spec, inputs.links)
      const publish = (event: EventBody) => Effect.runSync(events.publish(event))
      const live = options.verbose
        ? LiveLog.follow(folder, (stream, line) => publish({ _tag: "TaskOutput", stage: id, stream, line }))
        : Effect.void
      const before = InputState.take(task.inputs)
      const exit = yield* executor
        .execute(prepared, (message) => {
          publish(
            message._tag === "Progress"
              ? { _tag: "TaskProgress", stage: id, done: message.done, total: message.total, unit: message.unit }
              : { _tag: "TaskLog", stage: id, line: message.line }
          )
        })
        .pipe(inTime, (running) => Effect.andThen(live, running), Effect.scoped)
      if (exit.failure !== null || exit.code !== 0) {
        return yield* Effect.fail<Failure>(exit.failure ?? { _tag: "TaskFailed", message: `exit code ${exit.code}` })
      }
      yield* checkInputs(task, before)
      const seconds = ((yield* Clock.currentTimeMillis) - started) / 1000
      // From here on the result is whole: an interruption waits for these few steps.
      return yield* Effect.uninterruptible(
        Effect.gen(function* () {
          const outputs = yield* collect(task, folder, exit, isDurable(seconds))
          const record: CacheRecord = {
            key: task.key,
            structure: task.structure,
            outputs,
            provenance: exit.provenance,
            ...(exit.account.length === 0 ? {} : { account: exit.account }),
            startedAt: new Date(started).toISOString(),
            seconds,
            cpuSeconds: exit.cpuSeconds,
            maxRssBytes: exit.maxRssBytes,
            agflow: options.version
          }
          yield* records.write(record)
          // What cannot be removed (another user's) or kept is no reason to lose the result over.
          if (task.instance.body._tag === "Uses")
            yield* Effect.ignore(Effect.try(() => rmSync(checkpoint, { recursive: true, force: true })))
          yield* Effect.ignore(Effect.try(() => TaskLog.keep(folder, join(options.logs, logName(id)))))
          options.folders.giveBack(folder)
          return record
        })
      )
    })
    const record = yield* work.pipe(
      Effect.mapError(failed),
      Effect.onInterrupt(() => Effect.sync(() => TaskFolder.remove(folder)))
    )
    // The result is kept: what it lacks is for the workflow to judge, and costs no second execution.
    const short = RowAccount.ofTask(task.stage, record)
    if (short !== undefined) return yield* Effect.fail(TaskFailure.plain(short))
    const { seconds } = record
    yield* events.publish({
      _tag: "TaskDone",
      stage: id,
      key: task.key,
      seconds,
      ...Remarks.of(task, record, "just come")
    })
    return { record, executed: true }
  }).pipe(Effect.scoped)
})
