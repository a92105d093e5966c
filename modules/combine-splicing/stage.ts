import * as Effect from "effect/Effect"
import { Task } from "../../src/core/Task.ts"
import * as Table from "../../src/data/Table.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as CombinedSplicing from "../../src/scoring/CombinedSplicing.ts"
import * as ScoreTable from "../../src/scoring/ScoreTable.ts"

const combined = {
  variant_id: Table.string("the variant as chrom_pos_ref_alt"),
  score: Table.number("0 and more")
}

export default Stage.make({
  name: "combine-splicing",
  version: 1,
  summary:
    "Adds up what a variant does to splicing: the greatest change of splice sites, of their usage, and a fifth of that of junctions.",
  params: {},
  inputs: {
    scores: Port.table(
      ScoreTable.table,
      "scores of score-variants: gene_splicing of SPLICE_SITES and of SPLICE_SITE_USAGE, splice_junctions; others are left out"
    )
  },
  outputs: { combined: Port.table(combined, "one row per variant that has one of these scores") },
  run: Effect.fnUntraced(function* ({ inputs, outputs }) {
    const scores = CombinedSplicing.combine(yield* inputs.scores.rows, (yield* Task).ledger)
    yield* outputs.combined.write(Array.from(scores, ([variant_id, score]) => ({ variant_id, score })))
  })
})
