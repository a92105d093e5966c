/** Where state lives: `.agflow/` of the current folder, or AGFLOW_HOME. Plain files. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { chmodSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import * as Disk from "../core/Disk.ts"
import { InputError, messageOf } from "../core/Failure.ts"
import * as Process from "../core/Process.ts"
import * as HomeOrigin from "./HomeOrigin.ts"

export interface HomeFolders {
  readonly root: string
  /** Immutable content, by digest. */
  readonly store: string
  /** What finished tasks gave, by key. */
  readonly records: string
  /** What the records say, packed; made of them. */
  readonly index: string
  /** Folders of running tasks. */
  readonly work: string
  readonly leases: string
  /** What unfinished tasks have done in part, by key. */
  readonly checkpoints: string
  readonly downloads: string
  /** Images of containers, where their engine keeps none itself. */
  readonly images: string
  readonly runs: string
  /** What runs have published, once for all that published the same. */
  readonly results: string
  /** The warning about a state folder that somebody else made. */
  readonly origin: string | undefined
}

type FolderName = Exclude<keyof HomeFolders, "root" | "origin">

/** In a state folder that its group, or all, may write to they may write to what is made in it, too. */
const share = (root: string): boolean => {
  const { mode } = statSync(root)
  if ((mode & 0o022) === 0) return false
  process.umask(Process.umask() & ~(mode & 0o077))
  return true
}

/** What tasks are made of is nobody else's to move away: what lies in its place would be executed. */
const keepApart = (work: string): void => {
  const { uid, mode } = statSync(work)
  if (uid === process.getuid?.() && (mode & 0o1000) === 0) chmodSync(work, (mode & 0o7777) | 0o1000)
}

export class Home extends Context.Service<Home, HomeFolders>()("agflow/cache/Home") {
  static readonly layer = (folder: string): Layer.Layer<Home, InputError> =>
    Layer.effect(
      Home,
      Effect.try({
        try: () => {
          const root = resolve(folder)
          const names: ReadonlyArray<FolderName> = [
            "store",
            "records",
            "index",
            "work",
            "leases",
            "checkpoints",
            "downloads",
            "images",
            "runs",
            "results"
          ]
          const folders = Object.fromEntries(names.map((name) => [name, join(root, name)])) as Record<
            FolderName,
            string
          >
          // These are made with the first that is put into them: who may only read can do without, as most can.
          const later: ReadonlyArray<string> = ["index", "images"]
          Disk.makeFolder(root)
          const isShared = share(root)
          const origin = HomeOrigin.check(root, names)
          for (const name of names) if (!later.includes(name)) Disk.makeFolder(folders[name])
          if (isShared) keepApart(folders.work)
          return { root, ...folders, origin }
        },
        catch: (cause) =>
          cause instanceof InputError
            ? cause
            : new InputError({
                message: `cannot make the state folder: ${messageOf(cause)}`,
                file: folder,
                hint: "set AGFLOW_HOME to a folder that you may write to"
              })
      })
    )
}
