/** A model as the registry knows it: what it is called, and how it is opened. */
import type * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Scope from "effect/Scope"
import type { InputError } from "../core/Failure.ts"
import type { Settings } from "../core/Settings.ts"
import type { Task } from "../core/Task.ts"
import type { ModelFailure, RuntimeUnavailable } from "./ModelError.ts"
import type { Organism, SequenceModel } from "./SequenceModel.ts"
import type { Track } from "./Track.ts"

/** What a user says of a model. Each model takes what it has a use for, and says what it lacks. */
export interface ModelRequest {
  readonly organism: Organism
  /** Files; of several, each a whole model, the predictions are averaged. */
  readonly weights: ReadonlyArray<string>
  /** What the outputs are, where the user says so. */
  readonly tracks: { readonly path: string; readonly rows: ReadonlyArray<Track> } | undefined
  /** Sequences computed at once. */
  readonly batch: number | undefined
  /** What starts the process of a model that is one; the files of its weights are further arguments. */
  readonly command?: ReadonlyArray<string> | undefined
  /** Where a service is that is not the hosted one: `host:port` or `https://host:port`, `http://host:port` without TLS. */
  readonly address?: string | undefined
  /** Which of a service's models, as the service names them. */
  readonly modelVersion?: string | undefined
}

export type OpenError = InputError | RuntimeUnavailable | ModelFailure

export interface ModelEntry {
  readonly name: string
  readonly summary: string
  /** Notes model and device for the report. What it holds is let go with the scope. */
  readonly open: (
    request: ModelRequest
  ) => Effect.Effect<SequenceModel, OpenError, Settings | Task | FileSystem.FileSystem | Scope.Scope>
}
