/**
 * Digests of files, remembered by what the file system says of them, so that a large file is read once.
 *
 * A remembered digest holds while device, inode, size, mtime and ctime are the same, and only if the file had been still
 * for two seconds when it was read: a change within the clock's step would otherwise go unseen. What was not waited for
 * until it was on the disk is remembered until the machine is started again.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { statSync, type BigIntStats } from "node:fs"
import { join } from "node:path"
import * as Digest from "../core/Digest.ts"
import { cannot, InputError } from "../core/Failure.ts"
import * as DigestJournal from "./DigestJournal.ts"
import { Home } from "./Home.ts"

export interface FileIdentity {
  readonly sha256: string
  readonly bytes: number
}

const settled = BigInt(2e9)

/** Nanoseconds after which the system has written a file to the disk by itself: it begins at half of that. */
const written = BigInt(60e9)

/** A file so large that to read it again costs more than to write down what it is at once. */
const largeBytes = 1 << 20

export class FileDigests extends Context.Service<
  FileDigests,
  {
    readonly of: (path: string) => Effect.Effect<FileIdentity, InputError>
    /** Whether the file is there and known to have this digest, without reading it; false also means: not known. */
    readonly knows: (path: string, sha256: string) => boolean
    /**
     * Tells the digest of a file that the cache itself has just written and that nobody writes to again. `synced` says that
     * its content is on the disk.
     */
    readonly remember: (path: string, sha256: string, synced: boolean) => Effect.Effect<FileIdentity, InputError>
  }
>()("agflow/cache/FileDigests") {
  static readonly layer = Layer.effect(
    FileDigests,
    Effect.gen(function* () {
      const { root } = yield* Home
      const journal = yield* DigestJournal.open(join(root, "digests.tsv"))
      const keep = (stat: BigIntStats, sha256: string, synced: boolean) => {
        journal.keep(stat, sha256, synced)
        if (stat.size >= largeBytes) journal.flush()
      }
      const stat = (path: string) =>
        Effect.try({
          try: () => statSync(path, { bigint: true }),
          catch: cannot("read", path)
        })
      return FileDigests.of({
        of: Effect.fnUntraced(function* (path) {
          const before = yield* stat(path)
          if (!before.isFile()) return yield* new InputError({ message: "not a file", file: path })
          const bytes = Number(before.size)
          const remembered = journal.find(before)
          if (remembered !== undefined) return { sha256: remembered, bytes }
          const sha256 = yield* Digest.ofFile(path)
          const after = yield* stat(path)
          if (!DigestJournal.isSame(before, after)) {
            return yield* new InputError({
              message: "the file changed while it was read",
              file: path,
              hint: "run again when nothing writes to it"
            })
          }
          const now = yield* Clock.currentTimeNanos
          // By ctime: mtime can be set to anything, by a copy that keeps it for one.
          const age = now - after.ctimeNs
          if (age > settled) keep(after, sha256, age > written)
          return { sha256, bytes }
        }),
        knows: (path, sha256) => {
          const found = statSync(path, { bigint: true, throwIfNoEntry: false })
          return found !== undefined && journal.find(found) === sha256
        },
        remember: Effect.fnUntraced(function* (path, sha256, synced) {
          const found = yield* stat(path)
          keep(found, sha256, synced)
          return { sha256, bytes: Number(found.size) }
        })
      })
    })
  )
}
