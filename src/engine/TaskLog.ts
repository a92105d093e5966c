/** The log of a task, as it is or as it grows. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { closeSync, openSync, readSync, statSync } from "node:fs"
import { join } from "node:path"
import { Home } from "../cache/Home.ts"
import { cannot } from "../core/Failure.ts"
import * as TaskFolder from "../executor/TaskFolder.ts"
import * as PastRun from "./PastRun.ts"
import * as PastTask from "./PastTask.ts"
import * as RunRecord from "./RunRecord.ts"

/** Takes what a log says, piece by piece. */
export type Write = (name: PastTask.LogName, bytes: Uint8Array) => void

const chunk = 1 << 16
const pollInterval = "200 millis"

/** An open log: what was appended to it since the last look. It can be read to its end also when it has got another name. */
class Reader {
  readonly path: string
  readonly name: PastTask.LogName
  readonly handle: number
  at = 0

  constructor(path: string, name: PastTask.LogName) {
    this.path = path
    this.name = name
    this.handle = openSync(path, "r")
  }

  readonly drain = (write: Write): void => {
    const bytes = Buffer.alloc(chunk)
    for (let read = -1; read !== 0;) {
      read = readSync(this.handle, bytes, 0, chunk, this.at)
      this.at += read
      if (read > 0) write(this.name, Buffer.from(bytes.subarray(0, read)))
    }
  }

  readonly close = (): void => closeSync(this.handle)
}

/** All that the logs say by now; how many of them there are. */
export const print = Effect.fnUntraced(function* (
  past: ReadonlyArray<PastRun.PastRun>,
  run: PastRun.PastRun,
  task: RunRecord.RunTask,
  write: Write
) {
  let found = 0
  for (const name of TaskFolder.logNames) {
    const path = yield* PastTask.logPath(past, run, task, name)
    if (path === undefined) continue
    found++
    yield* Effect.try({
      try: () => {
        const reader = new Reader(path, name)
        try {
          reader.drain(write)
        } finally {
          reader.close()
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
  let readers: ReadonlyArray<Reader> = []
  const closeAll = () => {
    for (const reader of readers) reader.close()
    readers = []
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
          for (const reader of readers) reader.drain(write)
          closeAll()
          folder = working
        }
        if (folder !== undefined) {
          for (const name of TaskFolder.logNames) {
            const path = join(folder, name)
            if (readers.some((reader) => reader.name === name)) continue
            if (statSync(path, { throwIfNoEntry: false }) !== undefined) readers = [...readers, new Reader(path, name)]
          }
        }
      }
      for (const reader of readers) reader.drain(write)
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
