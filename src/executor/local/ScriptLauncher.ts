/** Scripts as processes of this machine, each in a process group of its own, started by a small process of their own. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { fork, type ChildProcess } from "node:child_process"
import { basename, dirname } from "node:path"
import * as WorkFolder from "../../cache/WorkFolder.ts"
import { InputError } from "../../core/Failure.ts"
import * as Process from "../../core/Process.ts"
import * as ProcessGroup from "../../core/ProcessGroup.ts"
import * as Container from "../Container.ts"
import { TaskLost } from "../Executor.ts"
import type { Launch, LaunchReply } from "../launcher.ts"
import * as ScriptProcesses from "../ScriptProcesses.ts"

/** How a script ended: by itself, with a code, or by a signal. */
export interface ScriptEnd {
  readonly code: number | null
  readonly signal: string | null
  /** What it had left at work, which has been ended. */
  readonly left: ReadonlyArray<ScriptProcesses.Left>
}

export interface ScriptLauncher {
  /** Interruption stops it and all that it started. */
  readonly run: (launch: Omit<Launch, "id">) => Effect.Effect<ScriptEnd, InputError | TaskLost>
}

interface Running {
  pid: number | undefined
  readonly container: Container.Contained | undefined
  readonly listen: (reply: LaunchReply | { readonly _tag: "Lost" }) => void
}

const notStarted = (program: string, message: string): InputError =>
  new InputError({
    message: `cannot start ${program}: ${message}`,
    ...(message.includes("E2BIG")
      ? { hint: "all its variables together are longer than a program can be given: put what is long into files" }
      : {})
  })

/** Waits until processes that were killed are no more: one that is within a write ends that first. */
const gone = Effect.fnUntraced(function* (left: ReadonlyArray<ScriptProcesses.Left>) {
  for (let waited = 0; waited < 200 && left.some(({ pid }) => isThere(pid)); waited++) yield* Effect.sleep("10 millis")
})

const isThere = (pid: number): boolean => Process.isAlive({ host: Process.host, pid, started: null }) === true

/** `program` is what starts them; it is started when the first script is. */
export const make = (program: string): Effect.Effect<ScriptLauncher, never, Scope.Scope> =>
  Effect.gen(function* () {
    const running = new Map<number, Running>()
    let launcher: ChildProcess | undefined
    let counter = 0

    const killAll = () =>
      running.forEach(({ pid, container }) => {
        if (pid !== undefined) ProcessGroup.signal(pid, "SIGKILL")
        if (container !== undefined) Container.endLater(container)
      })
    /** What has left the group of its script, of which there may be some once one has been started. */
    const killStrays = () => counter > 0 && ScriptProcesses.kill((folder) => WorkFolder.isOwn(basename(folder)))
    // An exit in the middle, as at a second Ctrl-C, leaves no script behind.
    const atExit = () => {
      killAll()
      killStrays()
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => process.on("exit", atExit)),
      () =>
        Effect.callback<void>((ended) => {
          process.off("exit", atExit)
          killStrays()
          if (launcher === undefined) return ended(Effect.void)
          // It ends when nobody listens to it any more; what it and the scripts have used is counted when it has.
          launcher.on("exit", () => ended(Effect.void)).disconnect()
        })
    )

    const start = (): ChildProcess => {
      // Detached, so that a Ctrl-C in the terminal, which goes to the whole group, leaves it to tell how scripts end.
      const child = fork(program, [String(Process.umask())], {
        stdio: ["ignore", "ignore", "ignore", "ipc"],
        execArgv: [],
        detached: true
      })
      const lost = () => {
        if (launcher !== child) return
        launcher = undefined
        killAll()
        for (const { listen } of running.values()) listen({ _tag: "Lost" })
      }
      child.on("error", lost).on("exit", lost)
      child.on("message", (reply: LaunchReply) => running.get(reply.id)?.listen(reply))
      return child
    }

    return {
      run: (launch) =>
        Effect.callback<ScriptEnd, InputError | TaskLost>((resume) => {
          const id = counter++
          let stopping: ((pid: number | undefined) => void) | undefined
          const listen: Running["listen"] = (reply) => {
            if (reply._tag === "Started") {
              own.pid = reply.pid
              stopping?.(reply.pid)
              return
            }
            running.delete(id)
            if (stopping !== undefined) return stopping(own.pid)
            if (reply._tag === "Lost") {
              return resume(Effect.fail(new TaskLost({ message: "the process that started the script was killed" })))
            }
            if (reply._tag === "Failed") return resume(Effect.fail(notStarted(launch.program, reply.message)))
            // What the script left running in its background ends with it, before anybody takes what it has written.
            const left = own.pid === undefined ? [] : ScriptProcesses.endLeft(own.pid, dirname(launch.folder))
            if (own.pid !== undefined) ProcessGroup.signal(own.pid, "SIGKILL")
            const ended = { code: reply.code, signal: reply.signal, left }
            resume(left.length === 0 ? Effect.succeed(ended) : Effect.as(gone(left), ended))
          }
          const own: Running = { pid: undefined, container: launch.container, listen }
          running.set(id, own)
          launcher ??= start()
          // An error of sending is that of a launcher that has just died: its exit tells.
          launcher.send({ id, ...launch } satisfies Launch, () => undefined)
          return Effect.gen(function* () {
            const pid = yield* Effect.callback<number | undefined>((told) => {
              stopping = (found) => told(Effect.succeed(found))
              if (own.pid !== undefined || !running.has(id)) stopping(own.pid)
            })
            if (pid !== undefined) yield* ProcessGroup.stop(pid)
            running.delete(id)
            if (launch.container !== undefined) Container.end(launch.container)
          })
        })
    }
  })
