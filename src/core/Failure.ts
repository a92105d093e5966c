/** Errors that a user can act on: what is wrong, where, and what to do. */
import * as Schema from "effect/Schema"
import * as Printable from "./Printable.ts"

/** Input that cannot be used: a malformed file, a value out of range, a missing column. */
export class InputError extends Schema.TaggedError<InputError>()("InputError", {
  message: Schema.String,
  file: Schema.optionalKey(Schema.String),
  /** 1-based. */
  line: Schema.optionalKey(Schema.Int),
  hint: Schema.optionalKey(Schema.String)
}) {}

/** The least that an error must say to be shown to a user. */
export interface Failure {
  readonly _tag: string
  readonly message: string
  readonly file?: string
  readonly line?: number
  readonly hint?: string
}

/** `file:line: message`. */
export const placed = ({ file, line, message }: Failure): string =>
  `${file === undefined ? "" : `${file}${line === undefined ? "" : `:${line}`}: `}${message}`

/** `file:line: message`, then the hint on a line of its own. */
export const render = (failure: Failure): string =>
  Printable.message(
    `${placed(failure)}${
      failure.hint === undefined
        ? ""
        : `
  hint: ${failure.hint}`
    }`
  )

/** The message of anything that was thrown, for wrapping it in a typed error. */
export const messageOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause)
  // The file system's own words (`ENOSPC: no space left on device`) say more than what wraps them.
  return "_tag" in cause && cause._tag === "PlatformError" && cause.cause instanceof Error
    ? cause.cause.message
    : cause.message
}

/** What becomes of an error of the file system; what says already where it is stays as it is. */
export const cannot =
  (verb: "read" | "write", file: string) =>
  (cause: unknown): InputError =>
    cause instanceof InputError ? cause : new InputError({ message: `cannot ${verb}: ${messageOf(cause)}`, file })
