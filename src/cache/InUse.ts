/** What running tasks hold on to, as the state folder tells. */
import { readFileSync, readlinkSync } from "node:fs"
import { basename } from "node:path"
import * as Process from "../core/Process.ts"
import * as Inventory from "./Inventory.ts"

/** Stored files that folders of tasks point to. */
export const linkedFrom = (work: string): ReadonlySet<string> => {
  const linked = new Set<string>()
  for (const { path } of Inventory.filesBelow(work)) {
    try {
      linked.add(basename(readlinkSync(path)))
    } catch {
      // A file of the task's own.
    }
  }
  return linked
}

const holderOf = (path: string): Process.ProcessIdentity | undefined => {
  try {
    const holder = JSON.parse(readFileSync(path, "utf8")) as Partial<Process.ProcessIdentity>
    const { host, pid, started = null } = holder
    return typeof host === "string" && typeof pid === "number" ? { host, pid, started } : undefined
  } catch {
    return undefined
  }
}

/** A lease is of somebody when its holder lives, or is of another machine and has lately renewed it. */
export const isHeld = (path: string, silent: boolean): boolean => {
  const holder = holderOf(path)
  return holder !== undefined && (Process.isAlive(holder) ?? !silent)
}
