/**
 * `runs/<id>/run.json`: what a run was and became, for those who look back. It is written when the run starts and again
 * when it ends; what happened in between to a run that was killed, or that still runs, is told by its events.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { existsSync, readFileSync, readdirSync, renameSync, statSync } from "node:fs"
import { join } from "node:path"
import type { StoredFile } from "../cache/Artifact.ts"
import { InputError, messageOf } from "../core/Failure.ts"
import * as Disk from "../core/Disk.ts"
import * as Process from "../core/Process.ts"
import * as Suggest from "../core/Suggest.ts"
import type { Event } from "./Event.ts"

const taskStatuses = ["done", "cached", "failed", "skipped", "running", "not started"] as const

export interface RunTask {
  /** `scores`, or `scores/chr1` for one of many. */
  readonly id: string
  /** Its stage's id in the workflow. */
  readonly stage: string
  readonly key: string | null
  readonly status: (typeof taskStatuses)[number]
  readonly reason: string
  readonly seconds: number | null
}

/** Of a hundred thousand tasks a Schema would make a second of this. */
const isTask = (value: unknown): value is RunTask => {
  const { id, stage, key, status, reason, seconds } = (value ?? {}) as Partial<Record<keyof RunTask, unknown>>
  return (
    typeof id === "string" &&
    typeof stage === "string" &&
    (key === null || typeof key === "string") &&
    (taskStatuses as ReadonlyArray<unknown>).includes(status) &&
    typeof reason === "string" &&
    (seconds === null || typeof seconds === "number")
  )
}

const isFile = (value: unknown): value is StoredFile => {
  const { suffix, sha256, bytes } = (value ?? {}) as Partial<Record<keyof StoredFile, unknown>>
  return typeof suffix === "string" && typeof sha256 === "string" && Number.isInteger(bytes)
}

export interface RunOutput extends Omit<StoredFile, "suffix"> {
  readonly name: string
  /** Of one file of a list, what it is of; runs of earlier versions do not say. */
  readonly item?: string | null
  readonly stage: string
  readonly port: string
  /** Of the main file, relative to the run's folder; so are digest and size. */
  readonly path: string
  readonly synthetic: boolean
  /** The main file and those beside it. */
  readonly files: ReadonlyArray<StoredFile>
}

const isOutput = (value: unknown): value is RunOutput => {
  const { name, stage, port, path, synthetic, files } = (value ?? {}) as Partial<Record<keyof RunOutput, unknown>>
  return (
    [name, stage, port, path].every((text) => typeof text === "string") &&
    typeof synthetic === "boolean" &&
    Array.isArray(files) &&
    files.every(isFile) &&
    isFile({ suffix: "", ...(value as object) })
  )
}

export const RunRecord = Schema.Struct({
  id: Schema.String,
  workflow: Schema.Struct({ name: Schema.String, file: Schema.String, sha256: Schema.String }),
  profiles: Schema.Array(Schema.String),
  params: Schema.Record(Schema.String, Schema.Unknown),
  status: Schema.Literals(["running", "succeeded", "failed", "interrupted"]),
  /** ISO 8601, UTC. */
  started: Schema.String,
  ended: Schema.NullOr(Schema.String),
  version: Schema.String,
  command: Schema.Array(Schema.String),
  process: Schema.Struct({ host: Schema.String, pid: Schema.Int, started: Schema.NullOr(Schema.String) }),
  tasks: Schema.Array(Schema.declare(isTask)),
  outputs: Schema.Array(Schema.declare(isOutput))
})
export type RunRecord = typeof RunRecord.Type

const RunJson = Schema.fromJsonString(RunRecord)

/** How the last member begins; within a text of JSON there is no line break. */
const outputsBegin = `\n "outputs": `

/** One line each. */
const lines = (items: ReadonlyArray<unknown>): string => {
  let text = ""
  for (const item of items) text += `${text === "" ? "" : ","}\n  ${JSON.stringify(item)}`
  return text === "" ? "[]" : `[${text}\n ]`
}

/** Whole or not at all. `folder` is the run's own. */
export const write = (folder: string, { tasks, outputs, ...rest }: RunRecord): Effect.Effect<void, InputError> =>
  Effect.try({
    try: () => {
      const path = join(folder, "run.json")
      let text = "{\n"
      for (const [name, value] of Object.entries(rest)) text += ` ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`
      text += ` "tasks": ${lines(tasks)},${outputsBegin}${lines(outputs)}\n}\n`
      Disk.writeNew(`${path}.tmp`, text)
      renameSync(`${path}.tmp`, path)
    },
    catch: (cause) => new InputError({ message: `cannot write the run's record: ${messageOf(cause)}`, file: folder })
  })

/** The events of a run that can be read; the last line of one that was killed may be half a line. */
export const events = (folder: string): ReadonlyArray<Event> => {
  let text = ""
  try {
    text = readFileSync(join(folder, "events.ndjson"), "utf8")
  } catch {
    // It was killed before its first event.
  }
  return text.split("\n").flatMap((line): ReadonlyArray<Event> => {
    try {
      return [JSON.parse(line) as Event]
    } catch {
      return []
    }
  })
}

/** The tasks as the events tell them, those first that were known from the start. */
const told = (tasks: ReadonlyArray<RunTask>, folder: string): ReadonlyArray<RunTask> => {
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const tell = (id: string, change: Partial<RunTask>) => {
    // Only tasks of scattered stages come to be known by events; what tells them apart has no slash.
    const stage = id.slice(0, id.lastIndexOf("/"))
    const blank = { id, stage, key: null, reason: "", seconds: null, status: "not started" as const }
    byId.set(id, { ...(byId.get(id) ?? blank), ...change })
  }
  for (const event of events(folder)) {
    if (event._tag === "TaskCached") tell(event.stage, { key: event.key, status: "cached", reason: event.reason })
    if (event._tag === "TaskStarted") {
      tell(event.stage, { key: event.key, status: "running", reason: event.reason })
    }
    if (event._tag === "TaskDone") tell(event.stage, { key: event.key, status: "done", seconds: event.seconds })
    if (event._tag === "TaskFailed") {
      tell(event.stage, {
        key: event.key,
        status: "failed",
        reason: event.failure.message,
        seconds: event.seconds
      })
    }
    if (event._tag === "TaskSkipped") tell(event.stage, { status: "skipped", reason: event.reason })
  }
  return [...byId.values()]
}

/** The record of the run whose folder this is; undefined where there is none that can be read. */
export const read = (folder: string): Effect.Effect<RunRecord | undefined> => decode(folder, (text) => text)

/** The same without its outputs, which are most of a large record and tell nothing of its tasks. */
export const readTasks = (folder: string): Effect.Effect<RunRecord | undefined> =>
  decode(folder, (text) => {
    const end = text.lastIndexOf(outputsBegin)
    return end === -1 ? text : `${text.slice(0, end)}${outputsBegin}[]}`
  })

const decode = (folder: string, take: (text: string) => string): Effect.Effect<RunRecord | undefined> =>
  Effect.try(() => take(readFileSync(join(folder, "run.json"), "utf8"))).pipe(
    Effect.flatMap(Schema.decodeEffect(RunJson)),
    Effect.map((record) => (record.ended === null ? { ...record, tasks: told(record.tasks, folder) } : record)),
    Effect.orElseSucceed(() => undefined)
  )

/** Records that are there and cannot be read: cut by a crash, or another's. */
export const unreadable = Effect.fnUntraced(function* (runs: string, known: ReadonlyArray<Pick<RunRecord, "id">>) {
  const ids = new Set(known.map(({ id }) => id))
  const others = readdirSync(runs, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !ids.has(entry.name)
  )
  const files: Array<string> = []
  for (const { name } of others) {
    const file = join(runs, name, "run.json")
    // Another may have begun meanwhile.
    if (existsSync(file) && (yield* read(join(runs, name))) === undefined) files.push(file)
  }
  return files
})

/** All runs of a folder of runs, the newest first. */
export const list = Effect.fnUntraced(function* (runs: string) {
  const names = yield* Effect.try({
    try: () => readdirSync(runs, { withFileTypes: true }).filter((entry) => entry.isDirectory()),
    catch: (cause) => new InputError({ message: `cannot read the runs: ${messageOf(cause)}`, file: runs })
  })
  const records = yield* Effect.forEach(names, ({ name }) =>
    // One that calls itself otherwise would have another folder taken for its own.
    Effect.map(read(join(runs, name)), (record) => (record?.id === name ? record : undefined))
  )
  // Ids tell seconds only.
  return records.filter((record) => record !== undefined).sort((a, b) => (a.started < b.started ? 1 : -1))
})

/** A run of another machine that has not said anything for so long is taken for dead. */
const silentMillis = 24 * 3600 * 1000

/** What became of a run, or of the process that was to bring it to its end. */
export const stateOf = (runs: string, record: RunRecord, now: number): RunRecord["status"] | "killed" => {
  if (record.status !== "running") return record.status
  const alive = Process.isAlive(record.process)
  if (alive !== undefined) return alive ? "running" : "killed"
  try {
    return now - statSync(join(runs, record.id, "events.ndjson")).mtimeMs < silentMillis ? "running" : "killed"
  } catch {
    return "killed"
  }
}

/** The run that a user means: `latest`, an id, or as much of its beginning or end as tells it from the others. */
export const choose = (records: ReadonlyArray<RunRecord>, word: string): Effect.Effect<RunRecord, InputError> => {
  if (word === "latest" && records[0] !== undefined) return Effect.succeed(records[0])
  const exact = records.find(({ id }) => id === word)
  if (exact !== undefined) return Effect.succeed(exact)
  const near = records.filter(({ id }) => word !== "" && (id.startsWith(word) || id.endsWith(word)))
  if (near.length === 1) return Effect.succeed(near[0]!)
  return Effect.fail(
    new InputError({
      message: near.length === 0 ? `there is no run '${word}'` : `'${word}' is the name of ${near.length} runs`,
      hint:
        near.length === 0
          ? Suggest.hint(word, ["latest", ...records.slice(0, 20).map(({ id }) => id)], "runs")
          : `they are: ${near.map(({ id }) => id).join(", ")}`
    })
  )
}
