import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import * as Dialect from "../../src/data/table/Dialect.ts"
import type { Fault } from "../../src/data/table/Header.ts"
import * as Header from "../../src/data/table/Header.ts"
import { faultAt, type Place } from "../../src/data/table/Place.ts"
import * as Reader from "../../src/data/table/Reader.ts"
import * as Select from "../../src/data/table/Select.ts"
import * as Writer from "../../src/data/table/Writer.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"

const texts = Schema.Record(Schema.String, Schema.String)

export default Stage.make({
  name: "load-table",
  version: 3,
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
    separator: Param.optional(
      Schema.Literals(Dialect.separators),
      "what is between fields (space: runs of blanks); by default what the file's name and header say"
    ),
    quotes: Param.withDefault(
      Schema.Boolean,
      true,
      "whether double quotes around a field belong to the format; false: they are letters"
    ),
    encoding: Param.withDefault(
      Schema.Literals(["utf8", "latin1"]),
      "utf8",
      "of a text without a byte order mark; latin1 is Windows-1252"
    ),
    comment: Param.optional(Schema.NonEmptyString, "lines that begin with it are no rows, e.g. #"),
    skip_lines: Param.withDefault(
      Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(0))),
      0,
      "lines above the header"
    ),
    header: Param.optional(Param.listOf(Schema.String), "names of the columns of a file that has no header row")
  },
  inputs: { table: Port.file("file", "delimited text, plain or gzip, Parquet or Arrow (feather)") },
  outputs: { table: Port.file("tsv", "the new columns of the rows that stay, in the file's order") },
  check: (params) => Select.problems(params, params.sample),
  columns: ({ columns, where, separator, quotes, encoding, comment, skip_lines: skipLines, header }) => {
    const layout = { separator, quotes, encoding, comment, skipLines, header }
    const named = Object.entries(columns).flatMap(([name, template]) =>
      Select.columnsIn(template).map((column) => ({ column, at: ["columns", name] as const }))
    )
    const filters = Object.keys(where).map((column) => ({ column, at: ["where", column] as const }))
    return [...named, ...filters].map((each) => ({ input: "table", ...each, layout }))
  },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const account = yield* Account.open("rows")
    const { sample, seed, separator, quotes, encoding, comment, skip_lines: skipLines, header } = params
    const file = inputs.table
    const options = { separator, quotes, encoding, comment, skipLines, header }

    /** Selects row after row; the table may be larger than memory, so that it is read once more for a sample. */
    const scan = (
      visit: (selected: Exclude<Select.Selected, Fault>, cells: ReadonlyArray<string>, place: Place) => void
    ) =>
      Reader.use(file, options, (source) => {
        const selector = Select.compile(source.columns, params)
        if (Result.isFailure(selector)) return Header.faultOf(source, selector.failure)
        return Reader.forEachRow(source, (cells, place) => {
          const selected = selector.success.of(cells)
          if ("message" in selected) throw faultAt(place, selected)
          visit(selected, cells, place)
        })
      })

    const columns = [...Object.keys(params.columns), ...Object.keys(params.add)]
    let leftOut: ReadonlySet<number> = new Set()
    if (sample !== undefined) {
      const at = columns.indexOf(sample.column)
      const sampler = Select.sampler(sample.rows, seed)
      yield* scan((selected) => {
        if ("cells" in selected) sampler.add(selected.cells[at]!)
      })
      leftOut = sampler.leftOut()
    }
    yield* Writer.use(outputs.table.path, columns, (writer) => {
      let index = 0
      return scan((selected, cells, place) => {
        account.take()
        const example = () =>
          `${place.line === undefined ? `row ${place.row}` : `line ${place.line}`}: ${cells.join(" ")}`
        if ("reason" in selected) account.leave(selected.reason, example())
        else if (leftOut.has(index++)) account.leave("not in the sample", example())
        else {
          account.keep()
          writer.row(selected.cells, place)
          for (const name of selected.missing)
            account.note(`put together of a missing value: missing (${name})`, example())
        }
      })
    })
  })
})
