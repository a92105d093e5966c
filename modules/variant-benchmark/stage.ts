import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Ascending from "../../src/core/Ascending.ts"
import { InputError } from "../../src/core/Failure.ts"
import { Task } from "../../src/core/Task.ts"
import * as Param from "../../src/dsl/Param.ts"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"
import * as BenchmarkTables from "../../src/evaluation/BenchmarkTables.ts"
import * as Registry from "../../src/evaluation/Registry.ts"
import * as RegistryParams from "../../src/evaluation/RegistryParams.ts"
import * as ScoredVariants from "../../src/evaluation/ScoredVariants.ts"
import * as VariantBenchmark from "../../src/evaluation/VariantBenchmark.ts"
import * as Bootstrap from "../../src/metric/Bootstrap.ts"
import * as BenchmarkFigure from "../../src/report/BenchmarkFigure.ts"

export default Stage.make({
  name: "variant-benchmark",
  version: 1,
  summary:
    "Measures evaluations of variants and sets them beside what was reported: values, intervals, verdicts, a figure.",
  params: {
    ...Bootstrap.params,
    distances: Param.withDefault(
      Schema.Array(Param.Positive),
      [1000, 10_000, 100_000],
      "ascending edges in base pairs of the bins of distance"
    ),
    permutations: Param.withDefault(Param.Count, 100, "draws of matched pairs, for evaluations over pairs"),
    shuffle: Param.withDefault(Schema.Boolean, false, "put the labels in another order first: what remains is chance"),
    strict: Param.withDefault(Schema.Boolean, false, "fail where a value is not as expected"),
    synthetic_label: Param.withDefault(Schema.Boolean, false, "put SYNTHETIC into the title of the figure")
  },
  inputs: {
    ...RegistryParams.inputs,
    scores: Port.list(Port.table(ScoredVariants.table, "scored variants; an evaluation's are of one source")),
    evaluations: Port.optional(
      Port.table(
        ScoredVariants.chosenTable,
        "all that are wanted, scores of others are left out; those without scores are told as not available"
      )
    ),
    bounds: Port.optional(
      Port.list(Port.table(BenchmarkTables.boundTable, "what a construction implies of the values"))
    )
  },
  outputs: {
    results: Port.table(BenchmarkTables.resultTable, "one row an evaluation, those with scores first"),
    groups: Port.table(BenchmarkTables.groupTable, "one row a tissue, locus or fold"),
    strata: Port.table(
      BenchmarkTables.stratumTable,
      "one row a kind of variant, a consequence, say, where kinds are known"
    ),
    distances: Port.table(BenchmarkTables.distanceTable, "one row a bin of distance, where distances are known"),
    figure: Port.file("svg", "relative improvement over the best competitor, task by task")
  },
  resources: { memory: 2 * 2 ** 30 },
  check: ({ distances }) =>
    Ascending.is(distances) ? [] : [{ at: "distances", message: `distances: ${distances.join(", ")} do not ascend` }],
  inspect: (_, files) => RegistryParams.naming(() => []).inspect(files),
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const registry = yield* RegistryParams.read(inputs.registry)
    const tables = yield* Effect.forEach(inputs.scores, (table) => table.rows)
    const scored = VariantBenchmark.byEvaluation(tables.flat())
    const wanted = inputs.evaluations === undefined ? undefined : yield* inputs.evaluations.rows
    const ids = new Set(wanted?.map(({ evaluation }) => evaluation) ?? scored.keys())
    const implied = yield* Effect.forEach(inputs.bounds ?? [], (table) => table.rows)
    const bounds = new Map(implied.flat().map((bound) => [bound.evaluation, bound]))
    const results: Array<BenchmarkTables.Result> = []
    const groups: Array<BenchmarkTables.GroupResult> = []
    const strata: Array<BenchmarkTables.StratumResult> = []
    const distances: Array<BenchmarkTables.DistanceResult> = []
    for (const id of ids) {
      const row = yield* Registry.find(registry, id)
      const rows = scored.get(id)
      if (rows === undefined) {
        results.push(VariantBenchmark.unavailable(row))
        continue
      }
      const other = rows.find(({ source }) => source !== rows[0]!.source)
      if (other !== undefined) {
        return yield* new InputError({
          message: `${id}: scores come from ${rows[0]!.source} and from ${other.source}`,
          hint: "evaluate each source in a stage of its own"
        })
      }
      const evaluated = VariantBenchmark.evaluate(row, rows, bounds.get(id), params)
      results.push(evaluated.result)
      groups.push(...evaluated.groups())
      strata.push(...VariantBenchmark.byStratum(row, rows, params))
      distances.push(...VariantBenchmark.byDistance(row, rows, params.distances, params))
      yield* task.progress(results.length, ids.size, "evaluations")
    }
    // What has scores comes first: it is what a reader looks for.
    const inOrder = [...results].sort((a, b) => Number(a.source === null) - Number(b.source === null))
    yield* outputs.results.write(inOrder)
    yield* outputs.groups.write(groups)
    yield* outputs.strata.write(strata)
    yield* outputs.distances.write(distances)
    const lines = yield* Effect.forEach(results, (result) =>
      Effect.map(Registry.find(registry, result.evaluation), ({ line }) => ({ result, line }))
    )
    yield* outputs.figure.write(BenchmarkFigure.render(lines, params.synthetic_label))
    const wrong = results.filter(({ verdict }) => verdict === "differs" || verdict === "outside")
    if (params.strict && wrong.length > 0) {
      const said = wrong.map(
        (each) =>
          `${each.evaluation} is ${each.value ?? `missing (${each.note})`}, expected ${each.expected_low} to ${each.expected_high}`
      )
      return yield* new InputError({
        message: `${wrong.length} of ${results.length} evaluations are not as expected: ${said.join("; ")}`,
        hint: "without `strict: true` the verdicts are written and the stage goes on"
      })
    }
  })
})
