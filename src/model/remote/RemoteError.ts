/** What can go wrong with a model that runs elsewhere. */
import * as Schema from "effect/Schema"

export const Reason = Schema.Literals([
  /** Nobody answers, or the connection broke. */
  "unavailable",
  /** More was asked than the service gives. */
  "exhausted",
  /** The key is missing, wrong or not allowed to ask. */
  "key",
  /** This question cannot be answered; others may be. */
  "refused",
  /** Nothing came for too long. */
  "stalled",
  /** The answer ended before it was whole. */
  "truncated",
  /** The answer cannot be understood. */
  "garbled",
  /** The other side failed. */
  "failed"
])
export type Reason = typeof Reason.Type

export class RemoteError extends Schema.TaggedError<RemoteError>()("RemoteError", {
  message: Schema.String,
  hint: Schema.optionalKey(Schema.String),
  reason: Reason
}) {}
