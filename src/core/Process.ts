/** Processes of this machine, told apart even when a number is used again. */
import { readFileSync } from "node:fs"
import { hostname } from "node:os"

export interface ProcessIdentity {
  readonly host: string
  readonly pid: number
  /** Clock ticks since boot at which it started; null where the system does not tell. */
  readonly started: string | null
}

const startOf = (pid: number): string | null => {
  try {
    // Field 22; the second field, a name in parentheses, may hold spaces.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")[19] ?? null
  } catch {
    return null
  }
}

export const identify = (pid: number): ProcessIdentity => ({ host: hostname(), pid, started: startOf(pid) })

/** Whether the process still runs; undefined for one of another machine. */
export const isAlive = ({ host, pid, started }: ProcessIdentity): boolean | undefined => {
  if (host !== hostname()) return undefined
  try {
    process.kill(pid, 0)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ESRCH") return false
  }
  return started === null || startOf(pid) === started
}
