/** A named external file: where it is, what it must be byte for byte, and on which terms. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Suggest from "../core/Suggest.ts"
import { datasets } from "./datasets.ts"

export interface Dataset {
  readonly name: string
  /** `null` where nobody serves the file: it then comes from a mirror folder, or is made with `recipe`. */
  readonly url: string | null
  /** Path below a mirror folder: `<host>/<path>` of the URL, unless the file has none. */
  readonly mirror: string
  /** How to make a file that has no URL. */
  readonly recipe: string | null
  readonly sha256: string
  readonly bytes: number
  /** SPDX identifier where there is one. */
  readonly licence: string
  readonly licenceUrl: string | null
  /** True where the terms restrict use, so that a user must name the licence (`--accept-licence`) before the download. */
  readonly licenceAcceptance: boolean
  readonly citation: string
  /** A file kind of the workflow language. */
  readonly kind: string
  readonly description: string
}

export class UnknownDataset extends Schema.TaggedError<UnknownDataset>()("UnknownDataset", {
  message: Schema.String,
  hint: Schema.optionalKey(Schema.String)
}) {}

export const all: ReadonlyArray<Dataset> = datasets

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
