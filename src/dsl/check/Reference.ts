/** References to outputs of stages: `${{ STAGE.OUTPUT }}`. */
import type { Range } from "../../core/Diagnostic.ts"
import * as Suggest from "../../core/Suggest.ts"
import { note, report, type CheckContext } from "./CheckContext.ts"
import * as Edge from "../stage/Edge.ts"
import { names, type Expression } from "../text/Expression.ts"
import type { GivenPort } from "../stage/Port.ts"
import * as Template from "../text/Template.ts"
import { expressionRange, type YamlPath } from "../text/YamlDocument.ts"

type Context = Pick<CheckContext, "document" | "diagnostics" | "ports" | "parts" | "off" | "seen"> &
  Partial<Pick<CheckContext, "prefix" | "levels">>

type Name = Expression & { readonly _tag: "Name" }

export interface Reference {
  /** Id within the whole workflow; `part/stage` for a stage of a workflow that another uses. */
  readonly stage: string
  readonly port: string
  /** How many of the workflows around the place where it is written are scattered. */
  readonly depth: number
  readonly given: GivenPort
}

/** A value that is one name and nothing else. */
export const nameIn = (text: string): Name | undefined => {
  const only = Template.whole(Template.parse(text))
  return only?._tag === "Name" ? only : undefined
}

type Index = Expression & { readonly _tag: "Index" }

/** A value that is one file of a collection and nothing else: `${{ STAGE.OUTPUT[KEY] }}`. */
export const indexIn = (text: string): (Index & { readonly of: Name }) | undefined => {
  const only = Template.whole(Template.parse(text))
  return only?._tag === "Index" && only.of._tag === "Name" ? { ...only, of: only.of } : undefined
}

/** The output, param or item that a value is, or is one of. */
export const sourceIn = (value: unknown): Name | undefined =>
  typeof value === "string" ? (nameIn(value) ?? indexIn(value)?.of) : undefined

/** All names in the expressions of a value. */
export const namesIn = (value: unknown): ReadonlyArray<Name> => {
  if (typeof value === "string")
    return Template.parse(value).parts.flatMap((part) => (typeof part === "string" ? [] : names(part)))
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(namesIn) : []
}

/** Undefined, with a Diagnostic, when there is no such output. */
export const lookUp = (context: Context, { path }: Name, range: Range): Reference | undefined => {
  const { ports } = context
  const [scope, member, ...rest] = path as [string, ...ReadonlyArray<string>]
  if (!ports.has(scope)) {
    // As other languages write it.
    const prefixed = ["stages", "steps", "needs", "jobs"].includes(scope) && member !== undefined && ports.has(member)
    const hint = prefixed
      ? `write ${member}.${rest.at(-1) ?? "OUTPUT"}`
      : Suggest.closest(scope, ["params"]) !== undefined
        ? "did you mean 'params'?"
        : Suggest.hint(scope, ports.keys(), "stages")
    report(context, range, "unknown-stage", `there is no stage '${scope}'`, hint)
    return undefined
  }
  const outputs = ports.get(scope)
  if (outputs === undefined) return undefined
  const given =
    member !== undefined && rest.length === 0 && Object.hasOwn(outputs, member) ? outputs[member] : undefined
  if (given !== undefined) {
    const prefix = context.prefix ?? ""
    const depth = context.levels?.length ?? 0
    const inner = context.parts.get(scope)?.outputs.get(member!)
    return inner === undefined
      ? { stage: `${prefix}${scope}`, port: member!, depth, given }
      : { stage: `${prefix}${scope}/${inner.stage}`, port: inner.port, depth, given }
  }
  const what = member === undefined ? "which output of it?" : `no output '${[member, ...rest].join(".")}'`
  const hint = Suggest.hint(member ?? "", Object.keys(outputs), "outputs")
  report(context, range, "unknown-output", `stage '${scope}': ${what}`, hint)
  return undefined
}

/** A value that must be one reference. Undefined, without a Diagnostic, for an output of a stage that is switched off. */
export const read = (context: Context, path: YamlPath, text: string): Reference | undefined => {
  const template = Template.parse(text)
  const fault = template.faults[0]
  const name = nameIn(text)
  if (name !== undefined && name.path[0] !== "params") {
    if (context.off.has(name.path[0]!)) return undefined
    const found = lookUp(context, name, expressionRange(context.document, path, text, name))
    if (found !== undefined) note(context, path, text, name, Edge.show(found.given))
    return found
  }
  const message = fault?.message ?? "expected a stage's output: ${{ STAGE.OUTPUT }}"
  const range =
    fault === undefined ? context.document.locate(path) : expressionRange(context.document, path, text, fault)
  const [scope] = text.split(".")
  const hint =
    fault === undefined && text !== scope && context.ports.has(scope!) ? `write "\${{ ${text} }}"` : fault?.hint
  report(context, range, "invalid-expression", message, hint)
  return undefined
}
