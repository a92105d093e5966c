import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import { InputError } from "../../src/core/Failure.ts"
import * as Printable from "../../src/core/Printable.ts"
import { Task } from "../../src/core/Task.ts"
import * as Table from "../../src/data/Table.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Boosting from "../../src/evaluation/learner/Boosting.ts"
import * as Lasso from "../../src/evaluation/learner/Lasso.ts"
import * as RandomForest from "../../src/evaluation/learner/RandomForest.ts"
import * as Registry from "../../src/evaluation/Registry.ts"
import * as RegistryParams from "../../src/evaluation/RegistryParams.ts"
import * as ScoredVariants from "../../src/evaluation/ScoredVariants.ts"
import * as Supervised from "../../src/evaluation/Supervised.ts"
import * as Pearson from "../../src/metric/Pearson.ts"

/** Whether numbers are those of others, but for their unit and where they begin; two are always so. */
const isLine = (values: Float64Array, others: Float64Array): boolean =>
  values.length > 2 && Math.abs(Pearson.pearson(values, others).value ?? 0) >= 1 - 1e-12

/** The first row with a key that another of its group has. */
const repeatedAt = (keys: ReadonlyArray<string>, groups: ReadonlyArray<string>): number | undefined => {
  const seen = new Set<string>()
  const at = keys.findIndex((key, row) => seen.size === seen.add(JSON.stringify([groups[row], key])).size)
  return at === -1 ? undefined : at
}

export default Stage.make({
  name: "supervised-scores",
  version: 3,
  summary:
    "Trains a predictor on scores of variants and predicts those that it did not see: random forest, boosting, LASSO.",
  params: {
    evaluation: Param.required(Schema.String, "id of the evaluation that the predictions are for"),
    method: Param.required(
      Schema.Literals(["random_forest", "boosting", "lasso"]),
      "random_forest and boosting for classes, lasso for numbers"
    ),
    features: Param.withDefault(
      Schema.Array(Schema.String),
      [],
      "columns to learn from; none for all columns that are not named otherwise"
    ),
    key: Param.withDefault(Schema.String, "variant_id", "column that names the row"),
    target: Param.withDefault(Schema.String, "target", "column of what was measured: a number, or 0 and 1"),
    split: Param.optional(Schema.String, "column that says `train` or `test`; without it, folds"),
    within: Param.optional(Schema.String, "column (a locus): rows that share a value have a predictor of their own"),
    folds: Param.withDefault(
      Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(2))),
      5,
      "without `split`: each fold is predicted from the others"
    ),
    absolute: Param.withDefault(Schema.Boolean, false, "learn from the sizes of the features: for causality"),
    seed: Param.withDefault(Schema.Int, 1, "seed of folds and trees"),
    trees: Param.withDefault(Param.Count, 100, "random_forest: trees"),
    depth: Param.withDefault(Param.Count, 5, "random_forest: splits from root to leaf at most"),
    rounds: Param.withDefault(Param.Count, 50, "boosting: rounds over all features"),
    rate: Param.withDefault(Param.Positive, 0.05, "boosting: what is kept of each step"),
    inner_folds: Param.withDefault(Param.Count, 10, "lasso: folds that choose the penalty"),
    alphas: Param.withDefault(Param.Count, 100, "lasso: penalties that are tried")
  },
  inputs: {
    ...RegistryParams.inputs,
    table: Port.file("file", "one row a variant: its target and its features, numbers")
  },
  outputs: { scores: Port.table(ScoredVariants.table, "the rows that were predicted; group is the fold or the locus") },
  resources: { memory: 2 * 2 ** 30 },
  check: (params, given) => [
    ...RegistryParams.named("evaluation", params.evaluation).check(given),
    ...Object.entries({ key: params.key, split: params.split, within: params.within }).flatMap(([name, column]) =>
      column === params.target
        ? [{ at: name, message: `${name}: '${column}' is the target: what is predicted says nothing else of a row` }]
        : []
    )
  ],
  inspect: ({ evaluation }, files) => RegistryParams.named("evaluation", evaluation).inspect(files),
  columns: ({ key, target, split, within, features }) => [
    ...Object.entries({ key, target, split, within }).flatMap(([at, column]) =>
      column === undefined ? [] : [{ input: "table", column, at }]
    ),
    ...features.map((column, index) => ({ input: "table", column, at: ["features", index] as const }))
  ],
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const row = yield* Registry.find(yield* RegistryParams.read(inputs.registry), params.evaluation)
    const table = yield* Table.readText(inputs.table)
    const { key, target, split, within, method, absolute } = params
    const named = [key, target, ...(split === undefined ? [] : [split]), ...(within === undefined ? [] : [within])]
    const features =
      params.features.length > 0 ? params.features : table.columns.filter((name) => !named.includes(name))
    const absent = [...named, ...features].find((name) => !table.columns.includes(name))
    if (absent !== undefined) return yield* Table.missingColumn(table, absent)
    const texts = (name: string) => {
      const at = table.columns.indexOf(name)
      return table.rows.map((cells) => cells[at]!)
    }
    const schema = Object.fromEntries([target, ...features].map((name) => [name, Table.number(name)]))
    const rows = yield* Table.decode(table, schema)
    const column = (name: string) => Float64Array.from(rows, (each) => each[name]!)
    const targets = column(target)
    const classes = method !== "lasso"
    const wrong = classes ? targets.findIndex((value) => value !== 0 && value !== 1) : -1
    if (wrong !== -1) {
      return yield* new InputError({
        message: `column '${target}': ${targets[wrong]} where ${method} needs a class, 0 or 1`,
        file: table.file,
        line: Table.lineOf(table, wrong)
      })
    }
    for (const name of features) {
      const odd = rows.findIndex((each) => !Number.isFinite(each[name]))
      if (odd === -1) continue
      return yield* new InputError({
        message: `column '${name}': ${rows[odd]![name]} is no feature`,
        file: table.file,
        line: Table.lineOf(table, odd),
        hint: "features are finite numbers: leave such rows out with load-table"
      })
    }
    const leak = features.find((name) => isLine(column(name), targets))
    if (leak !== undefined) {
      return yield* new InputError({
        message: `column '${leak}' says the target in every row: a predictor would learn to copy it`,
        file: table.file,
        hint: "name the columns to learn from: features: [...]"
      })
    }
    const keys = texts(key)
    const groups = within === undefined ? keys.map(() => "all") : texts(within)
    // In two folds, or in both sides of a split, the one would be learned from where the other is predicted.
    const twice = repeatedAt(keys, groups)
    if (twice !== undefined) {
      return yield* new InputError({
        message: `column '${key}': two rows are ${keys[twice]!}`,
        file: table.file,
        line: Table.lineOf(table, twice),
        hint: "name by `key` a column that tells all rows apart"
      })
    }
    const learners = {
      random_forest: RandomForest.learn({ trees: params.trees, depth: params.depth }),
      boosting: Boosting.learn({ rounds: params.rounds, rate: params.rate, bins: 255, leaf: 20 }),
      lasso: Lasso.learn({ folds: params.inner_folds, alphas: params.alphas })
    }
    const predictions = yield* Supervised.predict(
      {
        features: features.map((name) => (absolute ? column(name).map(Math.abs) : column(name))),
        targets,
        within: groups,
        split: split === undefined ? undefined : texts(split)
      },
      learners[method],
      { folds: params.folds, seed: params.seed, classes },
      task.log
    )
    const scored = predictions.map(({ row: at, value, group }) => ({
      evaluation: row.id,
      key: keys[at]!,
      group,
      stratum: null,
      pair: null,
      distance: null,
      target: targets[at]!,
      prediction: value,
      comparator: null,
      synthetic: task.synthetic
    }))
    const variants = yield* Account.open("variants")
    variants.take(rows.length)
    variants.keep(scored.length)
    const sides = split === undefined ? [] : texts(split)
    const astray = [...sides.keys()].filter((at) => sides[at] !== "train" && sides[at] !== "test")
    if (astray.length > 0) {
      const example = `${keys[astray[0]!]!}: ${Printable.quoted(sides[astray[0]!]!)}`
      variants.leave("neither train nor test", example, astray.length)
    }
    variants.leave("learned from, not predicted", "", rows.length - scored.length - astray.length)
    yield* outputs.scores.write(scored)
  })
})
