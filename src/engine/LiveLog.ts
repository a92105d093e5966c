/** What a running task prints, line by line, while it prints it. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { closeSync, openSync, readSync } from "node:fs"
import { join } from "node:path"
import { StringDecoder } from "node:string_decoder"
import * as TaskFolder from "../executor/TaskFolder.ts"

export type Stream = "stdout" | "stderr"

const interval = "100 millis"
const chunk = 1 << 16

/** A log that grows; it need not be there yet. */
const reader = (path: string, tell: (line: string) => void) => {
  const decoder = new StringDecoder("utf8")
  const bytes = Buffer.alloc(chunk)
  let at = 0
  let rest = ""
  const look = () => {
    let log: number
    try {
      log = openSync(path, "r")
    } catch {
      return
    }
    try {
      for (let read = readSync(log, bytes, 0, chunk, at); read > 0; read = readSync(log, bytes, 0, chunk, at)) {
        at += read
        const lines = (rest + decoder.write(bytes.subarray(0, read))).split("\n")
        rest = lines.pop()!
        lines.forEach(tell)
      }
    } finally {
      closeSync(log)
    }
  }
  const end = () => {
    look()
    if (rest !== "") tell(rest)
  }
  return { look, end }
}

/** Tells what the task in the folder prints until the scope ends, the last line included. */
export const follow = (folder: string, tell: (stream: Stream, line: string) => void) => {
  const logs = TaskFolder.logNames.map((name) =>
    reader(join(folder, name), (line) => tell(name === "stdout.log" ? "stdout" : "stderr", line))
  )
  const each = (act: "look" | "end") => Effect.ignore(Effect.try(() => logs.forEach((log) => log[act]())))
  return Effect.gen(function* () {
    yield* Effect.addFinalizer(() => each("end"))
    yield* Effect.forkScoped(Effect.repeat(each("look"), Schedule.spaced(interval)))
  })
}
