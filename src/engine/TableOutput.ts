/** A table that a script wrote must have the columns that it declares, before anybody reads it. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as Reader from "../data/table/Reader.ts"
import type { TableSchema } from "../data/table/Schema.ts"

/** In constant memory. */
export const check = (path: string, name: string, schema: TableSchema): Effect.Effect<void, InputError> =>
  Reader.check(path, schema).pipe(
    Effect.mapError(
      (fault) =>
        new InputError({ ...fault, message: `output '${name}' is not the table it declares: ${fault.message}` })
    )
  )
