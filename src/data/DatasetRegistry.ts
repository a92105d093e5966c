/** The datasets that agflow knows by name. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Suggest from "../core/Suggest.ts"
import type { Dataset } from "./Dataset.ts"
import { genome } from "./datasets/genome.ts"
import { measurements } from "./datasets/measurements.ts"
import { models } from "./datasets/models.ts"
import { publishedPredictions } from "./datasets/publishedPredictions.ts"

export class UnknownDataset extends Schema.TaggedError<UnknownDataset>()("UnknownDataset", {
  message: Schema.String,
  hint: Schema.optionalKey(Schema.String)
}) {}

export const all: ReadonlyArray<Dataset> = [...genome, ...models, ...measurements, ...publishedPredictions]

export const isKnown = (name: string): boolean => all.some((dataset) => dataset.name === name)

/** Those that restrict what may be done with a dataset. */
export const licencesOf = (name: string): ReadonlyArray<string> =>
  all.flatMap((dataset) => (dataset.name === name && dataset.licenceAcceptance ? [dataset.licence] : []))

/** What is said of a name that no dataset has. */
export const unknown = (name: string) => ({
  message: `no dataset is named '${name}'`,
  hint: Suggest.hint(
    name,
    all.map((dataset) => dataset.name),
    "datasets"
  )
})

export const find = (name: string): Effect.Effect<Dataset, UnknownDataset> => {
  const found = all.find((dataset) => dataset.name === name)
  return found === undefined ? Effect.fail(new UnknownDataset(unknown(name))) : Effect.succeed(found)
}
