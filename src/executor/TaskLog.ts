/** What a task prints: two files in its folder. */
import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from "node:fs"
import { join } from "node:path"
import * as Printable from "../core/Printable.ts"

export const names = ["stdout.log", "stderr.log"] as const

const chunk = 1 << 16

/** A file that grows. It is read on also when it has got another name, or none. */
export class Reader {
  readonly handle: number
  at = 0

  private constructor(handle: number) {
    this.handle = handle
  }

  /** Undefined while there is no such file. */
  static open(path: string): Reader | undefined {
    try {
      return new Reader(openSync(path, "r"))
    } catch {
      return undefined
    }
  }

  /** Takes what was added since the last time. */
  readonly drain = (take: (bytes: Buffer) => void): void => {
    const bytes = Buffer.alloc(chunk)
    for (let read = -1; read !== 0;) {
      read = readSync(this.handle, bytes, 0, chunk, this.at)
      this.at += read
      if (read > 0) take(Buffer.from(bytes.subarray(0, read)))
    }
  }

  readonly close = (): void => closeSync(this.handle)
}

/** A log may be larger than memory: what is shown of it is looked for in its last bytes. */
const tailBytes = 1 << 16

/** The last lines of a log as they may be shown, or nothing. */
export const tail = (folder: string, name: string, lines: number): ReadonlyArray<string> => {
  try {
    const log = openSync(join(folder, name), "r")
    try {
      const { size } = fstatSync(log)
      const bytes = Buffer.alloc(Math.min(size, tailBytes))
      readSync(log, bytes, 0, bytes.length, size - bytes.length)
      return bytes
        .toString("utf8")
        .trimEnd()
        .split("\n")
        .slice(-lines)
        .map(Printable.line)
        .filter((line) => line !== "")
    } finally {
      closeSync(log)
    }
  } catch {
    return []
  }
}

/** Keeps the logs of a finished task that say something. */
export const keep = (folder: string, target: string): void => {
  for (const name of names) {
    const path = join(folder, name)
    const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    if (bytes > 0 && tail(folder, name, 1).length > 0) renameSync(path, `${target}.${name}`)
  }
}
