/** The stages that a workflow can use, by name. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { InputError } from "../core/Failure.ts"
import type { Stage } from "./Stage.ts"

export interface LoadedStage {
  readonly stage: Stage
  /** Digest of the stage's code: its part in every cache key. */
  readonly code: string
}

export class StageLibrary extends Context.Service<
  StageLibrary,
  {
    readonly names: ReadonlyArray<string>
    readonly load: (name: string) => Effect.Effect<LoadedStage, InputError>
  }
>()("agflow/dsl/StageLibrary") {}
