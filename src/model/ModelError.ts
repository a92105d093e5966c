/** What can go wrong with a model. */
import * as Schema from "effect/Schema"
import type { RemoteError } from "./remote/RemoteError.ts"

const fields = {
  message: Schema.String,
  file: Schema.optionalKey(Schema.String),
  hint: Schema.optionalKey(Schema.String)
}

/** Weights that do not fit the program, a damaged file, a run that failed. */
export class ModelError extends Schema.TaggedError<ModelError>()("ModelError", fields) {}

/** The device asked for cannot be used here. */
export class RuntimeUnavailable extends Schema.TaggedError<RuntimeUnavailable>()("RuntimeUnavailable", fields) {}

/** The model does not fit into the memory of the runtime. */
export class InsufficientMemory extends Schema.TaggedError<InsufficientMemory>()("InsufficientMemory", {
  ...fields,
  /** Bytes. */
  needed: Schema.Number,
  /** Bytes. */
  limit: Schema.Number
}) {}

/** What a model that is open can fail with. */
export type ModelFailure = ModelError | InsufficientMemory | RemoteError
