import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import { InputError } from "../../src/core/Failure.ts"
import { Task } from "../../src/core/Task.ts"
import * as AnnData from "../../src/data/AnnData.ts"
import * as Table from "../../src/data/Table.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as ScoreMatrix from "../../src/scoring/ScoreMatrix.ts"
import * as TidyScores from "../../src/scoring/TidyScores.ts"

export default Stage.make({
  name: "export-anndata",
  version: 2,
  summary: "Writes the scores of one scorer as an annotated matrix that Python's anndata reads (.h5ad).",
  params: {
    scorer: Param.optional(
      Schema.String,
      "which, as the column variant_scorer has it; may be left out where the scores are of one"
    )
  },
  inputs: { tidy: Port.table(TidyScores.table, "scores of tidy-scores") },
  outputs: {
    anndata: Port.file(
      "h5",
      "X [variants by genes or junctions, tracks], obs, var, uns.variant_scorer and, where there are any, layers.quantiles"
    )
  },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const rows = yield* inputs.tidy.rows
    const matrix = ScoreMatrix.make(rows, params.scorer)
    if (matrix._tag === "Failure") {
      return yield* new InputError({
        message: `export-anndata: ${matrix.failure}`,
        file: inputs.tidy.path,
        hint: "name one of them as the param scorer"
      })
    }
    const account = yield* Account.open("scores")
    const chosen = matrix.success.uns["variant_scorer"]
    account.take(rows.length)
    for (const { variant_scorer, variant_id } of rows)
      if (variant_scorer === chosen) account.keep()
      else account.leave("of another scorer", `${variant_id} ${variant_scorer}`)
    const marks = yield* Table.read(inputs.tidy.path, TidyScores.markTable)
    const synthetic = (yield* Task).synthetic || marks.some((each) => each.synthetic === true)
    const { uns, ...whole } = matrix.success
    const marked = synthetic ? { ...uns, SYNTHETIC: "drawn from a seed: it says nothing about a model" } : uns
    yield* AnnData.write(outputs.anndata.as("h5ad"), { ...whole, uns: marked })
  })
})
