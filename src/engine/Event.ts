/** All that a user sees of a run comes from these: the display, the log, `events.ndjson`, the trace, the report. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { TaskKey } from "../cache/TaskKey.ts"
import type { Failure } from "../core/Failure.ts"
import type { Tally } from "../core/Tally.ts"
import type { Remarks } from "./Remarks.ts"

export type RunStatus = "succeeded" | "failed" | "interrupted"

/**
 * Where a task's inputs came from: a user's file by its absolute path, else the stage and its output (`windows.table`).
 * A list is one origin where all of its files share it.
 */
export type Origins = Readonly<Record<string, string | ReadonlyArray<string>>>

export type EventBody =
  | {
      readonly _tag: "RunStarted"
      readonly run: string
      readonly workflow: string
      readonly file: string
      readonly profiles: ReadonlyArray<string>
      readonly params: Readonly<Record<string, unknown>>
      readonly stages: ReadonlyArray<string>
    }
  | { readonly _tag: "StageScattered"; readonly stage: string; readonly tasks: number }
  | {
      readonly _tag: "StageGathered"
      readonly stage: string
      readonly tasks: number
      /** Of these, those that had not what they need, where that is no error. */
      readonly leftOut?: number
      /** Of all its tasks together, in their order. */
      readonly account?: ReadonlyArray<Tally>
    }
  | ({
      readonly _tag: "TaskCached"
      readonly stage: string
      readonly key: string
      readonly reason: string
      readonly inputs: Origins
    } & Remarks)
  | {
      readonly _tag: "TaskWaiting"
      readonly stage: string
      readonly key: string
      readonly holder: string
      /** It waits for so many GPUs, not for another run of the same task. */
      readonly gpus?: number
    }
  | {
      readonly _tag: "TaskStarted"
      readonly stage: string
      readonly key: string
      readonly reason: string
      readonly inputs: Origins
      /** What the key stands for: a task that fails leaves no record of it. */
      readonly structure: TaskKey
    }
  | {
      readonly _tag: "TaskProgress"
      readonly stage: string
      readonly done: number
      readonly total: number
      readonly unit: string
    }
  /** What a task prints, when the run is to tell it live. */
  | { readonly _tag: "TaskOutput"; readonly stage: string; readonly stream: "stdout" | "stderr"; readonly line: string }
  | { readonly _tag: "TaskLog"; readonly stage: string; readonly line: string }
  | ({ readonly _tag: "TaskDone"; readonly stage: string; readonly key: string; readonly seconds: number } & Remarks)
  | {
      readonly _tag: "TaskFailed"
      readonly stage: string
      readonly key: string | null
      readonly failure: Failure
      /** The last lines that the task printed. */
      readonly log: ReadonlyArray<string>
      /** Where the task's folder is kept. */
      readonly folder: string | null
      readonly seconds: number
    }
  /** An attempt has failed, and another follows. */
  | {
      readonly _tag: "TaskRetrying"
      readonly stage: string
      readonly key: string
      readonly attempt: number
      readonly attempts: number
      readonly failure: Failure
      readonly log: ReadonlyArray<string>
      readonly folder: string | null
      readonly seconds: number
      /** Seconds until the next. */
      readonly delay: number
    }
  | { readonly _tag: "TaskSkipped"; readonly stage: string; readonly reason: string }
  | {
      readonly _tag: "RunEnded"
      readonly status: RunStatus
      readonly seconds: number
      readonly folder: string
      readonly report: string
    }

/** With the time at which it happened, ISO 8601, UTC. */
export type Event = EventBody & { readonly time: string }

export class Events extends Context.Service<
  Events,
  {
    readonly publish: (event: EventBody) => Effect.Effect<void>
  }
>()("agflow/engine/Events") {}
