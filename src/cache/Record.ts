/** The stored result of a finished task. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Digest from "../core/Digest.ts"
import { Tally } from "../core/Tally.ts"
import { Provenance } from "../core/Provenance.ts"
import * as Artifact from "./Artifact.ts"
import { TaskKey } from "./TaskKey.ts"

export const Record = Schema.Struct({
  key: Schema.String,
  structure: TaskKey,
  outputs: Schema.Record(Schema.String, Artifact.Artifact),
  provenance: Schema.Array(Provenance),
  /** What became of the rows that the task took; left out where it took none. */
  account: Schema.optionalKey(Schema.Array(Tally)),
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

/** Whether paths may be made of what a record names. */
export const isSound = ({ outputs }: Pick<Record, "outputs">): boolean => {
  for (const name in outputs) if (!Artifact.isSound(outputs[name]!)) return false
  return true
}

/**
 * A record of this cache, to be had at once: its digest says that nothing of it was lost, and its key, in which the version
 * of the key is, that it has the shape that records of this version have. Neither is a seal.
 */
export const decodeOwn = (text: string, key: string): Record | undefined => {
  const record = opened(text) as Record | undefined
  return record?.key === key && isSound(record) ? record : undefined
}

/** Where in the folder of records that of a key is. */
export const recordPath = (records: string, key: string): string => `${records}/${key.slice(0, 2)}/${key}.json`
