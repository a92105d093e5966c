/** Runs one task and keeps its result: lease, folder, executor, outputs into the store, the record last. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { existsSync, mkdirSync, rmSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import type { Artifact } from "../cache/Artifact.ts"
import { ContentStore } from "../cache/ContentStore.ts"
import { FileDigests } from "../cache/FileDigests.ts"
import * as GpuLease from "../cache/GpuLease.ts"
import { Home } from "../cache/Home.ts"
import { Leases } from "../cache/Lease.ts"
import { Records, type Record as CacheRecord } from "../cache/Record.ts"
import { cannot, InputError, type Failure } from "../core/Failure.ts"
import type { Machine } from "../core/Machine.ts"
import type { SettingsValue } from "../core/Settings.ts"
import * as Units from "../core/Units.ts"
import * as FileKind from "../dsl/FileKind.ts"
import * as Port from "../dsl/Port.ts"
import * as Container from "../executor/Container.ts"
import { Executor } from "../executor/Executor.ts"
import * as StageModule from "../executor/StageModule.ts"
import * as TaskFolder from "../executor/TaskFolder.ts"
import type { Attempt } from "./Attempts.ts"
import { Events, type EventBody } from "./Event.ts"
import * as LiveLog from "./LiveLog.ts"
import * as Reaper from "./Reaper.ts"
import * as TableOutput from "./TableOutput.ts"
import { originsOf, type InputArtifact, type Task } from "./TaskResolution.ts"

export interface RunnerOptions {
  readonly machine: Machine
  readonly verbose: boolean
  readonly attempt: Attempt
  readonly settings: SettingsValue
  /** The program that runs a stage's task by itself. */
  readonly worker: string
  /** Where logs of finished tasks and folders of failed ones are kept. */
  readonly logs: string
  /** Where imported stages are put for workers to load. */
  readonly modules: string
  readonly version: string
}

/** Why a task failed, with what helps to find out. */
export interface TaskFailure {
  readonly failure: Failure
  readonly log: ReadonlyArray<string>
  readonly folder: string | null
}

const outputPath = (folder: string, name: string, port: Port.OutputPort): string =>
  join(folder, "outputs", `${name}.${FileKind.get(Port.kindOf(port)).extensions[0]}`)

/** The links to be made for a task's inputs, the paths that it is told, and what the user calls the files behind them. */
const stage = (folder: string, task: Task) => {
  const links = new Map<string, string>()
  const origins = new Map<string, string>()
  const script = task.instance.body._tag === "Script"
  const place = ({ artifact, fileName }: InputArtifact, stem: string): string => {
    if (!script || fileName === undefined) return `inputs/${stem}.${artifact.extension}`
    const own = `scratch/${fileName}`
    // Of two files with one name, from different folders, the second is put where nothing else is.
    return artifact.files.some(({ suffix }) => links.has(`${own}${suffix}`)) ? `inputs/${stem}/${fileName}` : own
  }
  const link = (item: InputArtifact, stem: string): string => {
    const main = place(item, stem)
    for (const { suffix } of item.artifact.files) {
      links.set(`${main}${suffix}`, item.pathOf(suffix))
      origins.set(join(folder, `${main}${suffix}`), `${item.origin}${suffix}`)
    }
    return join(folder, main)
  }
  const inputs = Object.fromEntries(
    [...task.inputs].map(([name, input]) => [
      name,
      "artifact" in input ? link(input, name) : input.map((item, index) => link(item, `${name}.${index}`))
    ])
  )
  return { inputs, origins, links: Array.from(links, ([name, from]) => ({ from, name })) }
}

const specOf = (
  task: Task,
  inputs: Readonly<Record<string, string | ReadonlyArray<string>>>,
  folder: string,
  { settings, modules, attempt }: Pick<RunnerOptions, "settings" | "modules" | "attempt">,
  checkpoint: string,
  devices: string | undefined,
  container: ScriptContainer | undefined
): TaskFolder.TaskSpec => {
  const { outputs } = task.stage
  const { cpus, memory } = attempt.resources
  const { body } = task.instance
  return body._tag === "Uses"
    ? {
        kind: "stage",
        stage: body.stage.name,
        ...(body.module === undefined ? {} : { module: StageModule.write(modules, body.module) }),
        params: body.stage.encodeParams(body.params),
        inputs,
        settings: { ...settings, threads: Math.min(cpus, availableParallelism()) },
        checkpoint,
        ...(devices === undefined ? {} : { devices })
      }
    : {
        kind: "script",
        script: body.script,
        inputs,
        outputs: Object.fromEntries(
          Object.entries(outputs).map(([name, port]) => [name, outputPath(folder, name, port)])
        ),
        // What it was given, for programs that must be told; none of it is in the key.
        env: {
          AGFLOW_CPUS: String(cpus),
          AGFLOW_MEMORY: String(memory),
          AGFLOW_ATTEMPT: String(attempt.number),
          ...(devices === undefined ? {} : { CUDA_VISIBLE_DEVICES: devices }),
          ...body.env
        },
        ...(devices === undefined ? {} : { devices }),
        ...(container === undefined ? {} : { container })
      }
}

type ScriptContainer = NonNullable<(TaskFolder.TaskSpec & { readonly kind: "script" })["container"]>

const containerOf = Effect.fnUntraced(function* ({ instance: { body } }: Task, files: ReadonlyArray<string>) {
  if (body._tag !== "Script" || body.container === undefined) return undefined
  const engine = yield* Container.engine
  const odd = files.find((file) => Container.unmountable(engine, file))
  if (odd !== undefined) {
    return yield* new InputError({
      message: `${engine} cannot be given a file with this name`,
      file: odd,
      hint: "rename it: no commas, colons, quotes or line breaks"
    })
  }
  return { ...body.container, engine, files } satisfies ScriptContainer
})

const collect = Effect.fnUntraced(function* (task: Task, folder: string, exit: TaskFolder.TaskExit) {
  const store = yield* ContentStore
  const artifacts: Record<string, Artifact> = {}
  for (const [name, port] of Object.entries(task.stage.outputs)) {
    const kind = Port.kindOf(port)
    const path = join(folder, "outputs", exit.outputs[name]!)
    if (task.instance.body._tag === "Script" && port._tag === "Table")
      yield* TableOutput.check(path, name, port.columns)
    const suffixes = ["", ...(FileKind.get(kind).companions ?? []).filter((suffix) => existsSync(`${path}${suffix}`))]
    const files = yield* Effect.forEach(suffixes, (suffix) =>
      Effect.map(store.put(`${path}${suffix}`), (identity) => ({ suffix, ...identity }))
    )
    artifacts[name] = { extension: FileKind.extensionOf(kind, path)!, files, synthetic: task.synthetic }
  }
  return artifacts
})

/** A result is that of the inputs that its key names: when one of them changed meanwhile, it is nobody's. */
const checkInputs = Effect.fnUntraced(function* ({ inputs }: Task) {
  const digests = yield* FileDigests
  for (const [name, input] of inputs) {
    for (const { artifact, pathOf } of "artifact" in input ? [input] : input) {
      for (const { suffix, sha256 } of artifact.files) {
        const file = pathOf(suffix)
        if ((yield* digests.of(file)).sha256 === sha256) continue
        return yield* new InputError({
          message: `input '${name}' changed while the task ran: the result is not kept`,
          file,
          hint: "run again when nothing writes to it; a script writes to its outputs, never to an input"
        })
      }
    }
  }
})

/** What a task's log and kept folder are called. */
export const logName = (id: string): string => id.replace(/[^\w.,+-]/gu, "_")

/** Why a task was not run after all. */
export const doneElsewhere = "another run has done it meanwhile"

const outOfTime = (seconds: number): Failure => ({
  _tag: "OutOfTime",
  message: `the task was stopped: it took longer than its limit of ${Units.formatSeconds(seconds)}`,
  hint: "give it more under 'resources: time', or let it grow: retry: { attempts: 2, time: x2 }"
})

let counter = 0

/** The record of the task, and whether it is of this execution: another may have finished it while this one waited. */
export const run = Effect.fnUntraced(function* (
  task: Task,
  options: RunnerOptions
): Effect.fn.Return<
  { readonly record: CacheRecord; readonly executed: boolean },
  TaskFailure,
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
  const unexplained = Effect.mapError((failure: InputError): TaskFailure => ({ failure, log: [], folder: null }))

  return yield* Effect.gen(function* () {
    yield* leases
      .hold(task.key, (holder) => events.publish({ _tag: "TaskWaiting", stage: id, key: task.key, holder }))
      .pipe(unexplained)
    const finished = yield* records.find(task.key)
    if (finished !== undefined) {
      yield* events.publish({
        _tag: "TaskCached",
        stage: id,
        key: task.key,
        reason: doneElsewhere,
        inputs: originsOf(task)
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
    const folder = join(home.work, Reaper.folderName(task.key, counter++))
    const checkpoint = join(home.checkpoints, task.key)
    const { inputs, origins, links } = stage(folder, task)

    /** Keeps the folder of a failed task for whoever wants to look, out of the way of the next try. */
    const failed = (failure: Failure): TaskFailure => {
      const kept = join(options.logs, "failed", name)
      const log = [...TaskFolder.tail(folder, "stdout.log", 10), ...TaskFolder.tail(folder, "stderr.log", 20)]
      let there = existsSync(folder)
      try {
        mkdirSync(join(options.logs, "failed"), { recursive: true })
        if (there) TaskFolder.keep(folder, kept, options.worker)
      } catch {
        there = false
      }
      // The user knows an input by its stage or path, not by the link that the task was given.
      const named = failure.file === undefined ? undefined : (origins.get(failure.file) ?? failure.file)
      // One of the task's own files has moved with its folder.
      const file = there && named?.startsWith(`${folder}/`) ? join(kept, named.slice(folder.length)) : named
      return {
        failure: { ...failure, message: failure.message, ...(file === undefined ? {} : { file }) },
        log,
        folder: there ? kept : null
      }
    }

    const { time } = attempt
    const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      time === undefined
        ? effect
        : Effect.timeoutOrElse(effect, {
            duration: time * 1000,
            orElse: () => Effect.fail<Failure>(outOfTime(time))
          })

    const work = Effect.gen(function* () {
      const container = yield* containerOf(
        task,
        links.map(({ from }) => from)
      )
      const spec = yield* Effect.try({
        try: () => specOf(task, inputs, folder, options, checkpoint, devices?.join(","), container),
        catch: cannot("write", options.modules)
      })
      const prepared = yield* TaskFolder.prepare(folder, spec, links)
      const publish = (event: EventBody) => Effect.runSync(events.publish(event))
      const live = options.verbose
        ? LiveLog.follow(folder, (stream, line) => publish({ _tag: "TaskOutput", stage: id, stream, line }))
        : Effect.void
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
      yield* checkInputs(task)
      const ended = yield* Clock.currentTimeMillis
      // From here on the result is whole: an interruption waits for these few steps.
      return yield* Effect.uninterruptible(
        Effect.gen(function* () {
          const outputs = yield* collect(task, folder, exit)
          const record: CacheRecord = {
            key: task.key,
            structure: task.structure,
            outputs,
            provenance: exit.provenance,
            startedAt: new Date(started).toISOString(),
            seconds: (ended - started) / 1000,
            cpuSeconds: exit.cpuSeconds,
            maxRssBytes: exit.maxRssBytes,
            agflow: options.version
          }
          yield* records.write(record)
          if (task.instance.body._tag === "Uses") rmSync(checkpoint, { recursive: true, force: true })
          yield* Effect.ignore(Effect.try(() => TaskFolder.keepLogs(folder, join(options.logs, logName(id)))))
          TaskFolder.remove(folder)
          return record
        })
      )
    })
    const record = yield* work.pipe(
      Effect.mapError(failed),
      Effect.onInterrupt(() => Effect.sync(() => TaskFolder.remove(folder)))
    )
    yield* events.publish({ _tag: "TaskDone", stage: id, key: task.key, seconds: record.seconds })
    return { record, executed: true }
  }).pipe(Effect.scoped)
})
