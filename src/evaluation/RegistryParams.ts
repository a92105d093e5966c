/** What every stage that reads the registry takes. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Param from "../dsl/stage/Param.ts"
import * as Port from "../dsl/stage/Port.ts"
import * as Requirement from "../dsl/stage/Requirement.ts"
import type { Evaluation } from "./Evaluation.ts"
import * as Registry from "./Registry.ts"

export const params = {
  only: Param.withDefault(Schema.Array(Schema.String), [], "ids of the evaluations; none for all 26 of variants"),
  extras: Param.withDefault(Schema.Boolean, false, "with those that are reported beside the 26")
}

export const inputs = {
  registry: Port.optional(Port.file("file", "YAML or JSON with evaluations that change or add to those built in"))
}

/** What is said of evaluations that params name, by the registry that they are in. */
export interface Naming {
  readonly check: (given: Requirement.GivenInputs) => ReadonlyArray<Requirement.Unmet>
  readonly inspect: (files: Requirement.GivenFiles) => Requirement.Inspection
}

/** Of a user's registry, its own errors too; one that a stage makes is known in the run alone. */
export const naming = (look: (registry: Registry.Registry) => ReadonlyArray<Requirement.Unmet>): Naming => ({
  check: (given) => (given.has("registry") ? [] : look(Registry.builtIn)),
  inspect: ({ registry }) =>
    typeof registry !== "string"
      ? Requirement.nothing
      : Registry.read(registry).pipe(
          Effect.map(look),
          Effect.mapError((error) => Requirement.ofFile("registry", error))
        )
})

/** At a param whose value should be the id of an evaluation of variants, or of a kind of them. */
export const named = (
  at: Requirement.Place,
  id: string,
  isMeant: (row: Evaluation) => { readonly message: string; readonly hint?: string } | undefined = () => undefined
): Naming =>
  naming((registry) => {
    const row = registry.find((each) => each.id === id)
    const lack = row === undefined ? Registry.unknown(registry, id) : isMeant(row)
    return lack === undefined ? [] : [{ at, ...lack }]
  })

/** The registry, with the user's rows where there are any. */
export const read = (file: string | undefined) =>
  file === undefined ? Effect.succeed(Registry.builtIn) : Registry.read(file)
