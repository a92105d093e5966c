/** Fills the params into a value of the YAML. */
import * as Suggest from "../core/Suggest.ts"
import { expressionRange, report, type CheckContext } from "./CheckContext.ts"
import * as Expression from "./Expression.ts"
import type { ParamValue } from "./Params.ts"
import type { YamlPath } from "./YamlDocument.ts"

export interface Filled {
  readonly value: unknown
  /** A part of it has faults, reported where they are: nothing more is to be said of the whole. */
  readonly broken: boolean
}

/** Every `${{ params.x }}` in the value replaced; one that is the whole value keeps its type. */
export const fill = (context: CheckContext, value: unknown, path: YamlPath): Filled => {
  if (Array.isArray(value)) {
    const items = value.map((item, index) => fill(context, item, [...path, index]))
    return { value: items.map((item) => item.value), broken: items.some((item) => item.broken) }
  }
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value).map(([key, member]) => [key, fill(context, member, [...path, key])] as const)
    return {
      value: Object.fromEntries(members.map(([key, member]) => [key, member.value])),
      broken: members.some(([, member]) => member.broken)
    }
  }
  if (typeof value !== "string" || !Expression.isTemplate(value)) return { value, broken: false }
  const template = Expression.parse(value)
  for (const fault of template.faults) {
    report(context, expressionRange(context.document, path, value, fault), "invalid-expression", fault.message)
  }
  const parts = template.parts.map((part) => (typeof part === "string" ? part : paramOf(context, part, value, path)))
  return {
    value: Expression.whole(template) === undefined ? parts.join("") : parts[0],
    broken: template.faults.length > 0 || parts.includes(undefined)
  }
}

const paramOf = (
  context: CheckContext,
  expression: Expression.Expression,
  text: string,
  path: YamlPath
): ParamValue | undefined => {
  const { scope, member } = expression
  const range = expressionRange(context.document, path, text, expression)
  if (scope === "params") {
    const found = context.params.get(member)
    if (found === undefined && !context.silent.has(member)) {
      const hint = Suggest.hint(member, [...context.params.keys(), ...context.silent], "params")
      report(context, range, "unknown-param", `the workflow has no param '${member}'`, hint)
    }
    return found?.value
  }
  if (context.ports.has(scope)) {
    report(context, range, "not-a-value", `'${scope}.${member}' is a file, a value is expected here`)
  } else {
    const hint = Suggest.hint(scope, [...context.ports.keys(), "params"], "stages")
    report(context, range, "unknown-stage", `there is no stage '${scope}'`, hint)
  }
  return undefined
}
