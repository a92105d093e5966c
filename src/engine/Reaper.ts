/** Clears up after runs that were killed: their tasks' processes, then their tasks' folders. */
import * as Effect from "effect/Effect"
import { readFileSync, readdirSync, rmSync } from "node:fs"
import { basename, join } from "node:path"
import { Home } from "../cache/Home.ts"
import * as WorkFolder from "../cache/WorkFolder.ts"
import * as Process from "../core/Process.ts"
import * as ProcessGroup from "../core/ProcessGroup.ts"
import * as Container from "../executor/Container.ts"

/**
 * Processes that work for one of the folders, by the TMPDIR that their script was given: also those that have left its
 * group, or whose leader is gone. Where the system does not tell, nothing is found.
 */
const workersOf = (folders: ReadonlyArray<string>): ReadonlyArray<number> => {
  const marks = folders.map((folder) => `TMPDIR=${join(folder, "tmp")}\0`)
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/u.test(name))
      .filter((pid) => {
        try {
          const environment = readFileSync(`/proc/${pid}/environ`, "utf8")
          return marks.some((mark) => environment.includes(mark))
        } catch {
          // Another user's, or gone.
          return false
        }
      })
      .map(Number)
  } catch {
    return []
  }
}

const kill = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL")
  } catch {
    // It ended by itself.
  }
}

interface Child extends Process.ProcessIdentity {
  /** What ends its container. */
  readonly stop?: ReadonlyArray<string>
}

const identity = (path: string): Child | undefined => {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Child
  } catch {
    return undefined
  }
}

/** Ends what works for the folder of a run that was killed; false of a folder that is none. */
const abandon = Effect.fnUntraced(function* (folder: string) {
  const maker = WorkFolder.makerOf(basename(folder))
  if (maker === undefined || Process.isAlive(maker) !== false) return false
  const child = identity(join(folder, "child.json"))
  // Apptainer, killed, leaves the program that shows it its image: it is to end that itself.
  if (child !== undefined && Process.isAlive(child) === true) yield* ProcessGroup.stop(child.pid)
  if (child?.stop !== undefined) Container.end(child.stop)
  return true
})

export const reap = Effect.gen(function* () {
  const { work } = yield* Home
  const folders = readdirSync(work).map((name) => join(work, name))
  const abandoned = yield* Effect.filter(folders, abandon, { concurrency: "unbounded" })
  if (abandoned.length === 0) return
  yield* Effect.sync(() => {
    workersOf(abandoned).forEach(kill)
    for (const folder of abandoned) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
})
