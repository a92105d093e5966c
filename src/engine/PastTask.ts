/** All that is known of one task of an earlier run. */
import * as Effect from "effect/Effect"
import { existsSync, readdirSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import * as Artifact from "../cache/Artifact.ts"
import { ContentStore } from "../cache/ContentStore.ts"
import { Home } from "../cache/Home.ts"
import { Records } from "../cache/Records.ts"
import type { TaskKey } from "../cache/TaskKey.ts"
import type { Failure } from "../core/Failure.ts"
import type { Tally } from "../core/Tally.ts"
import type { Provenance } from "../core/Provenance.ts"
import * as TaskLog from "../executor/TaskLog.ts"
import * as PastRun from "./PastRun.ts"
import type { RunTask } from "./RunRecord.ts"
import * as TaskRunner from "./TaskRunner.ts"

export type LogName = (typeof TaskLog.names)[number]

export interface PastTask {
  readonly id: string
  /** Of the stage in the workflow. */
  readonly stage: string
  /** What it runs: a module's name, or `run`; null where that is no longer known. */
  readonly uses: string | null
  readonly run: string
  readonly state: PastRun.TaskState
  /** Why it ran, was cached or was not run. */
  readonly reason: string
  readonly key: string | null
  /** Digest of its stage's code, or of its script. */
  readonly code: string | null
  readonly params: Readonly<Record<string, unknown>>
  readonly inputs: ReadonlyArray<{
    readonly name: string
    readonly files: ReadonlyArray<{ readonly from: string | null; readonly digest: string | null }>
  }>
  readonly outputs: ReadonlyArray<{
    readonly name: string
    /** The identity that a task reading it sees. */
    readonly digest: string
    /** Of its main file, in the store; null where it is gone. */
    readonly path: string | null
    readonly bytes: number
    readonly synthetic: boolean
  }>
  /** ISO 8601, UTC; of the execution that gave the result, as are times, memory and provenance. */
  readonly started: string | null
  readonly seconds: number | null
  readonly cpuSeconds: number | null
  readonly maxRssBytes: number | null
  readonly provenance: ReadonlyArray<Provenance>
  /** What became of the rows that it took. */
  readonly account: ReadonlyArray<Tally>
  /** The run that made a cached task's result. */
  readonly madeBy: string | null
  readonly script: string | null
  readonly failure: Failure | null
  readonly attempts: PastRun.TaskDetail["attempts"]
  /** Absolute paths of the logs that say something, and their last lines. */
  readonly logs: ReadonlyArray<{ readonly path: string; readonly last: ReadonlyArray<string> }>
  /** Absolute path; where it works, or where it is kept. */
  readonly folder: string | null
}

/** The folder in which a running task works: the newest of its key. */
export const workFolder = Effect.fnUntraced(function* (key: string) {
  const { work } = yield* Home
  const mine = readdirSync(work).filter((name) => name.startsWith(`${key.slice(0, 16)}-`))
  const number = (name: string) => Number(name.slice(name.lastIndexOf("-") + 1))
  const newest = mine.sort((a, b) => number(a) - number(b)).at(-1)
  return newest === undefined ? undefined : join(work, newest)
})

/** Where a task's log is: in its folder, or, after it has ended, where the run that executed it keeps it. */
export const logPath = Effect.fnUntraced(function* (
  past: ReadonlyArray<PastRun.PastRun>,
  run: PastRun.PastRun,
  task: RunTask,
  name: LogName
) {
  const state = PastRun.stateOf(run, task)
  const maker = state === "cached" ? PastRun.makerOf(past, run, task.key) : { run, id: task.id }
  const folder =
    // Of one that was killed as long as nobody has cleared it away.
    (state === "running" || state === "killed") && task.key !== null
      ? yield* workFolder(task.key)
      : (run.details().get(task.id)?.folder ?? undefined)
  const path =
    folder !== undefined
      ? join(folder, name)
      : maker === undefined
        ? undefined
        : join(maker.run.folder, "logs", `${TaskRunner.logName(maker.id)}.${name}`)
  return path !== undefined && existsSync(path) ? path : undefined
})

const inputsOf = (structure: TaskKey | undefined, detail: PastRun.TaskDetail | undefined): PastTask["inputs"] => {
  const origins = detail?.inputs ?? {}
  const names = new Set([...Object.keys(structure?.inputs ?? {}), ...Object.keys(origins)])
  return Array.from(names, (name) => {
    const given = structure?.inputs[name]
    const digests = given === undefined ? [] : "digest" in given ? [given.digest] : given.map(({ digest }) => digest)
    const origin = origins[name]
    const from = (index: number) => (typeof origin === "string" ? origin : (origin?.[index] ?? null))
    const count = Math.max(digests.length, typeof origin === "string" ? 1 : (origin?.length ?? 0))
    return {
      name,
      files: Array.from({ length: count }, (_, index) => ({ from: from(index), digest: digests[index] ?? null }))
    }
  })
}

/** `past` holds all runs, newest first. */
export const make = Effect.fnUntraced(function* (
  past: ReadonlyArray<PastRun.PastRun>,
  run: PastRun.PastRun,
  task: RunTask
) {
  const records = yield* Records
  const store = yield* ContentStore
  const detail = run.details().get(task.id)
  const state = PastRun.stateOf(run, task)
  const ended = state === "done" || state === "cached"
  const record = task.key === null || !ended ? undefined : yield* records.read(task.key)
  const structure = record?.structure ?? detail?.structure
  const logs: Array<PastTask["logs"][number]> = []
  for (const name of TaskLog.names) {
    const path = yield* logPath(past, run, task, name)
    if (path === undefined) continue
    const last = TaskLog.tail(dirname(path), basename(path), 10)
    if (last.length > 0) logs.push({ path, last })
  }
  const view: PastTask = {
    id: task.id,
    stage: task.stage,
    uses: structure === undefined ? null : structure.stage === "script" ? "run" : structure.stage,
    run: run.record.id,
    state,
    reason: state === "failed" ? (detail?.reason ?? "") : task.reason,
    key: task.key,
    code: structure?.code ?? null,
    params: structure?.params ?? {},
    inputs: inputsOf(structure, detail),
    outputs: Object.entries(record?.outputs ?? {}).map(([name, artifact]) => {
      const path = store.path(artifact.files[0]!.sha256)
      return {
        name,
        digest: Artifact.digest(artifact),
        path: existsSync(path) ? path : null,
        bytes: Artifact.bytes(artifact),
        synthetic: artifact.synthetic
      }
    }),
    started: record?.startedAt ?? null,
    seconds: record?.seconds ?? task.seconds,
    cpuSeconds: record?.cpuSeconds ?? null,
    maxRssBytes: record?.maxRssBytes ?? null,
    provenance: record?.provenance ?? [],
    account: detail?.account ?? record?.account ?? [],
    madeBy: state === "cached" ? (PastRun.makerOf(past, run, task.key)?.run.record.id ?? null) : null,
    script: structure?.stage === "script" ? (PastRun.scriptOf(run, structure.code) ?? null) : null,
    failure: detail?.failure ?? null,
    attempts: detail?.attempts ?? [],
    logs,
    folder:
      detail?.folder ??
      ((state === "running" || state === "killed") && task.key !== null
        ? ((yield* workFolder(task.key)) ?? null)
        : null)
  }
  return view
})
