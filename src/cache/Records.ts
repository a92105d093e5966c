/** The records of a cache. One is written last: what it names is there. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readFileSync, renameSync, statSync, utimesSync, writeFileSync, type Stats } from "node:fs"
import { basename, dirname, join } from "node:path"
import * as Disk from "../core/Disk.ts"
import { InputError, messageOf } from "../core/Failure.ts"
import { ContentStore } from "./ContentStore.ts"
import { Home } from "./Home.ts"
import { decodeOwn, encode, recordPath, type Record } from "./Record.ts"
import * as RecordIndex from "./RecordIndex.ts"
import type { TaskKey } from "./TaskKey.ts"

/** How exactly the time of a record's last use is known. */
const useMillis = 24 * 3600 * 1000

/** A record's mtime is when it was last used: what is not used for long may be collected. False when it stays as it is. */
const markUsed = (path: string, used: number): boolean => {
  const now = Date.now()
  if (now - used < useMillis) return false
  try {
    utimesSync(path, now / 1000, now / 1000)
    return true
  } catch {
    // Another user's, or collected just now: the use goes unmarked.
    return false
  }
}

/**
 * Seconds. A result that a power cut loses, whole or in part, is none, and its task runs again: that is cheaper for a short
 * one than to wait for the disk each time.
 */
const worthSyncing = 1

/** Whether the record of a task that took so long, and what it names, is to be on the disk before anybody hears of it. */
export const isDurable = (seconds: number): boolean => seconds >= worthSyncing

export class Records extends Context.Service<
  Records,
  {
    /** The record of the key that stands for this structure, if its outputs are all there and undamaged. */
    readonly find: (key: string, structure: TaskKey) => Effect.Effect<Record | undefined>
    /** The record of a key, whatever has become of its outputs. */
    readonly read: (key: string) => Effect.Effect<Record | undefined>
    readonly write: (record: Record) => Effect.Effect<void, InputError>
  }
>()("agflow/cache/Records") {
  static readonly layer = Layer.effect(
    Records,
    Effect.gen(function* () {
      const home = yield* Home
      const store = yield* ContentStore
      const index = yield* RecordIndex.open(home.index)
      const pathOf = (key: string) => recordPath(home.records, key)
      // Most that is looked for may not be there, and an error costs more than a look.
      const look = (key: string) => statSync(pathOf(key), { throwIfNoEntry: false })
      /** What does not read is no record: the task runs again. */
      const read = (key: string): Record | undefined => {
        try {
          return decodeOwn(readFileSync(pathOf(key), "utf8"), key)
        } catch {
          return undefined
        }
      }
      /** `stat` is of before the record was read: written anew in between, it is read anew. */
      const readAndKeep = (key: string, stat: Stats): Record | undefined => {
        const record = read(key)
        if (record !== undefined) index.keep(record, stat)
        return record
      }
      const writeWhole = (path: string, text: string, durable: boolean): Effect.Effect<void, InputError> =>
        Effect.try({
          try: () => {
            // Whole or not there, also for who kills or reads meanwhile; after a power cut its digest tells.
            const temporary = join(home.records, `${basename(path)}.${process.pid}.tmp`)
            writeFileSync(temporary, text)
            if (durable) Disk.sync(temporary)
            Disk.inFolder(path, () => renameSync(temporary, path))
            if (durable) Disk.sync(dirname(path))
          },
          catch: (cause) => new InputError({ message: `cannot write a record: ${messageOf(cause)}`, file: path })
        })
      return Records.of({
        find: (key, structure) =>
          Effect.suspend(() => {
            const stat = look(key)
            if (stat === undefined) return Effect.succeed(undefined)
            const record = index.find(key, structure, stat) ?? readAndKeep(key, stat)
            if (record === undefined) return Effect.succeed(undefined)
            const artifacts = Object.values(record.outputs)
            const use = () => {
              const now = markUsed(pathOf(key), stat.mtimeMs) ? look(key) : undefined
              if (now !== undefined) index.keep(record, now)
              return record
            }
            if (artifacts.every(store.knows)) return Effect.succeed(use())
            return Effect.gen(function* () {
              for (const artifact of artifacts) if (!(yield* store.holds(artifact))) return undefined
              return use()
            })
          }),
        read: (key) => Effect.sync(() => (look(key) === undefined ? undefined : read(key))),
        write: (record) =>
          Effect.map(writeWhole(pathOf(record.key), encode(record), isDurable(record.seconds)), () => {
            const stat = look(record.key)
            if (stat !== undefined) index.keep(record, stat)
          })
      })
    })
  )
}
