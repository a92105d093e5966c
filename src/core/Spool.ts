/** Values that together may be larger than memory: put one by one into a file without a name, taken by their places. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { join } from "node:path"
import { deserialize, serialize } from "node:v8"
import { cannot, type InputError } from "./Failure.ts"
import * as ScratchFile from "./ScratchFile.ts"

export interface Spool<A> {
  /** Numbers of any kind, text, arrays, objects, typed arrays. Gives the value's place. */
  readonly put: (value: A) => Effect.Effect<number, InputError>
  readonly take: (place: number) => A
}

const headerBytes = 8

/** In a file of the folder, which is gone with the scope, or with the process. */
export const make = Effect.fnUntraced(function* <A>(
  folder: string
): Effect.fn.Return<Spool<A>, InputError, Scope.Scope> {
  const path = join(folder, "spool")
  const failed = cannot("write", path)
  const file = yield* Effect.acquireRelease(
    Effect.try({ try: () => ScratchFile.open(path), catch: failed }),
    ({ close }) => Effect.sync(close)
  )
  let end = 0
  const bytesAt = (place: number, length: number): Buffer => {
    const bytes = Buffer.allocUnsafe(length)
    file.read(bytes, place)
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
          file.write(bytes, place)
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
