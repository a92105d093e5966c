/**
 * What agflow and a model's process say to each other (docs/model-process.md tells it to those who write one). Messages
 * are lines of JSON; one with `bytes` is followed by so many bytes.
 */
import * as Schema from "effect/Schema"
import { organisms } from "../SequenceModel.ts"

export const version = 1

const Metadata = Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite, Schema.Boolean, Schema.Null]))

const Track = Schema.Struct({
  name: Schema.String,
  group: Schema.optionalKey(Schema.String),
  strand: Schema.optionalKey(Schema.Literals(["+", "-", "."])),
  description: Schema.optionalKey(Schema.String),
  metadata: Schema.optionalKey(Metadata)
})

const Count = Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(1)))
const Whole = Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(0)))

const Output = Schema.Struct({
  name: Schema.String,
  kind: Schema.optionalKey(Schema.Literals(["tracks", "contacts"])),
  resolution: Count,
  offset: Schema.optionalKey(Whole),
  /** Their names, or how many there are. */
  tracks: Schema.Union([Count, Schema.Array(Schema.Union([Schema.String, Track]))])
})
export type Output = typeof Output.Type

/** The first thing that the process says. */
export const Info = Schema.Struct({
  protocol: Schema.Literal(version),
  name: Schema.String,
  summary: Schema.optionalKey(Schema.String),
  licence: Schema.optionalKey(Schema.String),
  citation: Schema.optionalKey(Schema.String),
  organisms: Schema.optionalKey(Schema.Array(Schema.Literals(organisms))),
  /** One length, or a range. */
  lengths: Schema.Union([
    Count,
    Schema.Struct({ preferred: Count, min: Count, max: Count, multiple: Schema.optionalKey(Count) })
  ]),
  /** Sequences that are best computed at once. */
  batch: Schema.optionalKey(Count),
  outputs: Schema.Array(Output)
})
export type Info = typeof Info.Type

/** What it says after a question. */
export const Reply = Schema.Union([
  /** How many sequences are done. */
  Schema.Struct({ progress: Whole }),
  /** Float32, little-endian, row-major: of tracks [bins, tracks], of contacts [bins, bins, tracks]. */
  Schema.Struct({
    sequence: Whole,
    output: Schema.String,
    shape: Schema.Array(Whole),
    /** Which tracks the columns are; all when absent. */
    tracks: Schema.optionalKey(Schema.Array(Whole)),
    bytes: Whole
  }),
  Schema.Struct({ error: Schema.String }),
  Schema.Struct({ done: Schema.Literal(true) })
])
export type Reply = typeof Reply.Type

export interface Question {
  readonly organism: string
  readonly sequences: ReadonlyArray<string>
  readonly wants: ReadonlyArray<{ readonly output: string; readonly tracks?: ReadonlyArray<number> }>
}
