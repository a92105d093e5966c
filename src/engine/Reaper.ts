/** Clears up after runs that were killed: their tasks' processes, then their tasks' folders. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { readFileSync, readdirSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { Home, type HomeFolders } from "../cache/Home.ts"
import * as WorkFolder from "../cache/WorkFolder.ts"
import * as Process from "../core/Process.ts"
import * as ProcessGroup from "../core/ProcessGroup.ts"
import * as Container from "../executor/Container.ts"
import * as ScriptProcesses from "../executor/ScriptProcesses.ts"

/** After so long without a sign, what another machine (or a container that is gone) has left is nobody's. */
const silentMillis = 24 * 3600 * 1000

const isSilent = (path: string, now: number): boolean => {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat !== undefined && now - stat.mtimeMs > silentMillis
}

/** A task that runs holds the lease of its key, with which its folder's name begins, and renews it. */
const isAbandoned = ({ work, leases }: HomeFolders, name: string, now: number): boolean => {
  const maker = WorkFolder.makerOf(name)
  if (maker === undefined) return false
  const alive = Process.isAlive(maker)
  if (alive !== undefined) return !alive
  const key = name.slice(0, name.indexOf("-"))
  return (
    isSilent(join(work, name), now) &&
    readdirSync(leases).every((lease) => !lease.startsWith(key) || isSilent(join(leases, lease), now))
  )
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

/** Ends what works for the folder of a run that was killed. */
const abandon = Effect.fnUntraced(function* (folder: string) {
  const child = identity(join(folder, "child.json"))
  // Apptainer, killed, leaves the program that shows it its image: it is to end that itself.
  if (child !== undefined && Process.isAlive(child) === true) yield* ProcessGroup.stop(child.pid)
  if (child?.stop !== undefined) Container.end(child.stop)
})

export const reap = Effect.gen(function* () {
  const home = yield* Home
  const now = yield* Clock.currentTimeMillis
  const names = readdirSync(home.work).filter((name) => isAbandoned(home, name, now))
  if (names.length === 0) return
  const abandoned = new Set(names.map((name) => join(home.work, name)))
  yield* Effect.forEach(abandoned, abandon, { concurrency: "unbounded", discard: true })
  yield* Effect.sync(() => {
    ScriptProcesses.kill((folder) => abandoned.has(folder))
    for (const folder of abandoned) {
      try {
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
      } catch {
        // Another user's, whose next run clears it away.
      }
    }
  })
})
