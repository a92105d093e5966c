/**
 * Processes that scripts have started, by the TMPDIR that each script is given: also those that have left its process
 * group, or whose leader is gone. Where the system does not tell, none is found.
 */
import { readFileSync, readdirSync, readlinkSync } from "node:fs"
import { join } from "node:path"

/** The task's folder that a process works for; undefined of another user's, and of one that is gone. */
const folderOf = (pid: string): string | undefined => {
  try {
    return /(?:^|\0)TMPDIR=([^\0]*)\/tmp\0/u.exec(readFileSync(`/proc/${pid}/environ`, "utf8"))?.[1]
  } catch {
    return undefined
  }
}

const end = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL")
  } catch {
    // It is gone.
  }
}

/** Kills those that work for a task's folder of which this is true. */
export const kill = (isOne: (folder: string) => boolean): void => {
  for (const pid of numbers()) {
    const folder = folderOf(pid)
    if (folder !== undefined && isOne(folder)) end(Number(pid))
  }
}

/** The number that was given last; numbers begin anew at some time. */
const lastGiven = (): number => {
  try {
    return Number(readFileSync("/proc/loadavg", "utf8").trim().split(" ").at(-1))
  } catch {
    return 0
  }
}

/** One that a script has left at work when it ended. */
export interface Left {
  readonly pid: number
  readonly command: string
  /** The files of the task's outputs that it has open. */
  readonly writes: ReadonlyArray<string>
}

const outputsOpen = (pid: string, folder: string): ReadonlyArray<string> => {
  const outputs = join(folder, "outputs/")
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        const path = readlinkSync(`/proc/${pid}/fd/${fd}`)
        return path.startsWith(outputs) ? [path.slice(outputs.length)] : []
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}

/** Ends what the script of this number has started for the folder and left at work, also beyond its process group. */
export const endLeft = (script: number, folder: string): ReadonlyArray<Left> => {
  const last = lastGiven()
  // Of a busy machine only those that are younger than the script need be looked at.
  const young = numbers().filter((pid) => last < script || (Number(pid) > script && Number(pid) <= last))
  return young.flatMap((pid): ReadonlyArray<Left> => {
    if (folderOf(pid) !== folder) return []
    let command = ""
    try {
      command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()
    } catch {
      // It has ended just now.
    }
    // One that has ended and waits for its parent has no command line.
    if (command === "") return []
    const writes = outputsOpen(pid, folder)
    end(Number(pid))
    return [{ pid: Number(pid), command, writes }]
  })
}

const numbers = (): ReadonlyArray<string> => {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/u.test(name))
  } catch {
    return []
  }
}
