/** What a result was made with, as its task notes it. */
import * as Schema from "effect/Schema"
import * as Digest from "./Digest.ts"

/** A fact for the report: which data, model and device a result was made with. */
export const Provenance = Schema.Union([
  Schema.Struct({
    kind: Schema.Literal("dataset"),
    name: Schema.String,
    url: Schema.NullOr(Schema.String),
    sha256: Schema.String,
    /** False where nobody states the digest: the address may give other content at any time. */
    pinned: Schema.optionalKey(Schema.Boolean),
    /** Digest of what the address gave the last time, where that was another. */
    before: Schema.optionalKey(Schema.String),
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

/** Says of a file of which nobody states the digest that it may be another the next time, in one line. */
export const unpinned = (facts: ReadonlyArray<Provenance>, has: "just come" | "been kept"): ReadonlyArray<string> =>
  facts.flatMap((fact) => {
    if (fact.kind !== "dataset" || fact.pinned !== false) return []
    const change =
      has === "just come" && fact.before !== undefined ? `content changed, it was ${Digest.short(fact.before)}; ` : ""
    return [`not pinned: ${fact.url ?? fact.name} (${change}sha256 ${Digest.short(fact.sha256)}, which nothing states)`]
  })
