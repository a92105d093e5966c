/** Tasks on this machine: stages in warm workers, scripts in process groups of their own. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { appendFileSync, statfsSync } from "node:fs"
import { dirname, join } from "node:path"
import { InputError } from "../../core/Failure.ts"
import * as Printable from "../../core/Printable.ts"
import { Executor, TaskLost } from "../Executor.ts"
import * as ScriptCommand from "../ScriptCommand.ts"
import * as TaskExit from "../TaskExit.ts"
import * as TaskLog from "../TaskLog.ts"
import * as ScriptLauncher from "./ScriptLauncher.ts"
import * as WorkerPool from "./WorkerPool.ts"

/** Whether a few bytes can still be written; true where the system does not tell. */
const hasRoom = (folder: string): boolean => {
  try {
    return statfsSync(folder).bavail > 0
  } catch {
    return true
  }
}

/** Of a task that a signal has ended; null where only that is known. */
const lost = (signal: string | null): TaskLost => {
  const hint =
    signal === null || signal === "SIGKILL"
      ? "it may have run out of memory: give the stage more under 'resources'"
      : ["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE"].includes(signal)
        ? "a program in it crashed"
        : undefined
  return new TaskLost({
    message: `the task was killed${signal === null ? "" : ` (${signal})`} before it could say how it ended`,
    ...(hint === undefined ? {} : { hint })
  })
}

/**
 * What a script had left at work has been ended, which its log says. Where that was writing an output, nobody knows what is
 * missing from it.
 */
const unfinished = (folder: string, left: ScriptLauncher.ScriptEnd["left"]): InputError | undefined => {
  if (left.length === 0) return undefined
  const lines = left.map(({ command }) => `agflow: ended what the script had left running: ${command}\n`)
  appendFileSync(join(folder, "stderr.log"), lines.join(""))
  const writer = left.find(({ writes }) => writes.length > 0)
  return writer === undefined
    ? undefined
    : new InputError({
        message: `the script ended while a program that it had started was still writing its output '${writer.writes[0]}': ${Printable.line(writer.command)}`,
        hint: "wait for it: end the script with 'wait', or start the program without '&'"
      })
}

/** `worker` is the program that runs stages; the one that starts scripts lies beside it. */
export const layer = (worker: string): Layer.Layer<Executor> =>
  Layer.effect(
    Executor,
    Effect.gen(function* () {
      const pool = yield* WorkerPool.make(worker)
      const launcher = yield* ScriptLauncher.make(join(dirname(worker), "launcher.js"))
      const runScript = (folder: string, { folder: cwd, container, ...command }: ScriptCommand.ScriptCommand) => {
        const [stdout, stderr] = TaskLog.names
        const logs = [join(folder, stdout), join(folder, stderr)] as const
        return launcher.run({ ...command, folder: cwd, container, logs, identity: join(folder, "child.json") })
      }
      return Executor.of({
        name: "local",
        execute: Effect.fnUntraced(function* (task, listen) {
          const { folder, spec } = task
          const ended =
            spec.kind === "script"
              ? yield* runScript(folder, ScriptCommand.make(folder, spec))
              : yield* pool.run(folder, spec.devices, listen)
          // Ended by a signal, a script has not said how it ended.
          const exit = ended?.code === null ? undefined : yield* TaskExit.read(task, ended?.code)
          const broken = ended === undefined || exit?.failure !== null ? undefined : unfinished(folder, ended.left)
          if (broken !== undefined) return yield* broken
          // Without room it failed for that, whatever it says.
          const full = exit?.failure !== null && !hasRoom(folder)
          if (exit !== undefined && !full) return exit
          return yield* full
            ? new TaskLost({ message: "the task could not say how it ended: the disk is full", file: folder })
            : lost(ended?.signal ?? null)
        })
      })
    })
  )
