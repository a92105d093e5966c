/** Params of stages, with what the documentation says of them. Numbers are `Schema.Finite`: YAML's `.nan` is none. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** From 0 to 1, both included. */
export const Share = Schema.Finite.pipe(
  Schema.check(Schema.isBetween({ minimum: 0, maximum: 1 }, { message: "expected 0 to 1" }))
)

/** Between 0 and 1, neither included. */
export const OpenShare = Schema.Finite.pipe(
  Schema.check(
    Schema.isBetween(
      { minimum: 0, maximum: 1, exclusiveMinimum: true, exclusiveMaximum: true },
      { message: "expected more than 0 and less than 1" }
    )
  )
)

/** Above 0. */
export const Positive = Schema.Finite.pipe(
  Schema.check(Schema.isGreaterThan(0, { message: "expected a number above 0" }))
)

/** A whole number of at least 1. */
export const Count = Schema.Int.pipe(
  Schema.check(Schema.isGreaterThan(0, { message: "expected a whole number, 1 or more" }))
)

/** A list of at least one. */
export const listOf = <A, E>(item: Schema.Codec<A, E>) =>
  Schema.Array(item).pipe(Schema.check(Schema.isMinLength(1, { message: "expected a list of at least one" })))

/** May be left out; it then has this value, written as in YAML. */
export const withDefault = <A, E>(schema: Schema.Codec<A, E>, value: NoInfer<E>, description: string) =>
  schema.pipe(Schema.annotate({ description }), Schema.withDecodingDefaultKey(Effect.succeed(value)))

/** May be left out; it then has no value. */
export const optional = <A, E>(schema: Schema.Codec<A, E>, description: string) =>
  Schema.optionalKey(schema).pipe(Schema.annotate({ description }))

export const required = <A, E>(schema: Schema.Codec<A, E>, description: string) =>
  schema.pipe(Schema.annotate({ description }))
