/** Immutable files by the digest of their content. A file gets in by rename, whole or not at all. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync
} from "node:fs"
import * as Digest from "../core/Digest.ts"
import * as Disk from "../core/Disk.ts"
import { InputError, messageOf } from "../core/Failure.ts"
import type { Artifact } from "./Artifact.ts"
import * as DigestJournal from "./DigestJournal.ts"
import { FileDigests, type FileIdentity } from "./FileDigests.ts"
import { Home } from "./Home.ts"

export class ContentStore extends Context.Service<
  ContentStore,
  {
    /**
     * Takes the file away from where it is. Its digest is made here unless it is `known`. It is on the disk then if that is
     * worth waiting for: if not, it is looked at anew once the machine has been started again.
     */
    readonly put: (
      path: string,
      options?: { readonly known?: string; readonly durable?: boolean }
    ) => Effect.Effect<FileIdentity, InputError>
    readonly path: (sha256: string) => string
    /** False when a file is gone or no longer has the content that its name says; a damaged one is removed. */
    readonly holds: (artifact: Artifact) => Effect.Effect<boolean>
    /** Whether all files are there and known to be whole, without reading any; false also means: not known. */
    readonly knows: (artifact: Artifact) => boolean
  }
>()("agflow/cache/ContentStore") {
  static readonly layer = Layer.effect(
    ContentStore,
    Effect.gen(function* () {
      const { store } = yield* Home
      const digests = yield* FileDigests
      const pathOf = (sha256: string) => `${store}/${sha256.slice(0, 2)}/${sha256}`
      const holdsFile = Effect.fnUntraced(function* (sha256: string) {
        const path = pathOf(sha256)
        if (!existsSync(path)) return false
        const found = yield* digests.of(path)
        if (found.sha256 === sha256) return true
        rmSync(path, { force: true })
        return false
      })
      return ContentStore.of({
        path: pathOf,
        put: Effect.fnUntraced(function* (path, { known, durable = true } = {}) {
          const attempt = <A>(act: () => A) =>
            Effect.try({
              try: act,
              catch: (cause) => new InputError({ message: `cannot keep a result: ${messageOf(cause)}`, file: path })
            })
          const isDurable = durable || DigestJournal.boot === undefined
          yield* attempt(() => ownFile(path))
          const written = yield* attempt(() => statSync(path).mtimeMs)
          const sha256 = known ?? (yield* Digest.ofFile(path))
          const target = pathOf(sha256)
          // A file that is there already stays: other runs may be reading it.
          if ((yield* holdsFile(sha256).pipe(Effect.orElseSucceed(() => false))) && markWanted(target)) {
            yield* attempt(() => {
              if (isDurable) Disk.sync(target)
              rmSync(path)
            })
            return yield* digests.remember(target, sha256, isDurable)
          }
          yield* attempt(() => {
            // The content, once: a name that a power cut loses leaves a task to be run again, never a wrong result.
            if (isDurable) Disk.sync(path)
            // By a process that its task has left running: later, nobody could see that.
            if (statSync(path).mtimeMs !== written) throw new Error("it was written to while it was read")
            chmodSync(path, 0o444)
            Disk.inFolder(target, () => renameSync(path, target))
          })
          return yield* digests.remember(target, sha256, isDurable)
        }),
        holds: Effect.fnUntraced(
          function* (artifact) {
            for (const { sha256 } of artifact.files) if (!(yield* holdsFile(sha256))) return false
            return true
          },
          Effect.orElseSucceed(() => false)
        ),
        knows: ({ files }) => files.every(({ sha256 }) => digests.knows(pathOf(sha256), sha256))
      })
    })
  )
}

/**
 * No record names the file yet on whose account it is wanted: a young mtime keeps it from being collected meanwhile.
 * False when it was collected just now.
 */
const markWanted = (path: string): boolean => {
  try {
    const now = Date.now()
    if (now - statSync(path).mtimeMs > 60_000) utimesSync(path, now / 1000, now / 1000)
    return true
  } catch (cause) {
    // Another user's file cannot be marked, but it is there.
    return (cause as NodeJS.ErrnoException).code !== "ENOENT"
  }
}

/** Makes of a link, which would bring a file that others write to into the store, a file of its own. */
const ownFile = (path: string): void => {
  const stat = lstatSync(path)
  if (!(stat.isSymbolicLink() ? statSync(path) : stat).isFile()) throw new Error("it is not a file")
  if (!stat.isSymbolicLink() && stat.nlink === 1) return
  const copy = `${path}.own`
  copyFileSync(path, copy, constants.COPYFILE_FICLONE)
  renameSync(copy, path)
}
