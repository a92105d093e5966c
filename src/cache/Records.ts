/** The records of a cache. One is written last: what it names is there. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { existsSync, readFileSync, renameSync, statSync, utimesSync } from "node:fs"
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

/** A record's mtime is when it was last used: what is not used for long may be collected. Undefined when it stays as it is. */
const markUsed = (path: string, used: number): number | undefined => {
  const now = Date.now()
  if (now - used < useMillis) return undefined
  try {
    utimesSync(path, now / 1000, now / 1000)
    return now
  } catch {
    // Another user's, or collected just now: the use goes unmarked.
    return undefined
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
      /** What does not read is no record: the task runs again. */
      const read = (key: string): Record | undefined => {
        const path = pathOf(key)
        try {
          // Most that is looked for may not be there, and an error costs more than a look.
          return existsSync(path) ? decodeOwn(readFileSync(path, "utf8"), key) : undefined
        } catch {
          return undefined
        }
      }
      const indexed = (key: string, structure: TaskKey): RecordIndex.Kept | undefined => {
        const kept = index.find(key, structure)
        return kept !== undefined && existsSync(pathOf(key)) ? kept : undefined
      }
      const readAndKeep = (key: string): RecordIndex.Kept | undefined => {
        const used = statSync(pathOf(key), { throwIfNoEntry: false })?.mtimeMs
        const record = used === undefined ? undefined : read(key)
        if (record === undefined) return undefined
        const kept = { record, used: Math.floor(used!) }
        index.keep(kept)
        return kept
      }
      const use = ({ record, used }: RecordIndex.Kept): Record => {
        const now = markUsed(pathOf(record.key), used)
        if (now !== undefined) index.keep({ record, used: now })
        return record
      }
      const isHeld = Effect.fnUntraced(function* ({ record }: RecordIndex.Kept) {
        for (const artifact of Object.values(record.outputs)) if (!(yield* store.holds(artifact))) return false
        return true
      })
      const writeWhole = (path: string, text: string, durable: boolean): Effect.Effect<void, InputError> =>
        Effect.try({
          try: () => {
            // Whole or not there, also for who kills or reads meanwhile; after a power cut its digest tells.
            const temporary = join(home.records, `${basename(path)}.${process.pid}.tmp`)
            Disk.writeNew(temporary, text)
            if (durable) Disk.sync(temporary)
            Disk.inFolder(path, () => renameSync(temporary, path))
            if (durable) Disk.sync(dirname(path))
          },
          catch: (cause) => new InputError({ message: `cannot write a record: ${messageOf(cause)}`, file: path })
        })
      return Records.of({
        find: (key, structure) =>
          Effect.suspend(() => {
            const kept = indexed(key, structure)
            if (kept !== undefined && Object.values(kept.record.outputs).every(store.knows)) {
              return Effect.succeed(use(kept))
            }
            return Effect.gen(function* () {
              if (kept !== undefined && (yield* isHeld(kept))) return use(kept)
              const found = readAndKeep(key)
              return found !== undefined && (yield* isHeld(found)) ? use(found) : undefined
            })
          }),
        read: (key) => Effect.sync(() => read(key)),
        write: (record) =>
          Effect.map(writeWhole(pathOf(record.key), encode(record), isDurable(record.seconds)), () =>
            index.keep({ record, used: Date.now() })
          )
      })
    })
  )
}
