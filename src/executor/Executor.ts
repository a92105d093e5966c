/** Where tasks run. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { InputError } from "../core/Failure.ts"
import type { Prepared, TaskExit } from "./TaskFolder.ts"

/** What a task says of itself while it runs. */
export type TaskMessage =
  | { readonly _tag: "Progress"; readonly done: number; readonly total: number; readonly unit: string }
  | { readonly _tag: "Log"; readonly line: string }

export class Executor extends Context.Service<
  Executor,
  {
    readonly name: string
    /** Runs the task to its end; interruption stops it and all that it started. */
    readonly execute: (task: Prepared, listen: (message: TaskMessage) => void) => Effect.Effect<TaskExit, InputError>
  }
>()("agflow/executor/Executor") {}
