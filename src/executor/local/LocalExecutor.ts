/** Tasks on this machine: stages in warm workers, scripts in process groups of their own. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { spawn, type ChildProcess } from "node:child_process"
import { closeSync, openSync, statfsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { InputError, messageOf } from "../../core/Failure.ts"
import * as Process from "../../core/Process.ts"
import { Executor, TaskLost } from "../Executor.ts"
import * as Container from "../Container.ts"
import * as TaskFolder from "../TaskFolder.ts"
import * as WorkerPool from "./WorkerPool.ts"

const start = (folder: string, { program, args, env, folder: cwd }: TaskFolder.ScriptCommand): ChildProcess => {
  const logs: Array<number> = []
  try {
    for (const name of TaskFolder.logNames) logs.push(openSync(join(folder, name), "a"))
    return spawn(program, args, { cwd, env, stdio: ["ignore", ...logs], detached: true })
  } finally {
    logs.forEach((log) => closeSync(log))
  }
}

/** The exit status, null of one that a signal has ended; `groups` holds the process groups that run. */
const runScript = (folder: string, command: TaskFolder.ScriptCommand, groups: Set<number>) =>
  Effect.callback<number | null, InputError>((resume) => {
    const cannot = (cause: unknown) =>
      resume(Effect.fail(new InputError({ message: `cannot start ${command.program}: ${messageOf(cause)}` })))
    let child: ChildProcess
    try {
      child = start(folder, command)
    } catch (cause) {
      return cannot(cause)
    }
    child.on("error", cannot)
    const { pid } = child
    if (pid === undefined) return
    groups.add(pid)
    let stopping = false
    child.on("exit", (code) => {
      if (stopping) return
      // What the script left running in its background ends with it.
      Process.signalGroup(pid, "SIGKILL")
      groups.delete(pid)
      resume(Effect.succeed(code))
    })
    try {
      // A later run reaps the group by this, if this process is killed.
      writeFileSync(join(folder, "child.json"), JSON.stringify({ ...Process.identify(pid), stop: command.stop }))
    } catch (cause) {
      Process.signalGroup(pid, "SIGKILL")
      cannot(cause)
    }
    return Effect.suspend(() => {
      stopping = true
      return Effect.andThen(
        Process.stopGroup(pid),
        Effect.sync(() => {
          groups.delete(pid)
          if (command.stop !== undefined) Container.end(command.stop)
        })
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
      const stopAll = () => groups.forEach((pid) => Process.signalGroup(pid, "SIGKILL"))
      yield* Effect.acquireRelease(
        Effect.sync(() => process.on("exit", stopAll)),
        () => Effect.sync(() => process.off("exit", stopAll))
      )
      return Executor.of({
        name: "local",
        execute: Effect.fnUntraced(function* (task, listen) {
          const { folder, spec } = task
          const code =
            spec.kind === "script"
              ? yield* runScript(folder, TaskFolder.scriptCommand(folder, spec), groups)
              : yield* pool.run(folder, spec.devices, listen)
          // Ended by a signal, a script has not said how it ended.
          const exit = code === null ? undefined : yield* TaskFolder.readExit(task, code ?? undefined)
          // Without room it failed for that, whatever it says.
          const full = exit?.failure !== null && !hasRoom(folder)
          if (exit !== undefined && !full) return exit
          return yield* full
            ? new TaskLost({ message: "the task could not say how it ended: the disk is full", file: folder })
            : new TaskLost({
                message: "the task was killed before it could say how it ended",
                hint: "it may have run out of memory: give the stage more under 'resources'"
              })
        })
      })
    })
  )
