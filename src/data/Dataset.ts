/** A named external file: where it is, what it must be byte for byte, and on which terms. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Suggest from "../core/Suggest.ts"
import { datasets } from "./datasets.ts"
import { publishedPredictions } from "./publishedPredictions.ts"

const text = (description: string) => Schema.String.annotate({ description })
const orNull = (description: string) => Schema.NullOr(Schema.String).annotate({ description })

export const Dataset = Schema.Struct({
  name: text("lower-case kebab-case, unique"),
  url: orNull("null where nobody serves the file: it then comes from a mirror folder, or is made with `recipe`"),
  mirror: text("path below a mirror folder: host and path of the URL, unless the file has none"),
  recipe: orNull("how to make a file that has no URL"),
  sha256: Schema.NullOr(Schema.String.pipe(Schema.check(Schema.isPattern(/^[0-9a-f]{64}$/u)))).annotate({
    description: "of the file as it is downloaded, hexadecimal; null where nobody has stated it: taken as it comes"
  }),
  bytes: Schema.NullOr(Schema.Int.pipe(Schema.check(Schema.isGreaterThan(0)))).annotate({
    description: "size of the file; null where it is not known"
  }),
  licence: text("SPDX identifier where there is one"),
  licenceUrl: orNull("where the licence can be read"),
  licenceAcceptance: Schema.Boolean.annotate({
    description: "true where the terms restrict use: the licence must then be named before the download"
  }),
  citation: text("authors, journal, year; or the repository"),
  kind: text("a file kind of the workflow language"),
  description: text("what the file holds, with build and coordinates")
})
export type Dataset = typeof Dataset.Type

export class UnknownDataset extends Schema.TaggedError<UnknownDataset>()("UnknownDataset", {
  message: Schema.String,
  hint: Schema.optionalKey(Schema.String)
}) {}

export const all: ReadonlyArray<Dataset> = [...datasets, ...publishedPredictions]

export const find = (name: string): Effect.Effect<Dataset, UnknownDataset> => {
  const found = all.find((dataset) => dataset.name === name)
  if (found !== undefined) return Effect.succeed(found)
  return Effect.fail(
    new UnknownDataset({
      message: `no dataset is named '${name}'`,
      hint: Suggest.hint(
        name,
        all.map((dataset) => dataset.name),
        "datasets"
      )
    })
  )
}

/** Where a URL's file lies below a mirror folder. */
export const mirrorPath = (url: URL): string => `${url.host}${url.pathname}${url.search}`
