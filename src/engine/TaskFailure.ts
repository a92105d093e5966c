/** Why a task failed, with what helps to find out. */
import { existsSync, mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import type { Failure } from "../core/Failure.ts"
import * as Units from "../core/Units.ts"
import * as TaskFolder from "../executor/TaskFolder.ts"
import * as TaskLog from "../executor/TaskLog.ts"
import type { TaskSpec } from "../executor/TaskSpec.ts"

export interface TaskFailure {
  readonly failure: Failure
  /** The last lines that the task printed. */
  readonly log: ReadonlyArray<string>
  /** Where the task's folder is kept. */
  readonly folder: string | null
}

/** One that left nothing to look at. */
export const plain = (failure: Failure): TaskFailure => ({ failure, log: [], folder: null })

export const outOfTime = (seconds: number): Failure => ({
  _tag: "OutOfTime",
  message: `the task was stopped: it took longer than its limit of ${Units.formatSeconds(seconds)}`,
  hint: "give it more under 'resources: time', or let it grow: retry: { attempts: 2, time: x2 }"
})

export interface FailedTask {
  readonly folder: string
  readonly spec: TaskSpec | undefined
  /** What the user calls the files behind the task's links. */
  readonly origins: ReadonlyMap<string, string>
  /** Where its folder is to be kept. */
  readonly kept: string
  /** The program that runs a stage's task by itself. */
  readonly worker: string
}

/** Keeps the folder of a failed task for whoever wants to look, out of the way of the next try. */
export const keep = ({ folder, spec, origins, kept, worker }: FailedTask, failure: Failure): TaskFailure => {
  const log = [...TaskLog.tail(folder, "stdout.log", 10), ...TaskLog.tail(folder, "stderr.log", 20)]
  let there = existsSync(folder)
  try {
    mkdirSync(dirname(kept), { recursive: true })
    if (there) TaskFolder.keep(folder, spec, kept, worker)
  } catch {
    there = false
  }
  // The user knows an input by its stage or path, not by the link that the task was given.
  const named = failure.file === undefined ? undefined : (origins.get(failure.file) ?? failure.file)
  // One of the task's own files has moved with its folder.
  const file = there && named?.startsWith(`${folder}/`) ? join(kept, named.slice(folder.length)) : named
  return {
    failure: { ...failure, message: failure.message, ...(file === undefined ? {} : { file }) },
    log,
    folder: there ? kept : null
  }
}
