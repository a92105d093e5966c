import * as Effect from "effect/Effect"
import * as Account from "../../src/core/Account.ts"
import { InputError } from "../../src/core/Failure.ts"
import * as Reader from "../../src/data/table/Reader.ts"
import * as Writer from "../../src/data/table/Writer.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Requirement from "../../src/dsl/stage/Requirement.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"

/** Those of the first table, if all have them and no others. */
const commonColumns = Effect.fnUntraced(function* (files: ReadonlyArray<string>) {
  const [first] = files
  const columns = yield* Reader.columns(first!)
  for (const file of files) {
    const found = yield* Reader.columns(file)
    const odd = columns.find((name) => !found.includes(name)) ?? found.find((name) => !columns.includes(name))
    if (odd === undefined) continue
    return yield* new InputError({
      message: `missing column '${odd}', which another of the tables has`,
      file: found.includes(odd) ? first! : file,
      hint: "choose and rename columns with load-table"
    })
  }
  return columns
})

export default Stage.make({
  name: "append-tables",
  version: 2,
  summary: "Puts the rows of tables with the same columns one after another.",
  params: {},
  inputs: { tables: Port.list(Port.file("tsv", "a table"), "tables of the same columns, in any order of them") },
  outputs: { table: Port.file("tsv", "the rows of the first table, of the second, ...; columns as in the first") },
  inspect: (_, { tables }) =>
    Array.isArray(tables) && tables.length > 1
      ? commonColumns(tables).pipe(
          Effect.as([]),
          Effect.mapError((error) => Requirement.ofFile("tables", error))
        )
      : Requirement.nothing,
  run: Effect.fnUntraced(function* ({ inputs, outputs }) {
    const account = yield* Account.open("rows")
    const [first] = inputs.tables
    if (first === undefined) return yield* new InputError({ message: "append-tables: no table is given" })
    // Before anything is written.
    const columns = yield* commonColumns(inputs.tables)
    yield* Writer.use(outputs.table.path, columns, (writer) =>
      Effect.forEach(
        inputs.tables,
        (file) =>
          Reader.use(file, {}, (source) => {
            const places = columns.map((name) => source.columns.indexOf(name))
            return Reader.forEachRow(source, (cells, place) => {
              writer.row(
                places.map((at) => cells[at]!),
                place
              )
              account.take()
              account.keep()
            })
          }),
        { discard: true }
      )
    )
  })
})
