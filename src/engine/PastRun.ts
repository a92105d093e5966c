/** A run as one looks back at it: its record, and what its events tell of each task. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Home } from "../cache/Home.ts"
import { Records } from "../cache/Record.ts"
import type { TaskKey } from "../cache/TaskKey.ts"
import { InputError, type Failure } from "../core/Failure.ts"
import * as Suggest from "../core/Suggest.ts"
import type { Origins } from "./Event.ts"
import * as RunFolder from "./RunFolder.ts"
import * as RunRecord from "./RunRecord.ts"

export interface TaskDetail {
  /** Where each input came from. */
  readonly inputs: Origins
  /** Of a task that was started; the cache's record has it of those that ended well. */
  readonly structure: TaskKey | undefined
  /** Why it was started, also if it failed. */
  readonly reason: string | undefined
  readonly failure: Failure | undefined
  /** Those that failed before the last. */
  readonly attempts: ReadonlyArray<{
    readonly failure: Failure
    readonly folder: string | null
    readonly seconds: number
  }>
  /** The last lines of a failed task. */
  readonly log: ReadonlyArray<string>
  /** Of a failed task, where it is kept. */
  readonly folder: string | null
}

export type RunState = RunRecord.RunRecord["status"] | "killed"
export type TaskState = RunRecord.RunTask["status"] | "killed"

export interface PastRun {
  readonly record: RunRecord.RunRecord
  readonly state: RunState
  /** Absolute path. */
  readonly folder: string
  readonly tasks: ReadonlyMap<string, RunRecord.RunTask>
  /** Read when it is first asked for: a large run has long events. */
  readonly details: () => ReadonlyMap<string, TaskDetail>
}

const blank: TaskDetail = {
  inputs: {},
  structure: undefined,
  reason: undefined,
  attempts: [],
  failure: undefined,
  log: [],
  folder: null
}

const detailsIn = (folder: string): ReadonlyMap<string, TaskDetail> => {
  const all = new Map<string, TaskDetail>()
  const tell = (id: string, change: Partial<TaskDetail>) => all.set(id, { ...(all.get(id) ?? blank), ...change })
  for (const event of RunRecord.events(folder)) {
    if (event._tag === "TaskStarted") {
      // Of several attempts the first one's reason says why.
      const reason = all.get(event.stage)?.reason ?? event.reason
      tell(event.stage, { inputs: event.inputs, structure: event.structure, reason })
    }
    if (event._tag === "TaskCached") tell(event.stage, { inputs: event.inputs })
    if (event._tag === "TaskRetrying") {
      const { failure, folder, seconds } = event
      tell(event.stage, { attempts: [...(all.get(event.stage)?.attempts ?? []), { failure, folder, seconds }] })
    }
    if (event._tag === "TaskFailed") tell(event.stage, { failure: event.failure, log: event.log, folder: event.folder })
  }
  return all
}

export const make = (runs: string, record: RunRecord.RunRecord, now: number): PastRun => {
  const folder = join(runs, record.id)
  let details: ReadonlyMap<string, TaskDetail> | undefined
  return {
    record,
    folder,
    state: RunRecord.stateOf(runs, record, now),
    tasks: new Map(record.tasks.map((task) => [task.id, task])),
    details: () => (details ??= detailsIn(folder))
  }
}

/** All runs of the state folder, the newest first. */
export const list = Effect.gen(function* () {
  const { runs } = yield* Home
  const now = yield* Clock.currentTimeMillis
  return (yield* RunRecord.list(runs)).map((record) => make(runs, record, now))
})

/** The run that a word means among these; `latest` where there is none. */
export const choose = Effect.fnUntraced(function* (past: ReadonlyArray<PastRun>, word = "latest") {
  if (past.length === 0) {
    const { runs } = yield* Home
    return yield* new InputError({
      message: "there are no runs yet",
      file: runs,
      hint: "AGFLOW_HOME names the state folder; it is .agflow of the current folder otherwise"
    })
  }
  const records = past.map(({ record }) => record)
  const chosen = yield* RunRecord.choose(records, word)
  return past.find(({ record }) => record === chosen)!
})

/** What a task has come to: one that was running when its run was killed runs no more. */
export const stateOf = (run: PastRun, task: RunRecord.RunTask): TaskState =>
  task.status === "running" && run.state !== "running" ? "killed" : task.status

/** The task's structured key, as its record or the run's events have it. */
export const structureOf = Effect.fnUntraced(function* (run: PastRun, { id, key }: RunRecord.RunTask) {
  const records = yield* Records
  const record = key === null ? undefined : yield* records.read(key)
  return record?.structure ?? run.details().get(id)?.structure
})

/** The tasks of a stage, in the order in which the run knew them. */
export const tasksOf = ({ tasks }: PastRun, stage: string): ReadonlyArray<RunRecord.RunTask> =>
  [...tasks.values()].filter((task) => task.stage === stage)

/** Whether an input's origin is a file of the user's. */
export const isFile = (origin: string): boolean => origin.startsWith("/")

/** The stage that an input came from; undefined for a file of the user's. */
export const sourceOf = ({ record }: PastRun, origin: string): string | undefined => {
  if (isFile(origin)) return undefined
  const stages = new Set(record.tasks.map(({ stage }) => stage))
  for (let end = origin.indexOf("."); end !== -1; end = origin.indexOf(".", end + 1)) {
    if (stages.has(origin.slice(0, end))) return origin.slice(0, end)
  }
  return undefined
}

/** The tasks that a word means: one by its id, or all those of a stage. */
export const find = (run: PastRun, word: string): Effect.Effect<ReadonlyArray<RunRecord.RunTask>, InputError> => {
  const exact = run.tasks.get(word)
  const many = exact === undefined ? tasksOf(run, word) : [exact]
  if (many.length > 0) return Effect.succeed(many)
  // `3` or `chr1` is no id, but `scores/chr` is the beginning of one or of several.
  const near = [...run.tasks.values()].filter(({ id }) => word !== "" && id.startsWith(word))
  if (near.length === 1) return Effect.succeed(near)
  const names = [...new Set([...run.tasks.values()].flatMap(({ id, stage }) => [stage, id]))]
  return Effect.fail(
    new InputError({
      message:
        near.length === 0
          ? `run ${run.record.id} has no task '${word}'`
          : `'${word}' is the beginning of ${near.length} tasks`,
      hint:
        near.length === 0
          ? Suggest.hint(
              word,
              names.length > 40 ? new Set([...run.tasks.values()].map(({ stage }) => stage)) : names,
              "tasks"
            )
          : `they are: ${near
              .slice(0, 10)
              .map(({ id }) => id)
              .join(", ")}${near.length > 10 ? ", ..." : ""}`
    })
  )
}

/** The run among these, newest first, that made the result of this key; undefined where that is not known any more. */
export const makerOf = (
  past: ReadonlyArray<PastRun>,
  key: string | null
): { readonly run: PastRun; readonly id: string } | undefined => {
  for (const run of past) {
    const task = run.record.tasks.find((each) => each.key === key && each.status === "done")
    if (task !== undefined) return { run, id: task.id }
  }
  return undefined
}

/** The text of a script that a task of the run had. */
export const scriptOf = ({ folder }: PastRun, code: string): string | undefined => {
  const path = join(folder, RunFolder.scriptName(code))
  return existsSync(path) ? readFileSync(path, "utf8") : undefined
}
