/** What a running stage can tell its run. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Lineage } from "./Lineage.ts"
import type { Provenance } from "./Provenance.ts"
import type { Ledger } from "./Tally.ts"

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
    /** Whether any input was drawn from a seed, or made from what was: results, figures and pages then say so. */
    readonly synthetic: boolean
    /** What the engine knows of each input, by port: of stages that are declared with `lineage: true`, else empty. */
    readonly lineage: Readonly<Record<string, ReadonlyArray<Lineage>>>
    /** An empty folder of the task's own, removed when the task ends. */
    readonly scratch: string
    /** What earlier attempts of this task have finished: see `forEachBatch` of Checkpoint.ts. */
    readonly checkpoint: Checkpoint
  }
>()("agflow/core/Task") {}
