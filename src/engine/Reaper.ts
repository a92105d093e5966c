/** Clears up after runs that were killed: their tasks' processes, then their tasks' folders. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { lstatSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs"
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

/** Of others' only they themselves know; a link leads to what may be anybody's. */
const isOwn = (path: string, what: "file" | "folder"): boolean => {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined || stat.uid !== process.getuid?.()) return false
  return what === "folder" ? stat.isDirectory() : stat.isFile() && stat.nlink === 1
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

const ChildJson = Schema.fromJsonString(
  Schema.Struct({
    host: Schema.String,
    pid: Schema.Int.pipe(Schema.check(Schema.isGreaterThan(1))),
    /** Without it a number would stand for whichever process has it by now. */
    started: Schema.String,
    engine: Schema.optionalKey(Schema.String)
  })
)

/**
 * What works for a folder, as its own file says. The file is data: others may be able to write it, or may have brought it
 * along. It names a process, which counts only if it was started at that very moment, and an engine, one of two.
 */
const childOf = (folder: string): typeof ChildJson.Type | undefined => {
  const path = join(folder, "child.json")
  try {
    return isOwn(path, "file") ? Schema.decodeSync(ChildJson)(readFileSync(path, "utf8")) : undefined
  } catch {
    return undefined
  }
}

/** Ends what works for the folder of a run that was killed. */
const abandon = Effect.fnUntraced(function* (folder: string) {
  const child = childOf(folder)
  if (child === undefined) return
  // Apptainer, killed, leaves the program that shows it its image: it is to end that itself.
  if (Process.isAlive(child) === true) yield* ProcessGroup.stop(child.pid)
  const container = child.engine === undefined ? undefined : Container.of(child.engine, folder)
  if (container !== undefined) Container.end(container)
})

export const reap = Effect.gen(function* () {
  const home = yield* Home
  const now = yield* Clock.currentTimeMillis
  const names = readdirSync(home.work).filter(
    (name) => isAbandoned(home, name, now) && isOwn(join(home.work, name), "folder")
  )
  if (names.length === 0) return
  const abandoned = new Set(names.map((name) => join(home.work, name)))
  yield* Effect.forEach(abandoned, abandon, { concurrency: "unbounded", discard: true })
  yield* Effect.sync(() => {
    ScriptProcesses.kill((folder) => abandoned.has(folder))
    for (const folder of abandoned) {
      try {
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
      } catch {
        // Made unreadable by what ran in it: it stays.
      }
    }
  })
})
