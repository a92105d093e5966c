import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import { InputError } from "../../src/core/Failure.ts"
import { Task } from "../../src/core/Task.ts"
import * as Download from "../../src/data/Download.ts"
import * as Table from "../../src/data/Table.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Registry from "../../src/evaluation/Registry.ts"
import * as RegistryParams from "../../src/evaluation/RegistryParams.ts"
import * as ScoredVariants from "../../src/evaluation/ScoredVariants.ts"
import * as ScoreAccount from "../../src/evaluation/ScoreAccount.ts"
import * as ScoreSource from "../../src/evaluation/ScoreSource.ts"

export default Stage.make({
  name: "published-scores",
  version: 2,
  summary: "Brings AlphaGenome's published predictions for evaluations of variants.",
  params: {
    unavailable: Param.withDefault(
      Schema.Literals(["stop", "skip"]),
      "stop",
      "what to do where a published table cannot be had: stop, so that the next run asks again, or skip it, which this result then keeps to"
    )
  },
  inputs: {
    ...RegistryParams.inputs,
    evaluations: Port.table(ScoredVariants.chosenTable, "the evaluations that are wanted")
  },
  outputs: {
    scores: Port.table(ScoredVariants.table, "their rows; none of an evaluation without a public table"),
    missing: Port.table(
      ScoredVariants.missingTable,
      "rows without a target or a score, and evaluations without a table"
    )
  },
  resources: { memory: 2 * 2 ** 30 },
  inspect: (_, files) => RegistryParams.naming(() => []).inspect(files),
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const registry = yield* RegistryParams.read(inputs.registry)
    const rows: Array<ScoredVariants.ScoredVariant> = []
    const missing: Array<ScoredVariants.Missing> = []
    const evaluations = yield* Account.open("evaluations")
    for (const { evaluation, dataset, needs } of yield* inputs.evaluations.rows) {
      evaluations.take()
      const row = yield* Registry.find(registry, evaluation)
      if (dataset === null) {
        missing.push({ evaluation, key: "all", reason: `there is no published table: needs ${needs}` })
        evaluations.leave("without a published table", evaluation)
        continue
      }
      const located = yield* Download.dataset(dataset).pipe(
        Effect.catch((failure) =>
          params.unavailable === "skip"
            ? Effect.as(task.log(`${evaluation}: ${failure.message}`), undefined)
            : Effect.fail(
                new InputError({
                  message: `${evaluation}: ${failure.message}`,
                  hint: `${"hint" in failure ? `${failure.hint}; ` : ""}or go on without it: unavailable: skip`
                })
              )
        )
      )
      if (located === undefined) {
        missing.push({ evaluation, key: "all", reason: "the published table could not be downloaded" })
        evaluations.leave("the published table could not be downloaded", evaluation)
        continue
      }
      evaluations.keep()
      const scores = yield* ScoreSource.side(yield* Table.readText(located.path), {
        row,
        columns: {},
        on: {},
        where: {},
        aggregate: "single",
        absolute: false,
        repeated: "number",
        synthetic: task.synthetic,
        turned: "leave"
      })
      yield* ScoreAccount.account(row, scores)
      rows.push(...scores.rows)
      missing.push(...scores.missing)
      yield* task.log(
        `${evaluation}: ${scores.rows.length} rows, ${scores.missing.length} of them without target or score`
      )
    }
    yield* outputs.scores.write(rows)
    yield* outputs.missing.write(missing)
  }, Effect.scoped)
})
