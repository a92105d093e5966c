/** A named pipe as a file to be read once: `--params-file <(make-params)`. One that nothing writes to would never end. */
import * as Effect from "effect/Effect"
import { closeSync, constants, openSync, readSync, statSync } from "node:fs"
import { InputError } from "./Failure.ts"

/** Whether to read the path is to wait for another program. */
export const is = (path: string): boolean => {
  try {
    return statSync(path).isFIFO()
  } catch {
    return false
  }
}

/** As many bytes as there are; undefined where a writer has none just now. */
const take = (handle: number, bytes: Buffer): number | undefined => {
  try {
    return readSync(handle, bytes)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EAGAIN") return undefined
    throw cause
  }
}

/** Its whole text, while which one may be interrupted. */
export const read = (path: string): Effect.Effect<string, InputError> => {
  const unreadable = new InputError({ message: "cannot read this pipe", file: path })
  return Effect.acquireUseRelease(
    Effect.try({
      // To wait for a writer here could not be interrupted.
      try: () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK),
      catch: () => unreadable
    }),
    Effect.fnUntraced(function* (handle) {
      const parts: Array<Buffer> = []
      const bytes = Buffer.alloc(1 << 16)
      for (;;) {
        const count = yield* Effect.try({ try: () => take(handle, bytes), catch: () => unreadable })
        if (count === undefined) yield* Effect.sleep("10 millis")
        else if (count > 0) parts.push(Buffer.from(bytes.subarray(0, count)))
        else if (parts.length > 0) return Buffer.concat(parts).toString("utf8")
        else {
          return yield* new InputError({
            message: "this is a pipe that nothing writes to",
            file: path,
            hint: "start the program that writes to it first, or give a file"
          })
        }
      }
    }),
    (handle) => Effect.sync(() => closeSync(handle))
  )
}
