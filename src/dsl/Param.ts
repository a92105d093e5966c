/** Params of stages, with what the documentation says of them. Numbers are `Schema.Finite`: YAML's `.nan` is none. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** May be left out; it then has this value. */
export const withDefault = <A>(schema: Schema.Codec<A>, value: A, description: string) =>
  schema.pipe(Schema.annotate({ description }), Schema.withDecodingDefaultKey(Effect.succeed(value)))

/** May be left out; it then has no value. */
export const optional = <A>(schema: Schema.Codec<A>, description: string) =>
  Schema.optionalKey(schema).pipe(Schema.annotate({ description }))

export const required = <A>(schema: Schema.Codec<A>, description: string) => schema.pipe(Schema.annotate({ description }))
