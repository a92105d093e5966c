/** A table that a script wrote must have the columns that it declares, before anybody reads it. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as Table from "../data/Table.ts"
import * as TextLines from "../genome/TextLines.ts"

/** Line by line, in constant memory. */
export const check = Effect.fnUntraced(function* (path: string, name: string, schema: Table.TableSchema) {
  const checker = Table.checker(schema)
  let empty = 0
  yield* TextLines.forEach(path, (line) => {
    // Empty lines are passed over at the end of a table; elsewhere they are rows, of an only column without its value.
    if (line === "") return void empty++
    const fault = empty > 0 ? checker.line("") : undefined
    empty = 0
    return fault === undefined ? checker.line(line) : { ...fault, message: `the line above this one: ${fault.message}` }
  }).pipe(
    Effect.mapError(
      (fault) =>
        new InputError({ ...fault, message: `output '${name}' is not the table it declares: ${fault.message}` })
    )
  )
  if (checker.hasHeader()) return
  return yield* new InputError({ message: `output '${name}' is empty: a header row is needed`, file: path })
})
