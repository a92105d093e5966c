/** Warm workers: processes that run stages one at a time and are used again. One that crashes takes only its task. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { fork, type ChildProcess } from "node:child_process"
import { appendFileSync } from "node:fs"
import { join } from "node:path"
import { TaskLost, type TaskMessage } from "../Executor.ts"
import * as ScriptCommand from "../ScriptCommand.ts"
import type { WorkerReply } from "../worker.ts"

export interface WorkerPool {
  /**
   * Runs the task in the folder; ends when the worker says so. One that has GPUs of its own, by CUDA_VISIBLE_DEVICES, gets
   * a worker of its own, which ends with it: its memory on the GPU is the next one's, of whichever run.
   */
  readonly run: (
    folder: string,
    devices: string | undefined,
    listen: (message: TaskMessage) => void
  ) => Effect.Effect<void, TaskLost>
}

const start = (program: string, devices: string | undefined): ChildProcess =>
  fork(program, [], {
    env: {
      ...process.env,
      // As scripts have them: what a date or a sorted name looks like is no matter of the machine.
      ...ScriptCommand.fixed,
      ...(devices === undefined ? {} : { CUDA_VISIBLE_DEVICES: devices })
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    execArgv: ["--no-warnings"],
    serialization: "json"
  })
    // An idle worker has no one to tell, and an error that nobody hears would end the run.
    .on("error", () => undefined)

export const make = (program: string): Effect.Effect<WorkerPool, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const all = new Set<ChildProcess>()
        const stop = () => all.forEach((child) => child.kill("SIGKILL"))
        process.on("exit", stop)
        return { idle: [] as Array<ChildProcess>, all, stop }
      }),
      ({ stop }) =>
        Effect.sync(() => {
          process.off("exit", stop)
          stop()
        })
    ),
    ({ idle, all }) => ({
      run: (folder, devices, listen) =>
        Effect.callback<void, TaskLost>((resume) => {
          // One that died while it had nothing to do is passed over.
          while (idle.length > 0 && !idle.at(-1)!.connected) all.delete(idle.pop()!)
          const child = (devices === undefined ? idle.pop() : undefined) ?? start(program, devices)
          all.add(child)
          // Written at once: a stream that opens its file later could do so in a folder that is being removed.
          const logs = (["stdout", "stderr"] as const).map((name) => {
            const path = join(folder, `${name}.log`)
            const write = (chunk: Buffer) => {
              try {
                appendFileSync(path, chunk)
              } catch {
                // A full disk is told by what the task itself cannot write.
              }
            }
            child[name]!.on("data", write)
            return () => {
              child[name]!.off("data", write)
              // Flowing on, or a full pipe would stop the worker.
              child[name]!.resume()
            }
          })
          const release = () => {
            child.off("message", onMessage)
            child.off("exit", onExit)
            child.off("error", onError)
            logs.forEach((close) => close())
          }
          const onMessage = (message: WorkerReply) => {
            if (message._tag !== "Ended") return listen(message)
            release()
            if (devices === undefined && !message.spent) {
              idle.push(child)
              return resume(Effect.void)
            }
            // Gone, and its memory with it, before the next may have the GPU, or anybody takes what it has written.
            child.on("exit", () => {
              all.delete(child)
              resume(Effect.void)
            })
            child.kill("SIGKILL")
          }
          const onExit = (code: number | null, signal: string | null) => {
            release()
            all.delete(child)
            resume(
              Effect.fail(
                new TaskLost({
                  message: `the worker died (${signal ?? `exit code ${code}`}): a native library crashed or memory ran out`,
                  hint: "other tasks are not touched; give the stage more memory, or another --device"
                })
              )
            )
          }
          const onError = (cause: Error) => {
            release()
            all.delete(child)
            child.kill("SIGKILL")
            resume(Effect.fail(new TaskLost({ message: `cannot use a worker: ${cause.message}` })))
          }
          child.on("error", onError)
          child.on("message", onMessage)
          child.on("exit", onExit)
          // The callback takes the error of a worker that dies just now: its exit tells the rest.
          child.send({ folder }, () => undefined)
          return Effect.sync(() => {
            release()
            all.delete(child)
            child.kill("SIGKILL")
          })
        })
    })
  )
