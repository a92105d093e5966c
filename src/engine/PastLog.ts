/** The log of a task of a run, finished or not: as it is, or as it grows. Where it lies is what PastTask knows. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { statSync } from "node:fs"
import { join } from "node:path"
import { Home } from "../cache/Home.ts"
import { cannot } from "../core/Failure.ts"
import * as TaskLog from "../executor/TaskLog.ts"
import * as PastRun from "./PastRun.ts"
import * as PastTask from "./PastTask.ts"
import * as RunRecord from "./RunRecord.ts"

/** Takes what a log says, piece by piece. */
export type Write = (name: PastTask.LogName, bytes: Uint8Array) => void

const pollInterval = "200 millis"

/** All that the logs say by now; how many of them there are. */
export const print = Effect.fnUntraced(function* (
  past: ReadonlyArray<PastRun.PastRun>,
  run: PastRun.PastRun,
  task: RunRecord.RunTask,
  write: Write
) {
  let found = 0
  for (const name of TaskLog.names) {
    const path = yield* PastTask.logPath(past, run, task, name)
    if (path === undefined) continue
    found++
    yield* Effect.try({
      try: () => {
        const reader = TaskLog.Reader.open(path)
        try {
          reader?.drain((bytes) => write(name, bytes))
        } finally {
          reader?.close()
        }
      },
      catch: cannot("read", path)
    })
  }
  return found
})

/** What of a run's folder changes when something happens in it. */
const stamp = (folder: string): string =>
  ["run.json", "events.ndjson"]
    .map((name) => {
      const stat = statSync(join(folder, name), { throwIfNoEntry: false })
      return stat === undefined ? "" : `${stat.mtimeMs} ${stat.size}`
    })
    .join(" ")

/** Waits for a task that has not begun, tells its log while it grows, and ends when the task has ended; its last state. */
export const follow = Effect.fnUntraced(function* (
  past: ReadonlyArray<PastRun.PastRun>,
  run: PastRun.PastRun,
  id: string,
  write: Write
) {
  const { runs } = yield* Home
  const readers = new Map<PastTask.LogName, TaskLog.Reader>()
  const drain = () => readers.forEach((reader, name) => reader.drain((bytes) => write(name, bytes)))
  const closeAll = () => {
    readers.forEach((reader) => reader.close())
    readers.clear()
  }
  return yield* Effect.gen(function* () {
    let current = run
    let seen = ""
    let folder: string | undefined
    for (;;) {
      const now = stamp(run.folder)
      if (now !== seen) {
        const record = yield* RunRecord.read(run.folder)
        if (record !== undefined) current = PastRun.make(runs, record, yield* Clock.currentTimeMillis)
        seen = now
      }
      const state = RunRecord.stateOf(runs, current.record, yield* Clock.currentTimeMillis)
      const known = { ...current, state }
      const task = current.tasks.get(id)
      const status = task === undefined ? "not started" : PastRun.stateOf(known, task)
      if (status === "running" && task!.key !== null) {
        const working = yield* PastTask.workFolder(task!.key)
        if (working !== folder) {
          // Another attempt has a folder of its own.
          drain()
          closeAll()
          folder = working
        }
        if (folder !== undefined) {
          for (const name of TaskLog.names) {
            const reader = readers.has(name) ? undefined : TaskLog.Reader.open(join(folder, name))
            if (reader !== undefined) readers.set(name, reader)
          }
        }
      }
      drain()
      const over = status !== "running" && !(status === "not started" && state === "running")
      if (over) {
        // A task too quick to be caught at work has its log where it is kept.
        if (folder === undefined && task !== undefined) yield* print(past, known, task, write)
        return status
      }
      yield* Effect.sleep(pollInterval)
    }
  }).pipe(Effect.ensuring(Effect.sync(closeAll)))
})
