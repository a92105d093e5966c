/** What every stage that reads the registry takes. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Param from "../dsl/Param.ts"
import * as Port from "../dsl/Port.ts"
import * as Registry from "./Registry.ts"

export const params = {
  only: Param.withDefault(Schema.Array(Schema.String), [], "ids of the evaluations; none for all 26 of variants"),
  extras: Param.withDefault(Schema.Boolean, false, "with those that are reported beside the 26")
}

export const inputs = {
  registry: Port.optional(Port.file("file", "YAML or JSON with evaluations that change or add to those built in"))
}

/** The registry, with the user's rows where there are any. */
export const read = (file: string | undefined) =>
  file === undefined ? Effect.succeed(Registry.builtIn) : Registry.read(file)
