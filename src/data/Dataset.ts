/** A named external file: where it is, what it must be byte for byte, and on which terms. */
import * as Schema from "effect/Schema"

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

/** Where a URL's file lies below a mirror folder. */
export const mirrorPath = (url: URL): string => `${url.host}${url.pathname}${url.search}`
