/** The stages that a workflow can use, by name. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Diagnostic } from "../../core/Diagnostic.ts"
import type { InputError } from "../../core/Failure.ts"
import type { Stage } from "../stage/Stage.ts"
import type { TypedWorkflow } from "./TypedWorkflow.ts"

/** A file of the user's with all that it imports, as one text that a worker loads. */
export interface StageModule {
  /** Of the code without comments, layout and paths. */
  readonly digest: string
  readonly text: string
}

export interface LoadedStage {
  readonly stage: Stage
  /** Digest of the stage's code: its part in every cache key. */
  readonly code: string
  /** Where it is defined, unless it is one of agflow's own. */
  readonly module?: StageModule
}

export interface ImportedFile {
  readonly _tag: "Imported"
  readonly stages: ReadonlyArray<LoadedStage>
  readonly workflow: TypedWorkflow | undefined
  /** Absolute paths of the user's files that it imports by itself, in order. */
  readonly imports: ReadonlyArray<string>
}

export type Imported = ImportedFile | { readonly _tag: "Faults"; readonly diagnostics: ReadonlyArray<Diagnostic> }

export class StageLibrary extends Context.Service<
  StageLibrary,
  {
    readonly names: ReadonlyArray<string>
    readonly load: (name: string) => Effect.Effect<LoadedStage, InputError>
    /** Loads a TypeScript or JavaScript file of the user's; `shown` is what messages call it. */
    readonly import: (file: string, shown: string) => Effect.Effect<Imported>
  }
>()("agflow/dsl/StageLibrary") {}
