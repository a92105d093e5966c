/** What a running stage can tell its run. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Ledger } from "./Tally.ts"

/** A fact for the report: which data, model and device a result was made with. */
export const Provenance = Schema.Union([
  Schema.Struct({
    kind: Schema.Literal("dataset"),
    name: Schema.String,
    url: Schema.NullOr(Schema.String),
    sha256: Schema.String,
    bytes: Schema.Int,
    licence: Schema.String,
    citation: Schema.String
  }),
  Schema.Struct({
    kind: Schema.Literal("model"),
    name: Schema.String,
    weights: Schema.String,
    licence: Schema.String,
    citation: Schema.String
  }),
  Schema.Struct({
    kind: Schema.Literal("device"),
    runtime: Schema.String,
    name: Schema.String,
    numerics: Schema.String,
    version: Schema.String
  })
])
export type Provenance = typeof Provenance.Type

/** What a task keeps of itself under its key. It is removed when the task is done. */
export interface Checkpoint {
  /**
   * What was kept, in any order: values as `append` was given them. Of the same code, so of the same shape. One is in
   * memory at a time: together they may be larger than it.
   */
  readonly read: Effect.Effect<Iterable<unknown>>
  /** Keeps a value: numbers of any kind, text, arrays, objects, typed arrays. It is there once this has ended. */
  readonly append: (value: unknown) => Effect.Effect<void>
}

export class Task extends Context.Service<
  Task,
  {
    /** How far the task is, in units of its own (windows, bytes). */
    readonly progress: (done: number, total: number, unit: string) => Effect.Effect<void>
    /** A line for the task's log. */
    readonly log: (line: string) => Effect.Effect<void>
    readonly note: (provenance: Provenance) => Effect.Effect<void>
    /** The account of the rows that it takes: see Account.ts. */
    readonly ledger: Ledger
    /** An empty folder of the task's own, removed when the task ends. */
    readonly scratch: string
    /** What earlier attempts of this task have finished: see `forEachBatch` of Checkpoint.ts. */
    readonly checkpoint: Checkpoint
  }
>()("agflow/core/Task") {}
