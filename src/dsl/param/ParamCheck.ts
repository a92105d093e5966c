/** Checks what params are declared as: limits that no value could keep, and words that say nothing of their type. */
import type { Diagnostic } from "../../core/Diagnostic.ts"
import * as ParamValue from "./ParamValue.ts"
import type { ParamDeclaration, WorkflowDeclaration } from "../file/WorkflowFile.ts"
import type { YamlDocument } from "../text/YamlDocument.ts"

interface Fault {
  readonly key: "type" | "columns" | "items" | "min" | "max" | "enum"
  readonly message: string
  readonly hint: string
}

const faultsOf = (declaration: ParamDeclaration): ReadonlyArray<Fault> => {
  const { type, columns, items, min, max, enum: allowed } = declaration
  const holds = type === "list" ? (items ?? "string") : type
  const faults: Array<Fault> = []
  if (type === "table" && columns === undefined) {
    faults.push({ key: "type", message: "a table needs columns", hint: "columns: { id: string, reads: file }" })
  }
  if (columns !== undefined && type !== "table") {
    faults.push({ key: "columns", message: `a ${type} has no columns`, hint: "for a table, write type: table" })
  }
  if (items !== undefined && type !== "list") {
    faults.push({ key: "items", message: `a ${type} has no items`, hint: "for a list, write type: list" })
  }
  for (const key of ["min", "max"] as const) {
    if (declaration[key] === undefined || holds === "integer" || holds === "number") continue
    faults.push({
      key,
      message: `'${key}' is for numbers, this is ${ParamValue.typeName(declaration)}`,
      hint: "write type: integer, or number"
    })
  }
  if (min !== undefined && max !== undefined && min > max) {
    faults.push({
      key: "max",
      message: `nothing is at least ${min} and at most ${max}`,
      hint: "min is the smaller one"
    })
  }
  if (allowed?.length === 0)
    faults.push({ key: "enum", message: "no value is allowed", hint: "leave 'enum' out to allow any" })
  const other = allowed?.find((value) => ParamValue.read({ type: holds }, value) === undefined)
  if (other !== undefined) {
    const hint = ParamValue.hint({ type: holds }, other) ?? `all values of 'enum' are ${holds}`
    faults.push({ key: "enum", message: `${ParamValue.show(other)} is no ${holds}`, hint })
  }
  return faults
}

export const check = (document: YamlDocument, { params = {} }: WorkflowDeclaration): ReadonlyArray<Diagnostic> =>
  Object.entries(params).flatMap(([name, declaration]) =>
    faultsOf(declaration).map(({ key, message, hint }) => ({
      code: "invalid-param",
      message: `param '${name}': ${message}`,
      hint,
      source: document.source,
      range: document.locate(["params", name, key])
    }))
  )
