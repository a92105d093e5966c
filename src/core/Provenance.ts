/** What a result was made with, as its task notes it. */
import * as Schema from "effect/Schema"

/** A fact for the report: which data, model and device a result was made with. */
export const Provenance = Schema.Union([
  Schema.Struct({
    kind: Schema.Literal("dataset"),
    name: Schema.String,
    url: Schema.NullOr(Schema.String),
    sha256: Schema.String,
    bytes: Schema.Int,
    licence: Schema.String,
    citation: Schema.String
  }),
  Schema.Struct({
    kind: Schema.Literal("model"),
    name: Schema.String,
    weights: Schema.String,
    licence: Schema.String,
    citation: Schema.String
  }),
  Schema.Struct({
    kind: Schema.Literal("device"),
    runtime: Schema.String,
    name: Schema.String,
    numerics: Schema.String,
    version: Schema.String
  })
])
export type Provenance = typeof Provenance.Type
