/** Text files line by line, plain or gzip (bgzip included), in constant memory. */
import * as Stream from "effect/Stream"
import * as Effect from "effect/Effect"
import { createReadStream } from "node:fs"
import { open } from "node:fs/promises"
import type { Readable } from "node:stream"
import { createGunzip } from "node:zlib"
import { cannot, InputError } from "../core/Failure.ts"

const isGzip = async (path: string): Promise<boolean> => {
  const file = await open(path, "r")
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await file.close()
  }
}

async function* batches(path: string, encoding: "utf8" | "latin1"): AsyncGenerator<ReadonlyArray<string>, void> {
  const gzip = await isGzip(path)
  const source = createReadStream(path, { highWaterMark: 1 << 20 })
  let input: Readable = source
  if (gzip) {
    const gunzip = createGunzip({ chunkSize: 1 << 18 })
    source.on("error", (error) => gunzip.destroy(error))
    input = source.pipe(gunzip)
  }
  try {
    let rest = ""
    for await (const chunk of input.setEncoding(encoding)) {
      const lines = (rest + (chunk as string)).split("\n")
      rest = lines.pop()!
      yield lines
    }
    if (rest !== "") yield [rest]
  } finally {
    source.destroy()
    if (!source.closed) await new Promise<void>((resolve) => source.once("close", resolve))
  }
}

/** Batches of lines, without `\n` but with a `\r` where the file has one. */
export const stream = (
  path: string,
  encoding: "utf8" | "latin1" = "utf8"
): Stream.Stream<ReadonlyArray<string>, InputError> =>
  Stream.fromAsyncIterable({ [Symbol.asyncIterator]: () => batches(path, encoding) }, cannot("read", path))

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
