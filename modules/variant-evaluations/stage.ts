import * as Effect from "effect/Effect"
import * as Account from "../../src/core/Account.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Registry from "../../src/evaluation/Registry.ts"
import * as RegistryParams from "../../src/evaluation/RegistryParams.ts"
import * as ScoredVariants from "../../src/evaluation/ScoredVariants.ts"

const naming = ({ only }: { readonly only: ReadonlyArray<string> }) =>
  RegistryParams.naming((registry) =>
    only.flatMap((id, index) => {
      const row = registry.find((each) => each.id === id)
      const lack = row === undefined ? Registry.unknown(registry, id) : Registry.notOfVariants(row)
      return lack === undefined ? [] : [{ at: ["only", index] as const, ...lack }]
    })
  )

export default Stage.make({
  name: "variant-evaluations",
  version: 1,
  summary: "Chooses evaluations of variants from the registry, one row each.",
  params: RegistryParams.params,
  inputs: RegistryParams.inputs,
  outputs: { evaluations: Port.table(ScoredVariants.chosenTable, "the evaluations, in the registry's order") },
  check: (params, given) => naming(params).check(given),
  inspect: (params, files) => naming(params).inspect(files),
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const registry = yield* RegistryParams.read(inputs.registry)
    const rows = yield* Registry.variantRows(registry, params)
    const account = yield* Account.open("evaluations")
    account.take(rows.length)
    account.keep(rows.length)
    yield* outputs.evaluations.write(
      rows.map(({ id, title, data }) => ({
        evaluation: id,
        title,
        dataset: data.predictions ?? null,
        needs: data.needs
      }))
    )
  })
})
