/** A model as the registry knows it: what it is called, and how it is opened. */
import type * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Scope from "effect/Scope"
import type { InputError } from "../core/Failure.ts"
import type { Settings } from "../core/Settings.ts"
import type { Task } from "../core/Task.ts"
import type { ModelFailure, RuntimeUnavailable } from "./ModelError.ts"
import type { ModelInfo, Organism, SequenceModel } from "./SequenceModel.ts"
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

/** What is known of a request before the run. */
export interface ModelAsked extends Pick<ModelRequest, "organism" | "command" | "address" | "modelVersion"> {
  /** How many files of weights there are; undefined where that is known only in the run. */
  readonly weights: number | undefined
  /** The length of the windows in bp, where the stage says it. */
  readonly width: number | undefined
}

/** What a request lacks, and which part of it would have to say it. */
export interface ModelNeed {
  readonly of: keyof ModelAsked
  readonly message: string
  readonly hint?: string
}

export interface ModelEntry {
  readonly name: string
  readonly summary: string
  /** What is known of every model of the name, whatever its weights: of some, less than that. */
  readonly known: Partial<Pick<ModelInfo, "organisms" | "lengths" | "outputs">>
  /** What the request lacks. None: nothing that is known before the run keeps it from being opened. */
  readonly needs: (asked: ModelAsked) => ReadonlyArray<ModelNeed>
  /** Notes model and device for the report. What it holds is let go with the scope. */
  readonly open: (
    request: ModelRequest
  ) => Effect.Effect<SequenceModel, OpenError, Settings | Task | FileSystem.FileSystem | Scope.Scope>
}
