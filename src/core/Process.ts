/** Processes of this machine, told apart even when a number is used again. */
import { readFileSync, readlinkSync } from "node:fs"
import { hostname } from "node:os"

export interface ProcessIdentity {
  /** See {@link host}. */
  readonly host: string
  readonly pid: number
  /** Clock ticks since boot at which it started; null where the system does not tell. */
  readonly started: string | null
}

let ownUmask: number | undefined

/** What the user takes away from the rights to new files; scripts have it, whatever agflow grants in a shared cache. */
export const umask = (): number => (ownUmask ??= process.umask())

/** Of the numbers that processes have when the machine starts (PROC_PID_INIT_INO of the kernel). */
const firstSpace = "4026531836"

/**
 * Where a process number means the same: the machine or, in it, the container, which counts its processes anew and may
 * all the same bear the machine's name.
 */
export const host = ((): string => {
  try {
    const [space] = /\d+/u.exec(readlinkSync("/proc/self/ns/pid"))!
    return space === firstSpace ? hostname() : `${hostname()}~${space}`
  } catch {
    return hostname()
  }
})()

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
  host,
  pid,
  started: statOf(pid)?.started ?? null
})

let own: ProcessIdentity | undefined

/** This process. */
export const self = (): ProcessIdentity => (own ??= identify(process.pid))

/** Whether the process still runs; undefined for one of another machine. */
export const isAlive = ({ host: its, pid, started }: ProcessIdentity): boolean | undefined => {
  if (its !== host) return undefined
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
