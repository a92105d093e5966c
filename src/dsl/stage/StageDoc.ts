/** A stage's documentation, from its definition. */
import * as Schema from "effect/Schema"
import * as Edge from "./Edge.ts"
import type { InputPort } from "./Port.ts"
import type { Stage } from "./Stage.ts"

interface JsonSchema {
  readonly description?: string
  readonly type?: string | ReadonlyArray<string>
  readonly enum?: ReadonlyArray<unknown>
  readonly const?: unknown
  readonly anyOf?: ReadonlyArray<JsonSchema>
  readonly oneOf?: ReadonlyArray<JsonSchema>
  readonly allOf?: ReadonlyArray<JsonSchema>
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema | boolean
  readonly required?: ReadonlyArray<string>
}

/** JSON Schema has no NaN and no infinities: Schema writes them as strings beside the number. */
const notFinite = new Set<unknown>(["NaN", "Infinity", "-Infinity"])

const typeOf = (schema: JsonSchema): string => {
  const options = schema.anyOf ?? schema.oneOf
  if (options !== undefined) return [...new Set(options.map(typeOf).filter((text) => text !== ""))].join(" or ")
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) {
    const values = schema.enum.filter((value) => !notFinite.has(value))
    return values.map((value) => JSON.stringify(value)).join(" or ")
  }
  if (schema.type === "array") return `list of ${schema.items === undefined ? "values" : typeOf(schema.items)}`
  if (schema.type === "object") return "mapping"
  return String(schema.type ?? "value")
}

/** The outermost description: checks and alternatives may carry it instead of the schema itself. */
const descriptionOf = (schema: JsonSchema): string => {
  if (schema.description !== undefined) return schema.description
  const inner = [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  return inner.map(descriptionOf).find((text) => text !== "") ?? ""
}

/** The params as JSON Schema properties. */
export const paramsSchema = (stage: Stage): JsonSchema =>
  Schema.toJsonSchemaDocument(stage.params, { onExcessProperty: "error" }).schema as JsonSchema

/** The type of each param, in words. */
export const paramTypes = (stage: Stage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(paramsSchema(stage).properties ?? {}).map(([name, property]) => [name, typeOf(property)])
  )

/** What a param is when it is left out; undefined when it must be given. */
const defaults = (stage: Stage): Readonly<Record<string, unknown>> => {
  const required = Object.keys(stage.params.fields)
  const found: Record<string, unknown> = {}
  for (const name of required) {
    const only = Schema.decodeUnknownResult(Schema.Struct({ [name]: stage.params.fields[name]! }) as never)({})
    if (only._tag === "Success") found[name] = (only.success as Record<string, unknown>)[name]
  }
  return found
}

const list = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : [`**${title}**`, "", ...lines, ""]

const columns = (port: InputPort): ReadonlyArray<string> => {
  if (port._tag === "Optional") return columns(port.port)
  if (port._tag === "List") return columns(port.item)
  return port._tag === "File"
    ? []
    : Object.entries(port.columns).map(
        ([name, column]) =>
          `  - \`${name}\` ${column.type}${column.nullable ? ", may be missing" : ""}: ${column.description}`
      )
}

const kind = (port: InputPort): string => Edge.show(port).replace(/table\([^)]*\)/u, "table")

const ports = (all: Readonly<Record<string, InputPort>>): ReadonlyArray<string> =>
  Object.entries(all).flatMap(([name, port]) => [
    `- \`${name}\` (${kind(port)}): ${port.description}`,
    ...columns(port)
  ])

export const markdown = (stage: Stage): string => {
  const schema = paramsSchema(stage)
  const fallbacks = defaults(stage)
  const params = Object.keys(stage.params.fields).map((name) => {
    const property = schema.properties?.[name] ?? {}
    const fallback = !Object.hasOwn(fallbacks, name)
      ? ", required"
      : fallbacks[name] === undefined
        ? ", optional"
        : `, default \`${JSON.stringify(fallbacks[name])}\``
    return `- \`${name}\` (${typeOf(property)}${fallback}): ${descriptionOf(property)}`
  })
  return [
    `## ${stage.name}`,
    "",
    stage.summary,
    "",
    ...list("Inputs", ports(stage.inputs)),
    ...list("Params", params),
    ...list("Outputs", ports(stage.outputs))
  ]
    .join("\n")
    .trimEnd()
}
