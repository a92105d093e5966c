/** Digests of files of weights: a worker that has read one need not read it again for its next task. */
import * as Effect from "effect/Effect"
import { statSync } from "node:fs"
import * as Digest from "../core/Digest.ts"
import { cannot, type InputError } from "../core/Failure.ts"

/** A change within so many milliseconds of the one before could go unseen. */
const settled = 2000

/** By what the file system says of the file. */
const known = new Map<string, Digest.Sha256>()

const stampOf = (path: string) =>
  Effect.try({
    try: () => {
      const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = statSync(path, { bigint: true })
      return { stamp: [dev, ino, size, mtimeNs, ctimeNs].join(" "), changed: Number(ctimeMs) }
    },
    catch: cannot("read", path)
  })

export const of = Effect.fnUntraced(function* (path: string): Effect.fn.Return<Digest.Sha256, InputError> {
  const { stamp, changed } = yield* stampOf(path)
  const remembered = known.get(stamp)
  if (remembered !== undefined) return remembered
  const isStill = Date.now() - changed > settled
  const digest = yield* Digest.ofFile(path)
  if (isStill && (yield* stampOf(path)).stamp === stamp) known.set(stamp, digest)
  return digest
})
