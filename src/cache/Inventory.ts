/** What a state folder holds: its records, the files that they name, and what nobody names. */
import * as Effect from "effect/Effect"
import { lstatSync, readFileSync, readdirSync, type Stats } from "node:fs"
import { join } from "node:path"
import * as Artifact from "./Artifact.ts"
import { Home } from "./Home.ts"
import * as Record from "./Record.ts"

export interface FoundFile {
  readonly path: string
  /** Two names of one file have the same. */
  readonly inode: string
  readonly bytes: number
  /** When it was last written, moved or marked as wanted; milliseconds since 1970. */
  readonly changed: number
}

export interface StoredObject extends FoundFile {
  readonly sha256: string
}

export interface StoredRecord {
  readonly key: string
  readonly path: string
  /** Milliseconds since 1970, to a day. */
  readonly used: number
  readonly record: Record.Record
}

export interface Inventory {
  readonly records: ReadonlyMap<string, StoredRecord>
  readonly objects: ReadonlyMap<string, StoredObject>
  /** Records that do not read. */
  readonly unreadable: ReadonlyArray<FoundFile>
  /** Drafts that were not moved to where they belong. */
  readonly drafts: ReadonlyArray<FoundFile>
}

const statOf = (path: string): Stats | undefined => {
  try {
    return lstatSync(path)
  } catch {
    return undefined
  }
}

export const namesIn = (folder: string): ReadonlyArray<string> => {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

/** A file that is there; undefined where it has just gone. */
export const fileAt = (path: string): FoundFile | undefined => {
  const stat = statOf(path)
  if (stat === undefined) return undefined
  const { dev, ino, size, mtimeMs, ctimeMs } = stat
  return { path, inode: `${dev}.${ino}`, bytes: size, changed: Math.max(mtimeMs, ctimeMs) }
}

/** All files below a folder, or the file itself. */
export const filesBelow = (path: string): ReadonlyArray<FoundFile> => {
  if (statOf(path)?.isDirectory()) return namesIn(path).flatMap((name) => filesBelow(join(path, name)))
  const file = fileAt(path)
  return file === undefined ? [] : [file]
}

/** A file with several names counts once. */
export const bytesOf = (files: Iterable<FoundFile>): number => {
  const seen = new Set<string>()
  let sum = 0
  for (const { inode, bytes } of files) {
    if (!seen.has(inode)) sum += bytes
    seen.add(inode)
  }
  return sum
}

/** The record that a file holds under the name that it has. */
export const readRecord = (path: string, key: string): Record.Record | undefined => {
  try {
    const record = Record.decode(readFileSync(path, "utf8"))
    return record?.key === key ? record : undefined
  } catch {
    return undefined
  }
}

export const take = Effect.gen(function* () {
  const home = yield* Home
  return yield* Effect.sync((): Inventory => {
    const records = new Map<string, StoredRecord>()
    const objects = new Map<string, StoredObject>()
    const unreadable: Array<FoundFile> = []
    const drafts: Array<FoundFile> = []
    for (const file of filesBelow(home.records)) {
      const key = /\/([0-9a-f]{64})\.json$/u.exec(file.path)?.[1]
      const record = key === undefined ? undefined : readRecord(file.path, key)
      if (key === undefined) drafts.push(file)
      else if (record === undefined) unreadable.push(file)
      else records.set(key, { key, path: file.path, used: statOf(file.path)?.mtimeMs ?? 0, record })
    }
    for (const file of filesBelow(home.store)) {
      const sha256 = /\/([0-9a-f]{64})$/u.exec(file.path)?.[1]
      if (sha256 === undefined) drafts.push(file)
      else objects.set(sha256, { ...file, sha256 })
    }
    return { records, objects, unreadable, drafts }
  })
})

export const filesOf = ({ outputs }: Record.Record): ReadonlyArray<Artifact.StoredFile> =>
  Object.values(outputs).flatMap(({ files }) => files)

/** Names of the stored files that the records of these keys name. */
export const namedBy = (inventory: Inventory, keys: Iterable<string>): ReadonlySet<string> => {
  const named = new Set<string>()
  for (const key of keys) {
    const stored = inventory.records.get(key)
    if (stored !== undefined) for (const { sha256 } of filesOf(stored.record)) named.add(sha256)
  }
  return named
}

/**
 * Of these keys those that have records, and those of what the engine itself made of their outputs (tables cut and
 * joined), which no run lists.
 */
export const withHelpers = (inventory: Inventory, keys: Iterable<string>): ReadonlySet<string> => {
  const kept = new Set<string>()
  const content = new Set<string>()
  const keep = ({ key, record }: StoredRecord) => {
    kept.add(key)
    for (const artifact of Object.values(record.outputs)) content.add(Artifact.digest(artifact))
  }
  for (const key of keys) {
    const stored = inventory.records.get(key)
    if (stored !== undefined) keep(stored)
  }
  let helpers = [...inventory.records.values()].filter(({ record }) => record.structure.stage.startsWith("agflow:"))
  const isFed = ({ record }: StoredRecord) =>
    Object.values(record.structure.inputs)
      .flat()
      .every(({ digest }) => content.has(digest))
  for (let fed = helpers.filter(isFed); fed.length > 0; fed = helpers.filter(isFed)) {
    fed.forEach(keep)
    helpers = helpers.filter(({ key }) => !kept.has(key))
  }
  return kept
}
