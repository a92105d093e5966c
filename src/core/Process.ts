/** Processes of this machine, told apart even when a number is used again. */
import * as Effect from "effect/Effect"
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

/** Signals a whole process group, 0 to see whether it is there; one that is gone is no error. */
export const signalGroup = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    process.kill(-pid, signal)
    return true
  } catch {
    return false
  }
}

/** TERM first, so that programs can clean up; KILL for those that do not end. */
export const stopGroup = Effect.fnUntraced(function* (pid: number) {
  if (!signalGroup(pid, "SIGTERM")) return
  for (let waited = 0; waited < 20 && signalGroup(pid, 0); waited++) yield* Effect.sleep("100 millis")
  signalGroup(pid, "SIGKILL")
})
