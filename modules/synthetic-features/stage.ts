import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { InputError } from "../../src/core/Failure.ts"
import * as Table from "../../src/data/Table.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as BenchmarkTables from "../../src/evaluation/BenchmarkTables.ts"
import * as Registry from "../../src/evaluation/Registry.ts"
import type { Evaluation } from "../../src/evaluation/Evaluation.ts"
import * as RegistryParams from "../../src/evaluation/RegistryParams.ts"
import * as SyntheticFeatures from "../../src/evaluation/SyntheticFeatures.ts"

const notTrained = ({ id, scoring }: Evaluation) =>
  scoring.learner === undefined
    ? { message: `'${id}' trains no predictor`, hint: "synthetic-scores makes scores for it" }
    : undefined

export default Stage.make({
  name: "synthetic-features",
  version: 1,
  summary: "Makes up a table that supervised-scores learns from: features found by the evaluation's own scorers.",
  params: {
    evaluation: Param.required(Schema.String, "id of an evaluation that trains a predictor"),
    seed: Param.withDefault(Schema.Int, 1, "seed of everything that is drawn")
  },
  inputs: RegistryParams.inputs,
  outputs: {
    table: Port.file("tsv", "variant_id, target, split (train or test), locus where there are loci, and the features"),
    bounds: Port.table(BenchmarkTables.boundTable, "what the law implies: better than one feature, no better than all")
  },
  synthetic: () => true,
  check: ({ evaluation }, given) => RegistryParams.named("evaluation", evaluation, notTrained).check(given),
  inspect: ({ evaluation }, files) => RegistryParams.named("evaluation", evaluation, notTrained).inspect(files),
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const row = yield* Registry.find(yield* RegistryParams.read(inputs.registry), params.evaluation)
    const wrong = notTrained(row)
    if (wrong !== undefined) return yield* new InputError(wrong)
    const { columns, rows, bound } = SyntheticFeatures.make(row, params.seed)
    yield* Table.writeText(outputs.table.path, columns, rows)
    yield* outputs.bounds.write([bound])
  })
})
