/**
 * Processes that scripts have started, by the TMPDIR that each script is given: also those that have left its process
 * group, or whose leader is gone. Where the system does not tell, none is found.
 */
import { readFileSync, readdirSync } from "node:fs"

/** Kills those that work for a task's folder of which this is true. */
export const kill = (isOne: (folder: string) => boolean): void => {
  for (const pid of numbers()) {
    try {
      const [, folder] = /(?:^|\0)TMPDIR=([^\0]*)\/tmp\0/u.exec(readFileSync(`/proc/${pid}/environ`, "utf8")) ?? []
      if (folder !== undefined && isOne(folder)) process.kill(Number(pid), "SIGKILL")
    } catch {
      // Another user's, or gone.
    }
  }
}

const numbers = (): ReadonlyArray<string> => {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/u.test(name))
  } catch {
    return []
  }
}
