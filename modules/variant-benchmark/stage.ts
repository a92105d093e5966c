import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import * as Ascending from "../../src/core/Ascending.ts"
import { InputError } from "../../src/core/Failure.ts"
import { Task } from "../../src/core/Task.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Basis from "../../src/evaluation/Basis.ts"
import * as BenchmarkTables from "../../src/evaluation/BenchmarkTables.ts"
import * as EvaluationMeasure from "../../src/evaluation/EvaluationMeasure.ts"
import * as Labels from "../../src/evaluation/Labels.ts"
import * as Paired from "../../src/evaluation/Paired.ts"
import * as Reading from "../../src/evaluation/Reading.ts"
import * as Registry from "../../src/evaluation/Registry.ts"
import * as RegistryParams from "../../src/evaluation/RegistryParams.ts"
import * as ScoredVariants from "../../src/evaluation/ScoredVariants.ts"
import * as VariantBenchmark from "../../src/evaluation/VariantBenchmark.ts"
import * as Bootstrap from "../../src/metric/Bootstrap.ts"
import * as BenchmarkFigure from "../../src/report/BenchmarkFigure.ts"

const Names = Schema.Record(Schema.String, Schema.String)

export default Stage.make({
  name: "variant-benchmark",
  version: 2,
  summary:
    "Measures evaluations of variants, of one model or of several side by side, and sets them beside what was reported: values, intervals, paired differences, verdicts, a figure.",
  params: {
    ...Bootstrap.params,
    ...Reading.params,
    labels: Param.withDefault(Names, {}, "what to call the scores of a stage: label by stage; else the stage's name"),
    models: Param.withDefault(
      Names,
      {},
      "the model that made the scores of a label, where no stage of the workflow ran it: shown as stated"
    ),
    distances: Param.withDefault(
      Schema.Array(Param.Positive),
      [1000, 10_000, 100_000],
      "ascending edges in base pairs of the bins of distance"
    ),
    permutations: Param.withDefault(Param.Count, 100, "draws of matched pairs, for evaluations over pairs"),
    shuffle: Param.withDefault(Schema.Boolean, false, "put the labels in another order first: what remains is chance"),
    strict: Param.withDefault(Schema.Boolean, false, "fail where a value is not as expected")
  },
  inputs: {
    ...RegistryParams.inputs,
    scores: Port.list(
      Port.table(ScoredVariants.table, "scored variants; those of each stage are measured under a label of their own")
    ),
    evaluations: Port.optional(
      Port.table(
        ScoredVariants.chosenTable,
        "all that are wanted, scores of others are left out; those without scores are shown as not available"
      )
    ),
    bounds: Port.optional(
      Port.list(Port.table(BenchmarkTables.boundTable, "what a construction implies of the values"))
    )
  },
  outputs: {
    results: Port.table(BenchmarkTables.resultTable, "one row an evaluation and label, those with scores first"),
    differences: Port.table(
      BenchmarkTables.differenceTable,
      "every two labels of an evaluation on the rows that both have, with the interval of their difference"
    ),
    groups: Port.table(BenchmarkTables.groupTable, "one row a tissue, locus or fold"),
    strata: Port.table(
      BenchmarkTables.stratumTable,
      "one row a kind of variant, a consequence, say, where kinds are known"
    ),
    distances: Port.table(BenchmarkTables.distanceTable, "one row a bin of distance, where distances are known"),
    figure: Port.file("svg", "relative improvement over the best competitor, or the values where there is none")
  },
  resources: { memory: 2 * 2 ** 30 },
  check: ({ distances }) =>
    Ascending.is(distances) ? [] : [{ at: "distances", message: `distances: ${distances.join(", ")} do not ascend` }],
  inspect: (_, files) => RegistryParams.naming(() => []).inspect(files),
  lineage: true,
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const registry = yield* RegistryParams.read(inputs.registry)
    const account = yield* Account.open("scored variants")
    const tables = yield* Effect.forEach(inputs.scores, (table, index) =>
      Effect.map(table.rows, (rows) => ({ path: table.path, rows, lineage: task.lineage["scores"]?.[index] }))
    )
    const synthetic = task.synthetic || tables.some(({ rows }) => rows.some((each) => each.synthetic === true))
    const scored = yield* Labels.gather(tables, params.labels)
    yield* Labels.checkModels(params.models, scored)
    const wanted = inputs.evaluations === undefined ? undefined : yield* inputs.evaluations.rows
    const ids = new Set(wanted?.map(({ evaluation }) => evaluation) ?? scored.keys())
    for (const { rows } of tables) account.take(rows.length)
    for (const [id, byLabel] of scored) {
      if (ids.has(id)) continue
      for (const { rows } of byLabel.values()) account.leave("of an evaluation that is not wanted", id, rows.length)
    }
    const implied = yield* Effect.forEach(inputs.bounds ?? [], (table) => table.rows)
    const bounds = new Map(implied.flat().map((bound) => [bound.evaluation, bound]))
    const results: Array<BenchmarkFigure.Row> = []
    const differences: Array<BenchmarkTables.DifferenceResult> = []
    const groups: Array<BenchmarkTables.GroupResult> = []
    const strata: Array<BenchmarkTables.StratumResult> = []
    const distances: Array<BenchmarkTables.DistanceResult> = []
    let done = 0
    for (const id of ids) {
      const known = yield* Registry.find(registry, id)
      const byLabel = scored.get(id)
      const readings = Reading.rowsOf(known, params)
      if (byLabel === undefined) results.push({ result: VariantBenchmark.unavailable(known), line: known.line })
      for (const { rows } of byLabel?.values() ?? []) EvaluationMeasure.account(readings[0]!, rows, account)
      for (const row of byLabel === undefined ? [] : readings) {
        const options = {
          ...params,
          oneClass: params.one_class,
          bound: row.metric.name === known.metric.name ? bounds.get(id) : undefined
        }
        for (const [label, { rows, lineages }] of byLabel!) {
          const said = rows.some((each) => each.synthetic === true)
          const synthetic = said || (lineages.length === 0 ? task.synthetic : lineages.some((each) => each.synthetic))
          const origin = Basis.originOf(row, lineages, params.models[label], synthetic)
          const labelled = { row, label, origin, scored: rows }
          const evaluated = VariantBenchmark.evaluate(labelled, options)
          results.push({ result: evaluated.result, line: row.line })
          groups.push(...evaluated.groups())
          strata.push(...VariantBenchmark.byStratum(labelled, options))
          distances.push(...VariantBenchmark.byDistance(labelled, params.distances, options))
        }
        if (!params.shuffle) differences.push(...Paired.all(row, byLabel!, synthetic, options))
      }
      yield* task.progress((done += 1), ids.size, "evaluations")
    }
    // What has scores comes first: it is what a reader looks for.
    const inOrder = results
      .map(({ result }) => result)
      .sort((a, b) => Number(a.source === null) - Number(b.source === null))
    yield* outputs.results.write(inOrder)
    yield* outputs.differences.write(differences)
    yield* outputs.groups.write(groups)
    yield* outputs.strata.write(strata)
    yield* outputs.distances.write(distances)
    const sizes = BenchmarkFigure.sizesOf(registry)
    yield* outputs.figure.write(BenchmarkFigure.render(results, sizes, synthetic))
    const wrong = inOrder.filter(({ verdict }) => verdict === "differs" || verdict === "outside")
    if (params.strict && wrong.length > 0) {
      const said = wrong.map(
        (each) =>
          `${each.evaluation} is ${each.value ?? `missing (${each.note})`}, expected ${each.expected_low} to ${each.expected_high}`
      )
      return yield* new InputError({
        message: `${wrong.length} of ${inOrder.length} evaluations are not as expected: ${said.join("; ")}`,
        hint: "without `strict: true` the verdicts are written and the stage goes on"
      })
    }
  })
})
