/** Fills the values of expressions into a value of the YAML. */
import type { Range } from "../core/Diagnostic.ts"
import * as Suggest from "../core/Suggest.ts"
import { note, report, type CheckContext } from "./CheckContext.ts"
import * as Expression from "./Expression.ts"
import * as Template from "./Template.ts"
import { expressionRange, type YamlPath } from "./YamlDocument.ts"

export interface Filled {
  readonly value: unknown
  /** A part of it has faults, reported where they are: nothing more is to be said of the whole. */
  readonly broken: boolean
}

/** Where names have values. */
export type FillContext = Pick<
  CheckContext,
  "document" | "diagnostics" | "items" | "ports" | "params" | "silent" | "seen"
>

/** Every expression in the value replaced by its value; one that is the whole value keeps its type. */
export const fill = (context: FillContext, value: unknown, path: YamlPath): Filled => {
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
  return typeof value === "string" && Template.has(value) ? fillText(context, value, path) : { value, broken: false }
}

const fillText = (context: FillContext, text: string, path: YamlPath): Filled => {
  const template = Template.parse(text)
  const tell = ({ message, range }: Expression.ExpressionFault) =>
    report(context, expressionRange(context.document, path, text, { range }), "invalid-expression", message)
  template.faults.forEach(tell)
  let broken = template.faults.length > 0
  const parts = template.parts.map((part) => {
    if (typeof part === "string") return part
    const evaluated = Expression.evaluate(part, (name) => valueOf(context, name, text, path))
    if (evaluated._tag === "Value") {
      note(context, path, text, part, Expression.typeOf(evaluated.value), evaluated.value)
      return evaluated.value
    }
    if (evaluated._tag === "Fault") tell(evaluated.fault)
    broken = true
    return ""
  })
  return { value: Template.whole(template) === undefined ? parts.map(Expression.show).join("") : parts[0], broken }
}

/** The value of a name; undefined, with a Diagnostic, when it has none. */
const valueOf = (
  context: FillContext,
  name: Expression.Expression & { readonly _tag: "Name" },
  text: string,
  path: YamlPath
): Expression.Value | undefined => {
  const [scope, ...members] = name.path as [string, ...ReadonlyArray<string>]
  // Found only when it is to be told: a scattered stage looks up many values.
  const range = () => expressionRange(context.document, path, text, name)
  const item = context.items.get(scope)
  if (item?._tag === "Value") {
    const found = members.reduce<Expression.Value | undefined>(memberOf, item.value)
    if (found === undefined) report(context, range(), "unknown-member", `'${scope}' has no '${members.join(".")}'`)
    return found
  }
  if (item?._tag === "Unknown") return undefined
  if (scope === "params") return paramOf(context, members, range)
  if (item !== undefined || context.ports.has(scope)) {
    report(context, range(), "not-a-value", `'${name.path.join(".")}' is a file, a value is expected here`)
  } else {
    const names = [...context.items.keys(), ...context.ports.keys()]
    const hint =
      context.silent.has(scope) || context.params.has(scope)
        ? `write params.${name.path.join(".")}`
        : names.length === 0
          ? "a param is made from others: params.NAME"
          : Suggest.hint(scope, [...names, "params"], "names")
    report(context, range(), "unknown-stage", `there is no stage or item '${scope}'`, hint)
  }
  return undefined
}

const memberOf = (value: Expression.Value | undefined, name: string): Expression.Value | undefined =>
  value !== null && typeof value === "object" && !Array.isArray(value) && Object.hasOwn(value, name)
    ? (value as { readonly [name: string]: Expression.Value })[name]
    : undefined

const paramOf = (
  context: FillContext,
  members: ReadonlyArray<string>,
  range: () => Range
): Expression.Value | undefined => {
  const name = members.join(".")
  const found = context.params.get(name)
  if (found?.bound !== undefined) {
    report(context, range(), "not-a-value", `'params.${name}' is a file that a stage gives, a value is expected here`)
    return undefined
  }
  if (found === undefined && !context.silent.has(name)) {
    const hint = Suggest.hint(name, new Set([...context.params.keys(), ...context.silent]), "params")
    report(context, range(), "unknown-param", `the workflow has no param '${name}'`, hint)
  }
  return found?.value
}
