/**
 * What the records say, packed into few files: of a hundred thousand records each would have to be opened. A line holds,
 * under its own digest, what a whole record held, and the state of the record's file at that time.
 *
 * Why it gives no wrong hit: a line answers only while the record's file stands there in the very state, so one that is
 * gone, was changed, or is collected is never answered for. Should a bad disk change the file behind an unchanged state,
 * the line still tells what the task of this key did give, since its own digest holds; that each file it names is there and
 * whole is looked at by the store as ever. A line that is damaged, torn or lost is none, and the record itself is read.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Stats } from "node:fs"
import { join } from "node:path"
import * as Digest from "../core/Digest.ts"
import * as Journal from "./Journal.ts"
import type { Record } from "./Record.ts"
import type { TaskKey } from "./TaskKey.ts"

export interface RecordIndex {
  /** The record of the key that stands for this structure, if its file was in this state when it was last read. */
  readonly find: (key: string, structure: TaskKey, stat: Stats) => Record | undefined
  readonly keep: (record: Record, stat: Stats) => void
}

const stateOf = ({ ino, size, mtimeMs, ctimeMs }: Stats): string => `${ino}.${size}.${mtimeMs}.${ctimeMs}`

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
        find: (key, structure, stat) => {
          const line = partOf(key).find(key)
          if (line === undefined) return undefined
          const state = `\t${stateOf(stat)}\t`
          if (!line.startsWith(state, digestLength)) return undefined
          if (Digest.ofBytes(`${key}${line.slice(digestLength)}`) !== line.slice(0, digestLength)) return undefined
          const rest = JSON.parse(line.slice(digestLength + state.length)) as Omit<Record, "key" | "structure">
          return { key, structure, ...rest }
        },
        keep: (record, stat) => {
          const { key } = record
          // Who asks has the structure, which the key stands for.
          const rest = JSON.stringify({ ...record, key: undefined, structure: undefined })
          const content = `\t${stateOf(stat)}\t${rest}`
          partOf(key).keep(key, `${Digest.ofBytes(`${key}${content}`)}${content}`)
        }
      }
    }
  )
