import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Task } from "../../src/core/Task.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as BenchmarkTables from "../../src/evaluation/BenchmarkTables.ts"
import * as Registry from "../../src/evaluation/Registry.ts"
import * as RegistryParams from "../../src/evaluation/RegistryParams.ts"
import * as ScoredVariants from "../../src/evaluation/ScoredVariants.ts"
import * as SyntheticScores from "../../src/evaluation/SyntheticScores.ts"

export default Stage.make({
  name: "synthetic-scores",
  version: 1,
  summary:
    "Makes up labels and predictions for evaluations of variants, and scores them with each evaluation's own scorers.",
  params: { seed: Param.withDefault(Schema.Int, 1, "seed of everything that is drawn") },
  inputs: {
    ...RegistryParams.inputs,
    evaluations: Port.table(ScoredVariants.chosenTable, "the evaluations that are wanted")
  },
  outputs: {
    scores: Port.table(
      ScoredVariants.table,
      "their rows, with the scores of a model and of another one to compare with"
    ),
    bounds: Port.table(BenchmarkTables.boundTable, "what the law that they were drawn from implies of the values")
  },
  synthetic: () => true,
  inspect: (_, files) => RegistryParams.naming(() => []).inspect(files),
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const registry = yield* RegistryParams.read(inputs.registry)
    const scores: Array<ScoredVariants.ScoredVariant> = []
    const bounds: Array<BenchmarkTables.Bound> = []
    const wanted = yield* inputs.evaluations.rows
    for (const [index, { evaluation }] of wanted.entries()) {
      const row = yield* Registry.find(registry, evaluation)
      // What a predictor is trained on is made by synthetic-features.
      if (row.scoring.combine !== "learned") {
        scores.push(...(yield* SyntheticScores.make(row, params.seed)))
        bounds.push(SyntheticScores.bound(row))
      }
      yield* task.progress(index + 1, wanted.length, "evaluations")
    }
    yield* outputs.scores.write(scores)
    yield* outputs.bounds.write(bounds)
  })
})
