/** Where state lives: `.agflow/` of the current folder, or AGFLOW_HOME. Plain files. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { statSync } from "node:fs"
import { join, resolve } from "node:path"
import * as Disk from "../core/Disk.ts"
import { InputError, messageOf } from "../core/Failure.ts"
import * as Process from "../core/Process.ts"

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
}

/** In a state folder that its group, or all, may write to they may write to what is made in it, too. */
const share = (root: string): void => {
  const { mode } = statSync(root)
  if ((mode & 0o022) !== 0) process.umask(Process.umask() & ~(mode & 0o077))
}

export class Home extends Context.Service<Home, HomeFolders>()("agflow/cache/Home") {
  static readonly layer = (folder: string): Layer.Layer<Home, InputError> =>
    Layer.effect(
      Home,
      Effect.try({
        try: () => {
          const root = resolve(folder)
          const names = [
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
          ] as const
          const folders = Object.fromEntries(names.map((name) => [name, join(root, name)])) as Record<
            (typeof names)[number],
            string
          >
          // These are made with the first that is put into them: who may only read can do without, as most can.
          const later: ReadonlyArray<string> = ["index", "images"]
          Disk.makeFolder(root)
          share(root)
          for (const name of names) if (!later.includes(name)) Disk.makeFolder(folders[name])
          return { root, ...folders }
        },
        catch: (cause) =>
          new InputError({
            message: `cannot make the state folder: ${messageOf(cause)}`,
            file: folder,
            hint: "set AGFLOW_HOME to a folder that you may write to"
          })
      })
    )
}
