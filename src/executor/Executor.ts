/** Where tasks run. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { InputError } from "../core/Failure.ts"
import type { TaskExit } from "./TaskExit.ts"
import type { Prepared } from "./TaskFolder.ts"

/** What a task says of itself while it runs. */
export type TaskMessage =
  | { readonly _tag: "Progress"; readonly done: number; readonly total: number; readonly unit: string }
  | { readonly _tag: "Log"; readonly line: string }

/** A task that ended without a word: killed from outside, out of memory, crashed in a native library. */
export class TaskLost extends Schema.TaggedError<TaskLost>()("TaskLost", {
  message: Schema.String,
  file: Schema.optionalKey(Schema.String),
  hint: Schema.optionalKey(Schema.String)
}) {}

export class Executor extends Context.Service<
  Executor,
  {
    readonly name: string
    /** Runs the task to its end; interruption stops it and all that it started. */
    readonly execute: (
      task: Prepared,
      listen: (message: TaskMessage) => void
    ) => Effect.Effect<TaskExit, InputError | TaskLost>
  }
>()("agflow/executor/Executor") {}
