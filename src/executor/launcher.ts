/**
 * The program that starts scripts for the engine. To start one, the process that does so is copied first: this one is
 * small, where to copy the engine of a large run takes longer than most of its scripts. It ends with its parent. Its
 * argument is the umask that scripts have.
 */
import { spawn } from "node:child_process"
import { closeSync, openSync, writeFileSync } from "node:fs"
import * as Process from "../core/Process.ts"
import type { Contained } from "./Container.ts"

export interface Launch {
  /** By which the replies tell of it. */
  readonly id: number
  readonly program: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  readonly folder: string
  /** Files that its standard output and its standard error are added to. */
  readonly logs: readonly [string, string]
  /** The file that is to say which process it is, and what runs its container. It names no command: none is taken from it. */
  readonly identity: string
  readonly container: Contained | undefined
}

export type LaunchReply =
  /** It leads a process group of its own. */
  | { readonly _tag: "Started"; readonly id: number; readonly pid: number }
  /** `code` is null where a signal ended it. */
  | { readonly _tag: "Ended"; readonly id: number; readonly code: number | null; readonly signal: string | null }
  | { readonly _tag: "Failed"; readonly id: number; readonly message: string }

const reply = (message: LaunchReply) => process.send?.(message)

const launch = ({ id, program, args, env, folder, logs, identity, container }: Launch): void => {
  const handles: Array<number> = []
  const failed = (cause: unknown) =>
    reply({ _tag: "Failed", id, message: cause instanceof Error ? cause.message : String(cause) })
  try {
    for (const log of logs) handles.push(openSync(log, "a"))
    const child = spawn(program, args, { cwd: folder, env, stdio: ["ignore", ...handles], detached: true })
    child.on("error", failed)
    const { pid } = child
    if (pid === undefined) return
    child.on("exit", (code, signal) => reply({ _tag: "Ended", id, code, signal }))
    reply({ _tag: "Started", id, pid })
    // A later run reaps the group by this, if the engine is killed.
    writeFileSync(identity, JSON.stringify({ ...Process.identify(pid), engine: container?.engine }))
  } catch (cause) {
    failed(cause)
  } finally {
    handles.forEach((handle) => closeSync(handle))
  }
}

process.umask(Number(process.argv[2]))
process.on("message", launch)
process.on("disconnect", () => process.exit())
