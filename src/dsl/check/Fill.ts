/** Fills the values of expressions into a value of the YAML. */
import type { Range } from "../../core/Diagnostic.ts"
import * as Suggest from "../../core/Suggest.ts"
import { note, report, type CheckContext } from "./CheckContext.ts"
import * as Expression from "../text/Expression.ts"
import * as Kind from "../text/Kind.ts"
import * as OtherWords from "../text/OtherWords.ts"
import * as Template from "../text/Template.ts"
import { expressionRange, type YamlPath } from "../text/YamlDocument.ts"

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
  if (typeof value !== "string") return { value, broken: false }
  if (Template.has(value)) return fillText(context, value, path)
  const name = value.includes("params.") ? /\{\s*params\.(\w+)\s*\}/u.exec(value)?.[1] : undefined
  if (name === undefined || !(context.params.has(name) || context.silent.has(name))) return { value, broken: false }
  const range = context.document.locate(path)
  const message = "this stands for itself, not for the value of a param"
  report(context, range, "invalid-expression", message, `an expression is written \${{ params.${name} }}`)
  return { value, broken: true }
}

const fillText = (context: FillContext, text: string, path: YamlPath): Filled => {
  const template = Template.parse(text)
  const tell = ({ message, hint, range }: Expression.ExpressionFault) =>
    report(context, expressionRange(context.document, path, text, { range }), "invalid-expression", message, hint)
  template.faults.forEach(tell)
  let broken = template.faults.length > 0
  const parts = template.parts.map((part) => {
    if (typeof part === "string") return part
    if (Expression.hasBranches(part) && !isSound(context, part, text, path)) {
      broken = true
      return ""
    }
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

/** Of what is not taken as of what is: whether its names are there, and its operators are given what they take. */
const isSound = (context: FillContext, part: Expression.Expression, text: string, path: YamlPath): boolean => {
  let isWhole = true
  // Looked up again when it is evaluated: nothing is noted twice, and what is not taken is not asked for.
  const silent = { ...context, seen: undefined, items: new Map(context.items) }
  const kindOf = (name: Expression.Expression & { readonly _tag: "Name" }): Kind.Kind => {
    const value = valueOf(silent, name, text, path)
    if (value === undefined) isWhole = false
    return value === undefined ? "unknown" : Kind.of(value)
  }
  Kind.check(part, kindOf, ({ message, hint, range }) => {
    isWhole = false
    report(context, expressionRange(context.document, path, text, { range }), "invalid-expression", message, hint)
  })
  return isWhole
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
    report(context, range(), "unknown-stage", `there is no stage or item '${scope}'`, meantBy(context, name))
  }
  return undefined
}

/** What may have been meant by a name that is none. */
const meantBy = (
  { items, ports, params, silent }: FillContext,
  { path }: { readonly path: ReadonlyArray<string> }
): string => {
  const [scope, ...members] = path as [string, ...ReadonlyArray<string>]
  if (silent.has(scope) || params.has(scope)) return `write params.${path.join(".")}`
  const names = [...items.keys(), ...ports.keys()]
  if (names.length === 0) return "a param is made from others: params.NAME"
  const other = members.length === 0 ? OtherWords.inExpression(scope) : undefined
  return other ?? Suggest.hint(scope, [...names, "params"], "names")
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
  const of = members.length > 1 ? context.params.get(members[0]!) : undefined
  if (name === "" || of !== undefined) {
    const [message, hint] =
      of === undefined
        ? ["which param?", "write params.NAME"]
        : [
            `'params.${of.name}' has no '${members.slice(1).join(".")}'`,
            members[1] === "length" ? `write length(params.${of.name})` : undefined
          ]
    report(context, range(), "unknown-member", message, hint)
    return undefined
  }
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
