/** A table that a script wrote must have the columns that it declares, before anybody reads it. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import type * as Table from "../data/Table.ts"
import * as TableLines from "../data/TableLines.ts"

/** Line by line, in constant memory. */
export const check = (path: string, name: string, schema: Table.TableSchema): Effect.Effect<void, InputError> =>
  TableLines.read(path, { schema }).pipe(
    Effect.mapError(
      (fault) =>
        new InputError({ ...fault, message: `output '${name}' is not the table it declares: ${fault.message}` })
    )
  )
