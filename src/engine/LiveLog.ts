/** What a running task prints, line by line, while it prints it. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { join } from "node:path"
import { StringDecoder } from "node:string_decoder"
import * as Printable from "../core/Printable.ts"
import * as TaskLog from "../executor/TaskLog.ts"

export type Stream = "stdout" | "stderr"

const interval = "100 millis"

const longest = 1 << 16

/** The lines of a log that grows; it need not be there yet. */
const linesOf = (path: string, tell: (line: string) => void) => {
  const decoder = new StringDecoder("utf8")
  let reader: TaskLog.Reader | undefined
  let rest = ""
  const show = (line: string) => tell(Printable.line(line))
  const look = () => {
    reader ??= TaskLog.Reader.open(path)
    reader?.drain((bytes) => {
      const lines = (rest + decoder.write(bytes)).split("\n")
      rest = lines.pop()!
      lines.forEach(show)
      // What has no lines is not waited for until memory is full.
      if (rest.length < longest) return
      show(rest)
      rest = ""
    })
  }
  const end = () => {
    look()
    if (rest !== "") show(rest)
    reader?.close()
  }
  return { look, end }
}

/** Tells what the task in the folder prints until the scope ends, the last line included. */
export const follow = (folder: string, tell: (stream: Stream, line: string) => void) => {
  const logs = TaskLog.names.map((name) =>
    linesOf(join(folder, name), (line) => tell(name === "stdout.log" ? "stdout" : "stderr", line))
  )
  const each = (act: "look" | "end") => Effect.ignore(Effect.try(() => logs.forEach((log) => log[act]())))
  return Effect.gen(function* () {
    yield* Effect.addFinalizer(() => each("end"))
    yield* Effect.forkScoped(Effect.repeat(each("look"), Schedule.spaced(interval)))
  })
}
