/** What one command costs: itself and every child that it waited for. Linux only: GNU time, timeout and /proc. */
import { spawnSync } from "node:child_process"
import { closeSync, openSync, readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"

/** Seconds in which any processor of the machine was busy, since it was started. */
const busySeconds = () => {
  const [user, nice, system, , , irq, softirq] = readFileSync("/proc/stat", "utf8").split("\n")[0].split(/\s+/).slice(1)
  return [user, nice, system, irq, softirq].reduce((sum, ticks) => sum + Number(ticks), 0) / 100
}

/**
 * @typedef {object} Cost
 * @property {number} cpu seconds, user and system
 * @property {number} wall seconds
 * @property {number} memory MB of the largest single process
 * @property {number} others share of the machine's CPU that went elsewhere meanwhile, 0 to 1
 */

/**
 * @param {{ args: ReadonlyArray<string>, env?: Record<string, string> }} command
 * @param {{ folder: string, limit: number }} options seconds before it is stopped
 * @returns {{ cost: Cost, code: number, log: string }}
 */
export const measure = ({ args, env }, { folder, limit }) => {
  const logFile = join(folder, "bench.log")
  const timeFile = join(folder, "bench.time")
  // What the last command wrote is not to be paid for by this one.
  spawnSync("sync")
  const log = openSync(logFile, "w")
  const before = busySeconds()
  const { status, error } = spawnSync(
    "/usr/bin/time",
    ["-q", "-o", timeFile, "-f", "%e %U %S %M", "timeout", "--kill-after=5", String(limit), ...args],
    {
      cwd: folder,
      stdio: ["ignore", log, log],
      env: { PATH: process.env.PATH, LANG: "C.UTF-8", HOME: folder, TMPDIR: join(folder, "tmp"), ...env }
    }
  )
  const busy = busySeconds() - before
  closeSync(log)
  if (error !== undefined) throw new Error(`/usr/bin/time (GNU time) is needed: ${error.message}`)
  const [wall, user, system, kilobytes] = readFileSync(timeFile, "utf8").trim().split(" ").map(Number)
  const cpu = user + system
  return {
    cost: { cpu, wall, memory: kilobytes / 1024, others: Math.max(0, busy - cpu) / (wall * availableParallelism()) },
    code: status ?? 1,
    log: readFileSync(logFile, "utf8")
  }
}
