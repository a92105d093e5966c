/**
 * What the records say, packed into few files: of a hundred thousand records each would have to be opened. A line holds,
 * under its own digest, what a whole record held, and when that was last used.
 *
 * Why it gives no wrong hit: a line answers only where its record is still there, so none that is collected is answered
 * for, and it tells what the task of this key did give, since its own digest holds. Each file that it names is looked at by
 * the store as ever; where one is missing or damaged, the record itself is asked, which may have been written anew since. A
 * line that is damaged, torn or lost is none, and the record itself is read.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { join } from "node:path"
import * as Digest from "../core/Digest.ts"
import * as Journal from "./Journal.ts"
import { isSound, type Record } from "./Record.ts"
import type { TaskKey } from "./TaskKey.ts"

export interface Kept {
  readonly record: Record
  /** Milliseconds since 1970. */
  readonly used: number
}

export interface RecordIndex {
  /** The record of the key that stands for this structure. */
  readonly find: (key: string, structure: TaskKey) => Kept | undefined
  readonly keep: (kept: Kept) => void
}

const digestLength = 64

/** What was kept is written when the scope ends. */
export const open = (folder: string): Effect.Effect<RecordIndex, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => new Map<string, Journal.Journal>()),
      (parts) => Effect.sync(() => parts.forEach(({ flush }) => flush()))
    ),
    (parts) => {
      /** Each part is read when it is first needed, so that a small run reads little of a large index. */
      const partOf = (key: string): Journal.Journal => {
        const name = key.slice(0, 2)
        const part = parts.get(name) ?? Journal.open(join(folder, `${name}.tsv`))
        parts.set(name, part)
        return part
      }
      return {
        find: (key, structure) => {
          const line = partOf(key).find(key)
          if (line === undefined) return undefined
          const content = line.slice(digestLength)
          if (Digest.ofBytes(`${key}${content}`) !== line.slice(0, digestLength)) return undefined
          const end = content.indexOf("\t", 1)
          const rest = JSON.parse(content.slice(end)) as Omit<Record, "key" | "structure">
          if (!isSound(rest)) return undefined
          return { record: Object.assign(rest, { key, structure }), used: Number(content.slice(1, end)) }
        },
        keep: ({ record, used }) => {
          const { key } = record
          // Who asks has the structure, which the key stands for.
          const rest = JSON.stringify({ ...record, key: undefined, structure: undefined })
          const content = `\t${used}\t${rest}`
          partOf(key).keep(key, `${Digest.ofBytes(`${key}${content}`)}${content}`)
        }
      }
    }
  )
