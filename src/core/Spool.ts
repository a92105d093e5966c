/** Values that together may be larger than memory: put one by one into a file without a name, taken by their places. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { deserialize, serialize } from "node:v8"
import { cannot, type InputError } from "./Failure.ts"

export interface Spool<A> {
  /** Numbers of any kind, text, arrays, objects, typed arrays. Gives the value's place. */
  readonly put: (value: A) => Effect.Effect<number, InputError>
  readonly take: (place: number) => A
}

const headerBytes = 8

const whole = (step: (done: number, length: number) => number, length: number) => {
  for (let done = 0; done < length;) {
    const moved = step(done, Math.min(length - done, 1 << 28))
    if (moved === 0) throw new Error("the scratch file ends too early")
    done += moved
  }
}

/** In a file of the folder, which is gone with the scope, or with the process. */
export const make = Effect.fnUntraced(function* <A>(
  folder: string
): Effect.fn.Return<Spool<A>, InputError, Scope.Scope> {
  const path = join(folder, "spool")
  const failed = cannot("write", path)
  const file = yield* Effect.acquireRelease(
    Effect.try({
      try: () => {
        mkdirSync(folder, { recursive: true })
        const opened = openSync(path, "w+")
        rmSync(path)
        return opened
      },
      catch: failed
    }),
    (opened) => Effect.sync(() => closeSync(opened))
  )
  let end = 0
  const bytesAt = (place: number, length: number): Buffer => {
    const bytes = Buffer.allocUnsafe(length)
    whole((done, count) => readSync(file, bytes, done, count, place + done), length)
    return bytes
  }
  return {
    put: (value) =>
      Effect.try({
        try: () => {
          const body = serialize(value)
          const header = Buffer.alloc(headerBytes)
          header.writeBigUInt64LE(BigInt(body.length))
          const bytes = Buffer.concat([header, body])
          const place = end
          whole((done, count) => writeSync(file, bytes, done, count, place + done), bytes.length)
          end += bytes.length
          return place
        },
        catch: failed
      }),
    take: (place) => {
      const length = Number(bytesAt(place, headerBytes).readBigUInt64LE())
      return deserialize(bytesAt(place + headerBytes, length)) as A
    }
  }
})
