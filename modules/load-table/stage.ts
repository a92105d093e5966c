import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { InputError } from "../../src/core/Failure.ts"
import { Task } from "../../src/core/Task.ts"
import * as DelimitedText from "../../src/data/DelimitedText.ts"
import * as Table from "../../src/data/Table.ts"
import * as TableSelection from "../../src/data/TableSelection.ts"
import * as Param from "../../src/dsl/Param.ts"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"

const texts = Schema.Record(Schema.String, Schema.String)

export default Stage.make({
  name: "load-table",
  version: 1,
  summary: "Reads a table as others write it: chooses rows, renames columns and puts them together, recodes values.",
  params: {
    columns: Param.required(
      texts,
      "by new name: a column of the file, or a text with columns in braces, e.g. chr{chromosome}_{position}"
    ),
    where: Param.withDefault(
      Schema.Record(Schema.String, Param.listOf(Schema.String)),
      {},
      "the rows to keep: the values they may have, by column of the file"
    ),
    values: Param.withDefault(
      Schema.Record(Schema.String, texts),
      {},
      "by new column: what each of its texts becomes; rows with any other are left out"
    ),
    add: Param.withDefault(texts, {}, "columns that hold one text in every row"),
    negate: Param.withDefault(Schema.Array(Schema.String), [], "new columns whose numbers change their sign"),
    sample: Param.optional(
      Schema.Struct({ column: Schema.String, rows: Schema.Record(Schema.String, Param.Count) }),
      "of values of a new column, at most so many rows, chosen by the seed; rows with other values all stay"
    ),
    seed: Param.withDefault(Schema.Int, 1, "seed of the sample"),
    separator: Param.withDefault(Schema.Literals(["tab", "comma"]), "tab", "what stands between fields"),
    skip_lines: Param.withDefault(
      Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(0))),
      0,
      "lines above the header"
    ),
    header: Param.optional(Param.listOf(Schema.String), "names of the columns of a file that has no header row")
  },
  inputs: { table: Port.file("file", "tab- or comma-separated text, plain or gzip") },
  outputs: { table: Port.file("tsv", "the new columns of the rows that stay, in the file's order") },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const { separator, skip_lines: skipLines, header } = params
    const plain = separator === "tab" && skipLines === 0 && header === undefined
    const layout = { separator: separator === "tab" ? ("\t" as const) : ("," as const), skipLines, header }
    const table = yield* plain ? Table.readText(inputs.table) : DelimitedText.read(inputs.table, layout)
    const selected = TableSelection.select(table, { ...params, sample: params.sample })
    if (selected._tag === "Failure") {
      return yield* new InputError({ ...selected.failure, file: inputs.table, line: table.firstLine - 1 })
    }
    const { columns, rows } = selected.success
    yield* task.log(`${rows.length} of ${table.rows.length} rows`)
    yield* Table.writeText(outputs.table.path, columns, rows)
  })
})
