/** The stored result of a finished task, and the records of all. A record is written last: what it names is there. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import * as Digest from "../core/Digest.ts"
import { InputError, messageOf } from "../core/Failure.ts"
import { Provenance } from "../core/Task.ts"
import { Artifact } from "./Artifact.ts"
import { ContentStore, syncFile } from "./ContentStore.ts"
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

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Record))

/** JSON whose first member is the digest of all that follows it: one changed byte, and it is no record any more. */
export const encode = (record: Record): string => {
  const rest = `${JSON.stringify(record, null, 1).slice(1)}\n`
  return `{\n "check": "${Digest.ofBytes(rest)}",${rest}`
}

export const decode = (text: string): Record | undefined => {
  const [head, check] = /^\{\n "check": "([0-9a-f]{64})",/u.exec(text) ?? []
  if (head === undefined || Digest.ofBytes(text.slice(head.length)) !== check) return undefined
  return Option.getOrUndefined(decodeJson(text))
}

/** Where in the folder of records that of a key is. */
export const recordPath = (records: string, key: string): string => join(records, key.slice(0, 2), `${key}.json`)

/** How exactly the time of a record's last use is known. */
const useMillis = 24 * 3600 * 1000

/** A record's mtime is when it was last used: what is not used for long may be collected. */
const markUsed = (path: string, now: number): void => {
  try {
    if (now - statSync(path).mtimeMs > useMillis) utimesSync(path, now / 1000, now / 1000)
  } catch {
    // Another user's, or collected just now: the use goes unmarked.
  }
}

/**
 * Seconds. A record that a power cut loses, whole or in part, is no record, and its task runs again: that is cheaper for a
 * short one than to wait for the disk each time. What a record names is on the disk before it in any case.
 */
const worthSyncing = 1

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
      const read = (key: string): Record | undefined => {
        const path = pathOf(key)
        // What is not there or does not read is no record: the task runs again. Most that is looked for is not there,
        // and an error costs more than a look.
        if (!existsSync(path)) return undefined
        try {
          const record = decode(readFileSync(path, "utf8"))
          return record?.key === key ? record : undefined
        } catch {
          return undefined
        }
      }
      const writeWhole = (path: string, text: string, durable: boolean): Effect.Effect<void, InputError> =>
        Effect.try({
          try: () => {
            mkdirSync(dirname(path), { recursive: true })
            const temporary = `${path}.${process.pid}.tmp`
            writeFileSync(temporary, text)
            if (durable) syncFile(temporary)
            renameSync(temporary, path)
            if (durable) syncFile(dirname(path))
          },
          catch: (cause) => new InputError({ message: `cannot write a record: ${messageOf(cause)}`, file: path })
        })
      return Records.of({
        find: Effect.fnUntraced(function* (key) {
          const record = read(key)
          if (record === undefined) return undefined
          for (const artifact of Object.values(record.outputs)) if (!(yield* store.holds(artifact))) return undefined
          markUsed(pathOf(key), yield* Clock.currentTimeMillis)
          return record
        }),
        read: (key) => Effect.sync(() => read(key)),
        write: (record) => writeWhole(pathOf(record.key), encode(record), record.seconds >= worthSyncing)
      })
    })
  )
}
