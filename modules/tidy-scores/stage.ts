import * as Effect from "effect/Effect"
import * as Account from "../../src/core/Account.ts"
import { Task } from "../../src/core/Task.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Gene from "../../src/genome/Gene.ts"
import * as GeneIndex from "../../src/genome/GeneIndex.ts"
import * as Window from "../../src/genome/Window.ts"
import * as ScoreTable from "../../src/scoring/ScoreTable.ts"
import * as TidyScores from "../../src/scoring/TidyScores.ts"
import * as TrackTable from "../../src/scoring/TrackTable.ts"

export default Stage.make({
  name: "tidy-scores",
  version: 1,
  summary: "Writes scores of variants in the long form and with the column names of AlphaGenome's client.",
  params: {},
  inputs: {
    scores: Port.table(ScoreTable.table, "scores of score-variants"),
    windows: Port.table(Window.table, "the windows that they were made in"),
    tracks: Port.table(TrackTable.table, "the tracks that they are of, from score-variants"),
    genes: Port.optional(Port.table(Gene.table, "the genes that they name, for their names, types and strands"))
  },
  outputs: {
    tidy: Port.table(
      TidyScores.table,
      "one row per variant, scorer, track and gene or junction; made from what was drawn from a seed it has a column `synthetic`, too"
    )
  },
  run: Effect.fnUntraced(function* ({ inputs, outputs }) {
    const sources: TidyScores.Sources = {
      windows: yield* inputs.windows.rows,
      tracks: yield* inputs.tracks.rows,
      genes: GeneIndex.make(inputs.genes === undefined ? [] : yield* inputs.genes.rows)
    }
    const account = yield* Account.open("scores")
    const scores = yield* inputs.scores.rows
    account.take(scores.length)
    const tidy = TidyScores.make(scores, sources, account)
    const { synthetic } = yield* Task
    yield* synthetic ? TidyScores.writeMarked(outputs.tidy.path, tidy) : outputs.tidy.write(tidy)
  })
})
