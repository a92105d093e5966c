/** A table that a script, or a stage by itself, wrote must have the columns that it declares, before anybody reads it. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as Reader from "../data/table/Reader.ts"
import type { TableSchema } from "../data/table/Schema.ts"

/** The error with the output that it is about. */
export const named = (name: string, { message, file, line, hint }: InputError): InputError =>
  new InputError({
    message: `output '${name}' is not the table it declares: ${message}`,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(hint === undefined ? {} : { hint })
  })

/** In constant memory. */
export const check = (path: string, name: string, schema: TableSchema): Effect.Effect<void, InputError> =>
  Effect.mapError(Reader.check(path, schema), (error) => named(name, error))
