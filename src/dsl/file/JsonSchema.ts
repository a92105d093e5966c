/** JSON Schemas for editors: the workflow language, with the inputs and params of every stage that can be used. */
import * as Schema from "effect/Schema"
import type { InputPort } from "../stage/Port.ts"
import type { Stage } from "../stage/Stage.ts"
import * as StageDoc from "../stage/StageDoc.ts"
import { WorkflowDeclaration } from "./WorkflowFile.ts"

const dialect = "https://json-schema.org/draft/2020-12/schema"

export const document = (schema: Schema.Top): Readonly<Record<string, unknown>> => {
  const { schema: root, definitions } = Schema.toJsonSchemaDocument(schema, { onExcessProperty: "error" })
  return { $schema: dialect, ...root, $defs: definitions }
}

const isOptional = (port: InputPort): boolean => port._tag === "Optional"

const inputSchema = (port: InputPort): object => {
  const list = port._tag === "List" || (port._tag === "Optional" && port.port._tag === "List")
  return { description: port.description, type: list ? ["array", "string"] : "string" }
}

/** An expression may stand for any param, whatever its type. */
const orExpression = (schema: object): object => ({ anyOf: [schema, { type: "string", pattern: "\\$\\{\\{.*\\}\\}" }] })

const withSchema = (stage: Stage): object => {
  const { properties = {}, required = [] } = StageDoc.paramsSchema(stage)
  const inputs = Object.entries(stage.inputs)
  return {
    type: "object",
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(inputs.map(([name, port]) => [name, inputSchema(port)])),
      ...Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, orExpression(schema)]))
    },
    required: [...inputs.flatMap(([name, port]) => (isOptional(port) ? [] : [name])), ...required]
  }
}

/** Schema of a workflow file: where `uses` names a stage, `with` has that stage's inputs and params. */
export const workflow = (stages: ReadonlyArray<Stage>): Readonly<Record<string, unknown>> => {
  const base = document(WorkflowDeclaration)
  const names = stages.map(({ name }) => name)
  // Any other name is of an imported file's stage.
  const uses = {
    description: "the stage to use, or another workflow: ./other.yaml, ./other.ts",
    type: "string",
    anyOf: [{ enum: names }, {}]
  }
  const cases = stages.map((stage) => ({
    if: { properties: { uses: { const: stage.name } }, required: ["uses"] },
    // oxlint-disable-next-line unicorn/no-thenable -- `then` is a keyword of JSON Schema
    then: { description: stage.summary, properties: { with: withSchema(stage) } }
  }))
  // The stage declaration stands in the schema wherever stages do: found by the keys that only it has.
  const refine = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(refine)
    if (node === null || typeof node !== "object") return node
    const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, refine(value)]))
    const properties = copy["properties"] as Record<string, object> | undefined
    return properties?.["uses"] !== undefined && properties["run"] !== undefined
      ? { ...copy, properties: { ...properties, uses }, allOf: cases }
      : copy
  }
  return refine(base) as Readonly<Record<string, unknown>>
}
