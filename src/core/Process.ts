/** Processes of this machine, told apart even when a number is used again. */
import { readFileSync } from "node:fs"
import { hostname } from "node:os"

export interface ProcessIdentity {
  readonly host: string
  readonly pid: number
  /** Clock ticks since boot at which it started; null where the system does not tell. */
  readonly started: string | null
}

const statOf = (pid: number): { readonly state: string; readonly started: string } | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8")
    // Fields 3 and 22; the second field, a name in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(") ") + 2).split(" ")
    return { state: fields[0]!, started: fields[19]! }
  } catch {
    return undefined
  }
}

export const identify = (pid: number): ProcessIdentity => ({
  host: hostname(),
  pid,
  started: statOf(pid)?.started ?? null
})

let own: ProcessIdentity | undefined

/** This process. */
export const self = (): ProcessIdentity => (own ??= identify(process.pid))

/** Whether the process still runs; undefined for one of another machine. */
export const isAlive = ({ host, pid, started }: ProcessIdentity): boolean | undefined => {
  if (host !== hostname()) return undefined
  try {
    process.kill(pid, 0)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ESRCH") return false
  }
  const stat = statOf(pid)
  // One that has ended and that nobody has waited for still has its number.
  if (stat?.state === "Z" || stat?.state === "X") return false
  return started === null || stat?.started === started
}
