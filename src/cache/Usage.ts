/** Where the bytes of a state folder are. */
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Home } from "./Home.ts"
import * as Inventory from "./Inventory.ts"
import * as ResultSet from "./ResultSet.ts"

export interface StageUsage {
  readonly stage: string
  /** Finished tasks. */
  readonly tasks: number
  /** A file that several stages have given counts for the first of them. */
  readonly bytes: number
}

export interface RunUsage {
  readonly id: string
  /** Of the results that its tasks gave or took from the cache. */
  readonly needs: number
  /** Of those among them that no other run needs. */
  readonly alone: number
  /** Of its folder, report and logs, and of the results that it published, whoever published the same. */
  readonly folder: number
}

export interface Usage {
  readonly total: number
  /** By folder, and what lies beside the folders. */
  readonly folders: Readonly<Record<string, number>>
  readonly stages: ReadonlyArray<StageUsage>
  readonly runs: ReadonlyArray<RunUsage>
  /** Stored files that no record names. */
  readonly unnamed: number
}

export const measure = Effect.fnUntraced(function* (
  runs: ReadonlyArray<{ readonly id: string; readonly keys: ReadonlyArray<string> }>,
  /** What to call the stage of a task. */
  nameOf: (stored: Inventory.StoredRecord) => string
) {
  const home = yield* Home
  const inventory = yield* Inventory.take
  return yield* Effect.sync((): Usage => {
    const sizeOf = (sha256: string) => inventory.objects.get(sha256)?.bytes ?? 0
    const sum = (names: Iterable<string>) => {
      let bytes = 0
      for (const sha256 of names) bytes += sizeOf(sha256)
      return bytes
    }

    const stages = new Map<string, { tasks: number; bytes: number }>()
    const counted = new Set<string>()
    const named = [...inventory.records.values()]
      .map((stored) => ({ name: nameOf(stored), stored }))
      .sort((a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1))
    for (const { name, stored } of named) {
      const entry = stages.get(name) ?? { tasks: 0, bytes: 0 }
      stages.set(name, entry)
      entry.tasks++
      for (const { sha256 } of Inventory.filesOf(stored.record)) {
        if (!counted.has(sha256)) entry.bytes += sizeOf(sha256)
        counted.add(sha256)
      }
    }

    const needs = runs.map(({ id, keys }) => ({
      id,
      files: Inventory.namedBy(inventory, Inventory.withHelpers(inventory, keys))
    }))
    const users = new Map<string, number>()
    for (const { files } of needs) for (const sha256 of files) users.set(sha256, (users.get(sha256) ?? 0) + 1)

    // In this order: a published result that is a second name of a stored file counts as stored.
    const seen = new Set<string>()
    const once = (files: ReadonlyArray<Inventory.FoundFile>) => {
      const own = files.filter(({ inode }) => !seen.has(inode))
      for (const { inode } of own) seen.add(inode)
      return Inventory.bytesOf(own)
    }
    const names = [
      "store",
      "records",
      "index",
      "runs",
      "results",
      "downloads",
      "images",
      "work",
      "checkpoints"
    ] as const
    const folders: Record<string, number> = {}
    for (const name of names) folders[name] = once(Inventory.filesBelow(home[name]))
    const stored = new Set(Array.from(inventory.objects.values(), ({ inode }) => inode))
    folders["other"] = once(
      Inventory.namesIn(home.root)
        .filter((name) => !(names as ReadonlyArray<string>).includes(name))
        .flatMap((name) => Inventory.filesBelow(join(home.root, name)))
    )

    const published = (id: string) => {
      const set = ResultSet.of(join(home.runs, id))
      return set === undefined ? [] : [join(home.results, set)]
    }
    return {
      total: Object.values(folders).reduce((all, bytes) => all + bytes, 0),
      folders,
      stages: [...stages].map(([stage, entry]) => ({ stage, ...entry })).sort((a, b) => b.bytes - a.bytes),
      runs: needs.map(({ id, files }) => ({
        id,
        needs: sum(files),
        alone: sum([...files].filter((sha256) => users.get(sha256) === 1)),
        folder: Inventory.bytesOf(
          [join(home.runs, id), ...published(id)]
            .flatMap(Inventory.filesBelow)
            .filter(({ inode }) => !stored.has(inode))
        )
      })),
      unnamed: sum([...inventory.objects.keys()].filter((sha256) => !counted.has(sha256)))
    }
  })
})
