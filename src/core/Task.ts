/** What a running stage can tell its run. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Checkpoint } from "./Checkpoint.ts"

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

export class Task extends Context.Service<
  Task,
  {
    /** How far the task is, in units of its own (windows, bytes). */
    readonly progress: (done: number, total: number, unit: string) => Effect.Effect<void>
    /** A line for the task's log. */
    readonly log: (line: string) => Effect.Effect<void>
    readonly note: (provenance: Provenance) => Effect.Effect<void>
    /** An empty folder of the task's own, removed when the task ends. */
    readonly scratch: string
    /** What earlier attempts of this task have finished: see {@link Checkpoint.forEach}. */
    readonly checkpoint: Checkpoint
  }
>()("agflow/core/Task") {}
