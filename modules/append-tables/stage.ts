import * as Effect from "effect/Effect"
import { InputError } from "../../src/core/Failure.ts"
import * as Table from "../../src/data/Table.ts"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"

export default Stage.make({
  name: "append-tables",
  version: 1,
  summary: "Puts the rows of tables with the same columns one after another.",
  params: {},
  inputs: { tables: Port.list(Port.file("tsv", "a table"), "tables of the same columns, in any order of them") },
  outputs: { table: Port.file("tsv", "the rows of the first table, of the second, ...; columns as in the first") },
  run: Effect.fnUntraced(function* ({ inputs, outputs }) {
    const tables = yield* Effect.forEach(inputs.tables, Table.readText)
    const [first] = tables
    if (first === undefined) return yield* new InputError({ message: "append-tables: no table is given" })
    const { columns } = first
    for (const table of tables) {
      const odd =
        columns.find((name) => !table.columns.includes(name)) ?? table.columns.find((name) => !columns.includes(name))
      if (odd === undefined) continue
      const other = table.columns.includes(odd) ? first.file : table.file
      const hint = "choose and rename columns with load-table"
      return yield* new InputError({ message: `no column '${odd}', as another of the tables has`, file: other, hint })
    }
    const rows = tables.flatMap((table) => {
      const places = columns.map((name) => table.columns.indexOf(name))
      return table.rows.map((cells) => places.map((at) => cells[at]!))
    })
    yield* Table.writeText(outputs.table.path, columns, rows)
  })
})
