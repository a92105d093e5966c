/** Tasks on this machine: stages in warm workers, scripts in process groups of their own. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { spawn } from "node:child_process"
import { statfsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { InputError, messageOf } from "../../core/Failure.ts"
import * as Process from "../../core/Process.ts"
import { Executor, TaskLost } from "../Executor.ts"
import * as TaskFolder from "../TaskFolder.ts"
import * as WorkerPool from "./WorkerPool.ts"

/** Signals a whole process group; one that is gone is no error. */
export const signalGroup = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    process.kill(-pid, signal)
    return true
  } catch {
    return false
  }
}

/** TERM first, so that programs can clean up; KILL for those that do not end. */
const stopGroup = Effect.fnUntraced(function* (pid: number) {
  if (!signalGroup(pid, "SIGTERM")) return
  for (let waited = 0; waited < 20 && signalGroup(pid, 0); waited++) yield* Effect.sleep("100 millis")
  signalGroup(pid, "SIGKILL")
})

/** `groups` holds the process groups that run. */
const runScript = (folder: string, groups: Set<number>): Effect.Effect<void, InputError> =>
  Effect.callback<void, InputError>((resume) => {
    // -p: a BASH_ENV or a function of the user's surroundings takes no part.
    const child = spawn("bash", ["-p", join(folder, "run.sh")], { stdio: "ignore", detached: true })
    child.on("error", (cause) =>
      resume(Effect.fail(new InputError({ message: `cannot start bash: ${cause.message}` })))
    )
    const { pid } = child
    if (pid === undefined) return Effect.void
    groups.add(pid)
    let stopping = false
    child.on("exit", () => {
      if (stopping) return
      // What the script left running in its background ends with it.
      signalGroup(pid, "SIGKILL")
      groups.delete(pid)
      resume(Effect.void)
    })
    try {
      // A later run reaps the group by this, if this process is killed.
      writeFileSync(join(folder, "child.json"), JSON.stringify(Process.identify(pid)))
    } catch (cause) {
      signalGroup(pid, "SIGKILL")
      resume(Effect.fail(new InputError({ message: `cannot write to the task's folder: ${messageOf(cause)}` })))
    }
    return Effect.suspend(() => {
      stopping = true
      return Effect.andThen(
        stopGroup(pid),
        Effect.sync(() => groups.delete(pid))
      )
    })
  })

/** Whether a few bytes can still be written; true where the system does not tell. */
const hasRoom = (folder: string): boolean => {
  try {
    return statfsSync(folder).bavail > 0
  } catch {
    return true
  }
}

export const layer = (worker: string): Layer.Layer<Executor> =>
  Layer.effect(
    Executor,
    Effect.gen(function* () {
      const pool = yield* WorkerPool.make(worker)
      const groups = new Set<number>()
      // An exit in the middle, as at a second Ctrl-C, leaves no script behind.
      const stopAll = () => groups.forEach((pid) => signalGroup(pid, "SIGKILL"))
      yield* Effect.acquireRelease(
        Effect.sync(() => process.on("exit", stopAll)),
        () => Effect.sync(() => process.off("exit", stopAll))
      )
      return Executor.of({
        name: "local",
        execute: Effect.fnUntraced(function* (task, listen) {
          yield* task.spec.kind === "script" ? runScript(task.folder, groups) : pool.run(task.folder, listen)
          const exit = yield* TaskFolder.readExit(task)
          if (exit !== undefined) return exit
          return yield* hasRoom(task.folder)
            ? new TaskLost({
                message: "the task was killed before it could say how it ended",
                hint: "it may have run out of memory: give the stage more under 'resources'"
              })
            : new TaskLost({ message: "the task could not say how it ended: the disk is full", file: task.folder })
        })
      })
    })
  )
