import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { InputError } from "../../src/core/Failure.ts"
import { Task } from "../../src/core/Task.ts"
import * as Table from "../../src/data/Table.ts"
import * as Param from "../../src/dsl/Param.ts"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"

export default Stage.make({
  name: "join-tables",
  version: 1,
  summary: "Puts beside each row of a table what another table says of the same thing.",
  params: { on: Param.required(Param.listOf(Schema.String), "columns of both tables that name the thing") },
  inputs: {
    left: Port.file("tsv", "the rows, in order; several may name one thing"),
    right: Port.file("tsv", "what is put beside them: at most one row for each thing")
  },
  outputs: {
    table: Port.file("tsv", "rows that both tables have: the left one's columns, then the right one's others")
  },
  columns: ({ on }) =>
    ["left", "right"].flatMap((input) => on.map((column, index) => ({ input, column, at: ["on", index] as const }))),
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const [left, right] = [yield* Table.readText(inputs.left), yield* Table.readText(inputs.right)]
    const keyOf = Effect.fnUntraced(function* (table: Table.TextTable) {
      const missing = params.on.find((name) => !table.columns.includes(name))
      if (missing !== undefined) return yield* Table.missingColumn(table, missing)
      const places = params.on.map((name) => table.columns.indexOf(name))
      return (cells: ReadonlyArray<string>) => places.map((at) => cells[at]!).join("\t")
    })
    const [leftKey, rightKey] = [yield* keyOf(left), yield* keyOf(right)]
    const others = right.columns.filter((name) => !params.on.includes(name))
    const clash = others.find((name) => left.columns.includes(name))
    if (clash !== undefined) {
      const hint = "rename it with load-table"
      return yield* new InputError({ message: `both tables have a column '${clash}'`, file: right.file, hint })
    }
    const partners = new Map<string, ReadonlyArray<string>>()
    for (const [index, cells] of right.rows.entries()) {
      const key = rightKey(cells)
      if (partners.has(key)) {
        const message = `two rows for ${key.replaceAll("\t", " ")}`
        return yield* new InputError({ message, file: right.file, line: Table.lineOf(right, index) })
      }
      partners.set(key, cells)
    }
    const places = others.map((name) => right.columns.indexOf(name))
    const rows = left.rows.flatMap((cells) => {
      const partner = partners.get(leftKey(cells))
      return partner === undefined ? [] : [[...cells, ...places.map((at) => partner[at]!)]]
    })
    yield* task.log(`${rows.length} of ${left.rows.length} rows have a partner`)
    yield* Table.writeText(outputs.table.path, [...left.columns, ...others], rows)
  })
})
