/** Rows as a program makes them, each held to the columns that the table is declared to have before it is written. */
import * as Suggest from "../../core/Suggest.ts"
import { faultAt } from "./Place.ts"
import type { TableSchema } from "./Schema.ts"
import * as Value from "./Value.ts"

type Row = Readonly<Record<string, unknown>>

/** The name that was perhaps meant: of a value that the row has and no column takes. */
const hintFor = (name: string, row: Row, schema: TableSchema): { readonly hint?: string } => {
  if (row[name] !== undefined && row[name] !== null) return {}
  const others = Object.keys(row).filter((each) => !Object.hasOwn(schema, each))
  const near = Suggest.closest(name, others)
  return near === undefined ? {} : { hint: `the row has '${near}', which is no column: is '${name}' meant?` }
}

/** The same rows; throws, of the first that does not fit, at its number and column. `file` is where they go. */
export function* make<R extends Row>(file: string, schema: TableSchema, rows: Iterable<R>): Iterable<R> {
  const columns = Object.entries(schema)
  let number = 0
  for (const row of rows) {
    number++
    for (const [name, column] of columns) {
      const problem = Value.problem(name, column, row[name])
      if (problem !== undefined) throw faultAt({ file, row: number }, { ...problem, ...hintFor(name, row, schema) })
    }
    yield row
  }
}
