import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { InputError } from "../../src/core/Failure.ts"
import { Task } from "../../src/core/Task.ts"
import * as Reader from "../../src/data/table/Reader.ts"
import * as Table from "../../src/data/Table.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Requirement from "../../src/dsl/stage/Requirement.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as LabelKeys from "../../src/evaluation/LabelKeys.ts"
import * as Registry from "../../src/evaluation/Registry.ts"
import * as RegistryParams from "../../src/evaluation/RegistryParams.ts"
import * as ScoredVariants from "../../src/evaluation/ScoredVariants.ts"
import * as ScoreAccount from "../../src/evaluation/ScoreAccount.ts"
import * as ScoreSource from "../../src/evaluation/ScoreSource.ts"

const Columns = Schema.Struct({
  key: Param.optional(
    Param.listOf(Schema.String),
    "columns that name the row in reports; else variant_id, variant or id"
  ),
  target: Param.optional(Schema.String, "what was measured: a number, or a class: 0, 1, true or false; else target"),
  prediction: Param.optional(Schema.String, "the score; else prediction or score"),
  comparator: Param.optional(Schema.String, "the score of another model, to compare with on the same rows"),
  group: Param.optional(
    Schema.String,
    "tissue, locus or fold; else a column of that name, where the metric is taken over it"
  ),
  stratum: Param.optional(
    Schema.String,
    "what kind of row it is, for the metric by stratum; else a column `consequence`"
  ),
  pair: Param.optional(Schema.String, "the set of matched rows; else PI or pair"),
  distance: Param.optional(
    Schema.String,
    "base pairs to the gene or the splice site, for the metric by distance; else tss_distance or distance"
  )
})

const naming = ({ evaluation }: { readonly evaluation: string }) =>
  RegistryParams.named("evaluation", evaluation, Registry.notOfVariants)

export default Stage.make({
  name: "evaluation-scores",
  version: 2,
  summary:
    "Reads anyone's scores for one evaluation: a table with any column names, joined with labels where they are apart.",
  params: {
    evaluation: Param.required(Schema.String, "id of the evaluation: `agflow evaluations` lists them"),
    columns: Param.withDefault(Columns, {}, "what the columns are called, where they have not the usual names"),
    on: Param.withDefault(
      Schema.Record(Schema.String, Schema.String),
      {},
      "with labels: which column of the labels equals which column of the scores; else the variant's"
    ),
    where: Param.withDefault(
      Schema.Record(Schema.String, Schema.String),
      {},
      "the rows of the scores to use: the value they have, by column"
    ),
    aggregate: Param.withDefault(
      Schema.Literals(ScoreSource.aggregates),
      "single",
      "with labels: how several scores of one label (tracks) become one: `mean`, `mean_abs`, `strongest`, or `composite`, the splicing score of score-variants' scorers; `single`: there is one"
    ),
    absolute: Param.withDefault(
      Schema.Boolean,
      false,
      "use the sizes of the scores: for causality, where scores have a sign"
    ),
    ...LabelKeys.params
  },
  inputs: {
    ...RegistryParams.inputs,
    scores: Port.file("file", "scores: TSV, Parquet or Arrow (Feather)"),
    labels: Port.optional(Port.file("file", "what was measured, where it is in a table of its own"))
  },
  outputs: {
    scores: Port.table(ScoredVariants.table, "every labelled row, with its score or without"),
    missing: Port.table(ScoredVariants.missingTable, "labels without a score, scores without a label, missing targets")
  },
  check: (params, given) => [
    ...naming(params).check(given),
    ...(params.turned === "turn" && params.aggregate === "composite"
      ? [{ at: "turned" as const, message: "turned: the composite splicing score has no sign that could be turned" }]
      : [])
  ],
  inspect: (params, files, given) => {
    const ids = naming(params).inspect(files)
    const { scores } = files
    const row = Registry.builtIn.find(({ id }) => id === params.evaluation)
    // With labels apart, or evaluations of one's own, it is known when they are read.
    if (given.has("labels") || given.has("registry") || typeof scores !== "string" || row === undefined) return ids
    return Reader.columns(scores).pipe(
      Effect.flatMap((columns) =>
        ScoreSource.side(
          { file: scores, columns, rows: [], firstLine: 2 },
          {
            ...params,
            row,
            repeated: "error",
            synthetic: false
          }
        )
      ),
      Effect.as([]),
      Effect.mapError((error) => Requirement.ofFile("scores", error)),
      Effect.flatMap(() => ids)
    )
  },
  columns: ({ columns, on, where, aggregate }, given) => {
    const apart = given.has("labels")
    const ofScores = new Set<string>(apart ? ["prediction", "comparator"] : Object.keys(columns))
    const named = Object.entries(columns).flatMap(([use, column]) =>
      [column].flat().map((each, index) => ({
        input: ofScores.has(use) ? "scores" : "labels",
        column: each,
        at: Array.isArray(column) ? (["columns", use, index] as const) : (["columns", use] as const)
      }))
    )
    return [
      // A composite is computed into a table of its own, and the key of labels is what they are joined on.
      ...named.filter(({ input, at: [, use] }) =>
        input === "scores" ? aggregate !== "composite" || !apart : use !== "key"
      ),
      ...Object.entries(apart ? on : {}).flatMap(([label, score]) => [
        { input: "labels", column: label, at: ["on", label] as const },
        { input: "scores", column: score, at: ["on", label] as const }
      ]),
      ...Object.keys(where).map((column) => ({ input: "scores", column, at: ["where", column] as const }))
    ]
  },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const row = yield* Registry.find(yield* RegistryParams.read(inputs.registry), params.evaluation)
    const wrong = Registry.notOfVariants(row)
    if (wrong !== undefined) return yield* new InputError(wrong)
    const options = { ...params, row, repeated: "error" as const, synthetic: (yield* Task).synthetic }
    const table = yield* Table.readText(inputs.scores)
    const found =
      inputs.labels === undefined
        ? yield* ScoreSource.side(table, options)
        : yield* ScoreSource.joined(table, yield* Table.readText(inputs.labels), options)
    yield* ScoreAccount.account(row, found)
    yield* outputs.scores.write(found.rows)
    yield* outputs.missing.write(found.missing)
  })
})
