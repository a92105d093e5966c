/**
 * What runs publish: folders of read-only copies, each named by the digest of what it holds. A run's `results` is a link to
 * one, so that a run which publishes what another has published copies nothing. The copies are the user's to read, and
 * may be changed all the same: a set that is no longer what it was is left to the runs that have it.
 */
import * as Effect from "effect/Effect"
import {
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync
} from "node:fs"
import { basename, join, relative } from "node:path"
import { randomUUID } from "node:crypto"
import * as Digest from "../core/Digest.ts"
import { InputError, messageOf } from "../core/Failure.ts"
import { ContentStore } from "./ContentStore.ts"
import { FileDigests } from "./FileDigests.ts"
import { Home } from "./Home.ts"
import * as Inventory from "./Inventory.ts"
import * as WorkFolder from "./WorkFolder.ts"

export interface ResultFile {
  /** In the set; no folder. */
  readonly name: string
  readonly sha256: string
  readonly bytes: number
}

/** Up to this size a result is a copy of its own; above, a second name of the stored file. */
const copyLimit = 64e6

/** What a run's folder calls its set. */
const linkName = "results"

/** The set that a run's folder links to; undefined where it has none. */
export const of = (run: string): string | undefined => {
  try {
    const name = basename(readlinkSync(join(run, linkName)))
    return /^[0-9a-f]{64}(?:\.[0-9a-z-]+)?$/u.test(name) ? name : undefined
  } catch {
    return undefined
  }
}

/** How many runs have each set. */
export const users = (runs: string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const id of Inventory.namesIn(runs)) {
    // `latest` is a second name of a run.
    const name = id === "latest" ? undefined : of(join(runs, id))
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

const point = (run: string, target: string): void => {
  const draft = join(run, `${linkName}.tmp`)
  rmSync(draft, { force: true })
  symlinkSync(target, draft)
  renameSync(draft, join(run, linkName))
}

/** Makes `results` of the folder, which is or will be that of a run, a link to a set of these stored files. */
export const publish = Effect.fnUntraced(function* (run: string, files: ReadonlyArray<ResultFile>) {
  const home = yield* Home
  const store = yield* ContentStore
  const digests = yield* FileDigests
  const attempt = <A>(act: () => A) =>
    Effect.try({
      try: act,
      catch: (cause) => new InputError({ message: `cannot publish the outputs: ${messageOf(cause)}`, file: run })
    })
  const digest = Digest.ofBytes(files.map(({ name, sha256 }) => `${name}\t${sha256}\n`).join(""))
  const pathOf = (set: string) => join(home.results, set)
  const link = (set: string) => attempt(() => point(run, join(relative(join(home.runs, "id"), home.results), set)))

  const isWhole = Effect.fnUntraced(function* (set: string) {
    const folder = pathOf(set)
    for (const { name, sha256 } of files) {
      const path = `${folder}/${name}`
      if (digests.knows(path, sha256)) continue
      const found = yield* digests.of(path).pipe(Effect.orElseSucceed(() => undefined))
      if (found?.sha256 !== sha256) return false
    }
    return true
  })

  const had = Inventory.namesIn(home.results).filter((name) => name.split(".")[0] === digest && !isSetAside(name))
  for (const set of had) {
    // Linked first: from then on no collection takes it away.
    yield* link(set)
    if (yield* isWhole(set)) return
  }
  const draft = join(home.work, WorkFolder.nameFor(digest))
  yield* Effect.gen(function* () {
    yield* attempt(() => {
      mkdirSync(draft)
      for (const { name, sha256, bytes } of files) {
        if (bytes > copyLimit) linkSync(store.path(sha256), join(draft, name))
        else copyFileSync(store.path(sha256), join(draft, name), constants.COPYFILE_FICLONE)
      }
    })
    for (const { name, sha256 } of files) {
      // Of a stored file that somebody wrote to, the copy is not what it says.
      const path = store.path(sha256)
      if (!digests.knows(path, sha256) && (yield* digests.of(path)).sha256 !== sha256) {
        return yield* new InputError({
          message: `the stored file of '${name}' was changed after it was made`,
          file: path,
          hint: "run again, which makes it anew; a process that a script has left running may write to it"
        })
      }
      yield* digests.remember(join(draft, name), sha256, false)
    }
    const set = had.length === 0 ? digest : `${digest}.${randomUUID()}`
    yield* link(set)
    yield* attempt(() => {
      try {
        renameSync(draft, pathOf(set))
      } catch (cause) {
        // Another run was faster.
        if (!/EEXIST|ENOTEMPTY/u.test((cause as NodeJS.ErrnoException).code ?? "")) throw cause
        rmSync(draft, { recursive: true, force: true })
      }
    })
  }).pipe(Effect.onError(() => Effect.sync(() => rmSync(draft, { recursive: true, force: true }))))
})

const isSetAside = (name: string): boolean => name.endsWith(".gone")

/** Removes those of the sets that no run has; the bytes freed. Safe beside runs: see {@link publish}. */
export const sweep = Effect.fnUntraced(function* (sets: ReadonlyArray<string>) {
  const home = yield* Home
  return yield* Effect.try({
    try: () => {
      const before = users(home.runs)
      const asides = sets
        .filter((set) => !before.has(set))
        .flatMap((set) => {
          const path = join(home.results, set)
          if (isSetAside(set)) return [path]
          if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return []
          renameSync(path, `${path}.gone`)
          return [`${path}.gone`]
        })
      const now = users(home.runs)
      let freed = 0
      for (const aside of asides) {
        const path = aside.slice(0, -".gone".length)
        if (now.has(basename(path)) && lstatSync(path, { throwIfNoEntry: false }) === undefined) {
          renameSync(aside, path)
          continue
        }
        freed += Inventory.bytesOf(Inventory.filesBelow(aside))
        rmSync(aside, { recursive: true, force: true, maxRetries: 3 })
      }
      return freed
    },
    catch: (cause) => new InputError({ message: `cannot collect: ${messageOf(cause)}`, file: home.results })
  })
})
