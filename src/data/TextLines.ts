/** Text files line by line, in constant memory: what {@link TextFile} gives, cut at its line breaks. */
import * as Stream from "effect/Stream"
import * as Effect from "effect/Effect"
import { cannot, InputError } from "../core/Failure.ts"
import * as TextFile from "./text/TextFile.ts"

async function* batches(path: string, encoding: "utf8" | "latin1"): AsyncGenerator<ReadonlyArray<string>, void> {
  for await (const bytes of TextFile.chunks(path, encoding === "latin1" ? "bytes" : "utf8")) {
    const lines = bytes.toString(encoding).split("\n")
    if (lines.at(-1) === "") lines.pop()
    yield lines
  }
}

/**
 * Batches of lines, without `\n` but with a `\r` where the file has one. As `latin1`, each character is a byte of the
 * (uncompressed) file, with its byte order mark and its line breaks: for what counts bytes.
 */
export const stream = (
  path: string,
  encoding: "utf8" | "latin1" = "utf8"
): Stream.Stream<ReadonlyArray<string>, InputError> =>
  Stream.fromAsyncIterable({ [Symbol.asyncIterator]: () => batches(path, encoding) }, cannot("read", path))

/** Pieces of whole lines, for what looks at millions: cut one by one, lines are gone before the next piece comes. */
export const pieces = (path: string): Stream.Stream<string, InputError> =>
  Stream.fromAsyncIterable(TextFile.chunks(path), cannot("read", path)).pipe(
    Stream.map((bytes) => bytes.toString("utf8"))
  )

/** The lines of a piece, without their line breaks. */
export function* linesOf(piece: string): Generator<string, void> {
  for (let from = 0; from < piece.length;) {
    const newline = piece.indexOf("\n", from)
    const end = newline === -1 ? piece.length : newline
    yield piece.slice(from, end > from && piece.charCodeAt(end - 1) === 13 ? end - 1 : end)
    from = end + 1
  }
}

/**
 * Calls `onLine` with each line (no line break) and its 1-based number. The first failure that it returns ends the
 * reading and is the effect's failure, with file and line filled in.
 */
export const forEach = (
  path: string,
  onLine: (line: string, number: number) => { readonly message: string; readonly hint?: string } | undefined
): Effect.Effect<void, InputError> => {
  let number = 0
  return Stream.runForEach(stream(path), (lines) => {
    for (const line of lines) {
      number++
      const failure = onLine(line.endsWith("\r") ? line.slice(0, -1) : line, number)
      if (failure !== undefined) return new InputError({ ...failure, file: path, line: number })
    }
    return Effect.void
  })
}
