/** A run as one looks back at it: its record, and what its events tell of each task. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Home } from "../cache/Home.ts"
import { Records } from "../cache/Records.ts"
import type { TaskKey } from "../cache/TaskKey.ts"
import { InputError, type Failure } from "../core/Failure.ts"
import { groupBy } from "../core/GroupBy.ts"
import type { Tally } from "../core/Tally.ts"
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
  /** What became of the rows that it took. */
  readonly account: ReadonlyArray<Tally>
  /** Of files of which nobody states the digest. */
  readonly unpinned: ReadonlyArray<string>
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
  /** By stage, in the order in which the run knew them. */
  readonly stages: () => ReadonlyMap<string, ReadonlyArray<RunRecord.RunTask>>
  /** Those that it executed, by key. */
  readonly made: () => ReadonlyMap<string | null, RunRecord.RunTask>
  /** Read when it is first asked for: a large run has long events. */
  readonly details: () => ReadonlyMap<string, TaskDetail>
}

const blank: TaskDetail = {
  inputs: {},
  structure: undefined,
  reason: undefined,
  attempts: [],
  failure: undefined,
  account: [],
  unpinned: [],
  log: [],
  folder: null
}

/** What the tasks of each scattered stage took and kept together. */
export const accountsIn = (folder: string): ReadonlyMap<string, ReadonlyArray<Tally>> =>
  new Map(
    [...RunRecord.events(folder)].flatMap((event) =>
      event._tag === "StageGathered" ? [[event.stage, event.account ?? []] as const] : []
    )
  )

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
    if (event._tag === "TaskCached" || event._tag === "TaskDone") {
      const { account = [], unpinned = [] } = event
      tell(event.stage, { account, unpinned })
    }
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
  const once = <A>(make: () => A): (() => A) => {
    let made: { readonly value: A } | undefined
    return () => (made ??= { value: make() }).value
  }
  return {
    record,
    folder,
    state: RunRecord.stateOf(runs, record, now),
    tasks: new Map(record.tasks.map((task) => [task.id, task])),
    stages: once(() => groupBy(record.tasks, ({ stage }) => stage)),
    made: once(() => new Map(record.tasks.filter(({ status }) => status === "done").map((task) => [task.key, task]))),
    details: once(() => detailsIn(folder))
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

/** Whether the run knew what the task is. */
export const knows = (run: PastRun, id: string): boolean => (run.tasks.get(id)?.key ?? null) !== null

/** Whether the run executed the task, or had its result. */
export const hasBegun = (run: PastRun, id: string): boolean => {
  const status = run.tasks.get(id)?.status
  return knows(run, id) && status !== "not started" && status !== "skipped"
}

/** The task's structured key, as its record or the run's events have it. */
export const structureOf = Effect.fnUntraced(function* (run: PastRun, { id, key }: RunRecord.RunTask) {
  const records = yield* Records
  const record = key === null ? undefined : yield* records.read(key)
  return record?.structure ?? run.details().get(id)?.structure
})

export const tasksOf = ({ stages }: PastRun, stage: string): ReadonlyArray<RunRecord.RunTask> =>
  stages().get(stage) ?? []

/** Whether an input's origin is a file of the user's. */
export const isFile = (origin: string): boolean => origin.startsWith("/")

/** The stage that an input came from; undefined for a file of the user's. */
export const sourceOf = ({ stages }: PastRun, origin: string): string | undefined => {
  if (isFile(origin)) return undefined
  for (let end = origin.indexOf("."); end !== -1; end = origin.indexOf(".", end + 1)) {
    if (stages().has(origin.slice(0, end))) return origin.slice(0, end)
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
  // Of many tasks the stages say enough.
  const names = run.tasks.size > 40 ? run.stages().keys() : new Set([...run.stages().keys(), ...run.tasks.keys()])
  return Effect.fail(
    near.length === 0
      ? new InputError({
          message: `run ${run.record.id} has no task '${word}'`,
          hint: Suggest.hint(word, names, "tasks")
        })
      : new InputError({
          message: `'${word}' is the beginning of ${near.length} tasks`,
          hint: `they are: ${near
            .slice(0, 10)
            .map(({ id }) => id)
            .join(", ")}${near.length > 10 ? ", ..." : ""}`
        })
  )
}

/** The run that made the result which this run had of a key; undefined where that is not known any more. */
export const makerOf = (
  past: ReadonlyArray<PastRun>,
  { record }: PastRun,
  key: string | null
): { readonly run: PastRun; readonly id: string } | undefined => {
  // Ids sort by time: what was made again later is no earlier run's result.
  for (const run of past.filter((each) => each.record.id <= record.id)) {
    const task = run.made().get(key)
    if (task !== undefined) return { run, id: task.id }
  }
  return undefined
}

/** The text of a script that a task of the run had. */
export const scriptOf = ({ folder }: PastRun, code: string): string | undefined => {
  const path = join(folder, RunFolder.scriptName(code))
  return existsSync(path) ? readFileSync(path, "utf8") : undefined
}
