/**
 * Digests of files, remembered by what the file system says of them, so that a large file is read once.
 *
 * A remembered digest holds while device, inode, size, mtime and ctime are the same, and only if the file had been still
 * for two seconds when it was read: a change within the clock's step would otherwise go unseen.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { appendFileSync, readFileSync, statSync, type BigIntStats } from "node:fs"
import { join } from "node:path"
import * as Digest from "../core/Digest.ts"
import { cannot, InputError } from "../core/Failure.ts"
import { Home } from "./Home.ts"

export interface FileIdentity {
  readonly sha256: string
  readonly bytes: number
}

const signature = (stat: BigIntStats): string =>
  [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].map((part) => part.toString(36)).join(".")

const settled = BigInt(2e9)

export class FileDigests extends Context.Service<
  FileDigests,
  {
    readonly of: (path: string) => Effect.Effect<FileIdentity, InputError>
    /** Tells the digest of a file that the cache itself has just written and that nobody writes to again. */
    readonly remember: (path: string, sha256: string) => Effect.Effect<void, InputError>
  }
>()("agflow/cache/FileDigests") {
  static readonly layer = Layer.effect(
    FileDigests,
    Effect.gen(function* () {
      const { root } = yield* Home
      const journal = join(root, "digests.tsv")
      const known = new Map<string, string>()
      const load = () => {
        let text = ""
        try {
          text = readFileSync(journal, "utf8")
        } catch {
          // No journal yet: nothing is remembered.
        }
        for (const line of text.split("\n")) {
          const [name, sha256] = line.split("\t")
          // A line cut short by a crash is no digest, and is passed over.
          if (name !== undefined && sha256?.length === 64) known.set(name, sha256)
        }
      }
      load()
      const keep = (name: string, sha256: string) => {
        if (known.get(name) === sha256) return
        known.set(name, sha256)
        try {
          appendFileSync(journal, `${name}\t${sha256}\n`)
        } catch {
          // Not remembered (a full disk): the file is read again the next time.
        }
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
          const remembered = known.get(signature(before))
          if (remembered !== undefined) return { sha256: remembered, bytes }
          const sha256 = yield* Digest.ofFile(path)
          const after = yield* stat(path)
          if (signature(after) !== signature(before)) {
            return yield* new InputError({
              message: "the file changed while it was read",
              file: path,
              hint: "run again when nothing writes to it"
            })
          }
          const now = yield* Clock.currentTimeNanos
          // By ctime: mtime can be set to anything, by a copy that keeps it for one.
          const still = now - after.ctimeNs > settled
          if (still) keep(signature(after), sha256)
          return { sha256, bytes }
        }),
        remember: Effect.fnUntraced(function* (path, sha256) {
          keep(signature(yield* stat(path)), sha256)
        })
      })
    })
  )
}
