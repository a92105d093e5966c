/** The stored result of a finished task, and the records of all. A record is written last: what it names is there. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { readFileSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import * as Digest from "../core/Digest.ts"
import { InputError, messageOf } from "../core/Failure.ts"
import { Provenance } from "../core/Task.ts"
import { Artifact } from "./Artifact.ts"
import { ContentStore, inFolder, syncFile } from "./ContentStore.ts"
import { Home } from "./Home.ts"
import { TaskKey } from "./TaskKey.ts"

export const Record = Schema.Struct({
  key: Schema.String,
  structure: TaskKey,
  outputs: Schema.Record(Schema.String, Artifact),
  provenance: Schema.Array(Provenance),
  /** ISO 8601, UTC. */
  startedAt: Schema.String,
  seconds: Schema.Number,
  cpuSeconds: Schema.NullOr(Schema.Number),
  maxRssBytes: Schema.NullOr(Schema.Number),
  agflow: Schema.String
})
export type Record = typeof Record.Type

const decodeUnknown = Schema.decodeUnknownOption(Record)

const opening = '{\n "check": "'
const closing = '",'
const checkEnd = opening.length + 64
const headEnd = checkEnd + closing.length

/** JSON whose first member is the digest of all that follows it: one changed byte, and it is no record any more. */
export const encode = (record: Record): string => {
  const rest = `${JSON.stringify(record, null, 1).slice(1)}\n`
  return `${opening}${Digest.ofBytes(rest)}${closing}${rest}`
}

/** What was sealed with its digest by {@link encode}; undefined where not a byte may be relied on. */
const opened = (text: string): unknown => {
  if (!text.startsWith(opening) || !text.startsWith(closing, checkEnd)) return undefined
  const rest = text.slice(headEnd)
  if (Digest.ofBytes(rest) !== text.slice(opening.length, checkEnd)) return undefined
  try {
    return JSON.parse(`{${rest}`)
  } catch {
    return undefined
  }
}

/** A record from anywhere. */
export const decode = (text: string): Record | undefined => Option.getOrUndefined(decodeUnknown(opened(text)))

/**
 * A record of this cache, to be had at once: its digest says that agflow wrote it, and its key, in which the version of the
 * key is, that it has the shape that records of this version have.
 */
const decodeOwn = (text: string, key: string): Record | undefined => {
  const record = opened(text) as Record | undefined
  return record?.key === key ? record : undefined
}

/** Where in the folder of records that of a key is. */
export const recordPath = (records: string, key: string): string => `${records}/${key.slice(0, 2)}/${key}.json`

/** How exactly the time of a record's last use is known. */
const useMillis = 24 * 3600 * 1000

/** A record's mtime is when it was last used: what is not used for long may be collected. */
const markUsed = (path: string, used: number): void => {
  const now = Date.now()
  if (now - used < useMillis) return
  try {
    utimesSync(path, now / 1000, now / 1000)
  } catch {
    // Another user's, or collected just now: the use goes unmarked.
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
    /** The record of a key whose outputs are all there and undamaged. */
    readonly find: (key: string) => Effect.Effect<Record | undefined>
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
      const pathOf = (key: string) => recordPath(home.records, key)
      /** With when it was last used, milliseconds since 1970. */
      const look = (key: string): { readonly record: Record; readonly used: number } | undefined => {
        const path = pathOf(key)
        // What is not there or does not read is no record: the task runs again. Most that is looked for may not be there,
        // and an error costs more than a look.
        const stat = statSync(path, { throwIfNoEntry: false })
        if (stat === undefined) return undefined
        try {
          const record = decodeOwn(readFileSync(path, "utf8"), key)
          return record && { record, used: stat.mtimeMs }
        } catch {
          return undefined
        }
      }
      const writeWhole = (path: string, text: string, durable: boolean): Effect.Effect<void, InputError> =>
        Effect.try({
          try: () => {
            // What a crash leaves of one that is written in its place is no record, as its digest tells.
            if (!durable) return inFolder(path, () => writeFileSync(path, text))
            const temporary = join(home.records, `${basename(path)}.${process.pid}.tmp`)
            writeFileSync(temporary, text)
            syncFile(temporary)
            inFolder(path, () => renameSync(temporary, path))
            syncFile(dirname(path))
          },
          catch: (cause) => new InputError({ message: `cannot write a record: ${messageOf(cause)}`, file: path })
        })
      return Records.of({
        find: (key) =>
          Effect.suspend(() => {
            const found = look(key)
            if (found === undefined) return Effect.succeed(undefined)
            const artifacts = Object.values(found.record.outputs)
            const use = () => {
              markUsed(pathOf(key), found.used)
              return found.record
            }
            if (artifacts.every(store.knows)) return Effect.succeed(use())
            return Effect.gen(function* () {
              for (const artifact of artifacts) if (!(yield* store.holds(artifact))) return undefined
              return use()
            })
          }),
        read: (key) => Effect.sync(() => look(key)?.record),
        write: (record) => writeWhole(pathOf(record.key), encode(record), isDurable(record.seconds))
      })
    })
  )
}
