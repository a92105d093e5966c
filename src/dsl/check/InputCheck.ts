/** What feeds an input: outputs of stages and files of the user's, checked against the port. */
import { resolve as resolvePath } from "node:path"
import type { Diagnostic } from "../../core/Diagnostic.ts"
import type { Binding } from "./CheckedStage.ts"
import { note, report, type CheckContext } from "./CheckContext.ts"
import * as Edge from "../stage/Edge.ts"
import * as FileKind from "../stage/FileKind.ts"
import * as FileChoice from "./FileChoice.ts"
import { fill } from "./Fill.ts"
import * as KeyCheck from "./KeyCheck.ts"
import type { Origin } from "../text/Origin.ts"
import * as Port from "../stage/Port.ts"
import * as Reference from "./Reference.ts"
import { expressionRange, type YamlPath } from "../text/YamlDocument.ts"

/** What gives a file, and its port. */
export interface GivenFile {
  readonly binding: Binding
  readonly port: Port.GivenPort
}

/**
 * The file that a name stands for: an output, an item of a scatter, or a param that was given one. Undefined for the name
 * of a value; `unknown`, with a Diagnostic, for one that stands for nothing.
 */
export const givenBy = (context: CheckContext, value: string, path: YamlPath): GivenFile | "unknown" | undefined => {
  const index = Reference.indexIn(value)
  if (index !== undefined && context.ports.has(index.of.path[0]!)) {
    const one = KeyCheck.one(context, value, index, path)
    if (one !== undefined) note(context, path, value, index, Edge.show(one.port))
    return one ?? "unknown"
  }
  const name = Reference.nameIn(value)
  const [scope, member] = name?.path ?? []
  if (name === undefined || scope === undefined) return undefined
  if (scope === "params") return context.params.get(member ?? "")?.bound
  const item = context.items.get(scope)
  if (item?._tag === "Value") return undefined
  if (item?._tag === "Unknown") return "unknown"
  const found = item ?? Reference.lookUp(context, name, expressionRange(context.document, path, value, name))
  if (found === undefined) return "unknown"
  note(context, path, value, name, Edge.show(found.given))
  return {
    port: found.given,
    binding:
      "stage" in found
        ? { _tag: "Output", stage: found.stage, port: found.port, depth: found.depth }
        : { _tag: "Item", name: found.name }
  }
}

/** One file: a reference, or a path (`port` is undefined for a script, which takes any). */
const bindOne = (
  context: CheckContext,
  value: unknown,
  path: YamlPath,
  port: Port.FilePort | Port.TablePort | undefined,
  inList = false
): Binding | undefined => {
  const range = context.document.locate(path)
  if (typeof value !== "string") {
    report(context, range, "invalid-input", "expected ${{ STAGE.OUTPUT }} or a path")
    return undefined
  }
  const name = Reference.nameIn(value) ?? Reference.indexIn(value)
  const given = name === undefined ? undefined : givenBy(context, value, path)
  if (given === "unknown") return undefined
  if (name !== undefined && given !== undefined) {
    const fault = port === undefined ? undefined : Edge.fault(given.port, inList ? Port.list(port) : port)
    if (fault === undefined) return given.binding
    const message = `'${value.slice(name.range.start, name.range.end)}' does not fit '${inputName(path)}': ${fault}`
    report(context, expressionRange(context.document, path, value, name), "type-mismatch", message)
    return undefined
  }
  const filled = fill(context, value, path)
  if (filled.broken) return undefined
  const origin = originOf(context, value, path)
  const bindPath = (text: string): Binding | undefined => {
    const file = resolvePath(origin.folder, text)
    const kind = port === undefined ? "file" : Port.kindOf(port)
    if (FileKind.extensionOf(kind, file) === undefined) {
      const { extensions } = FileKind.get(kind)
      const hint = `its name must end in .${extensions.join(", .")}`
      report(context, range, "type-mismatch", `'${text}' is not a ${kind} file`, hint)
      return undefined
    }
    context.files.push({ ...origin, path: file, hint: meant(context, text), ...(port && { port }) })
    return { _tag: "File", path: file }
  }
  if (isRow(filled.value) || (Array.isArray(filled.value) && filled.value.some(isRow))) {
    const hint =
      "a column of files: ${{ item.COLUMN }} of an item that the stage is scattered over; a whole sheet: a param of type file"
    report(context, range, "type-mismatch", `'${inputName(path)}' takes a file, not rows of a table`, hint)
    return undefined
  }
  if (!Array.isArray(filled.value)) return bindPath(String(filled.value))
  if (port !== undefined && !inList) {
    report(context, range, "type-mismatch", `'${inputName(path)}' takes one file, not a list`)
    return undefined
  }
  const items = filled.value.map((each) => bindPath(String(each))).filter((binding) => binding !== undefined)
  return { _tag: "List", items }
}

const isRow = (value: unknown): boolean => value !== null && typeof value === "object" && !Array.isArray(value)

/** Where a value was written: one that is a param or an item, and nothing else, where that was. */
export const originOf = (context: CheckContext, value: unknown, path: YamlPath): Origin => {
  const [scope, member] = (typeof value === "string" ? Reference.nameIn(value)?.path : undefined) ?? []
  const item = context.items.get(scope ?? "")
  const known =
    item?._tag === "Value" ? item.origin : scope === "params" ? context.params.get(member ?? "")?.origin : undefined
  const { document, folder } = context
  return known ?? { source: document.source, range: document.locate(path), folder }
}

/** What else than a path was meant by a text that is none. */
const meant = ({ ports }: CheckContext, text: string): string | undefined => {
  if (/^\$?\{/u.test(text)) return "an expression is written ${{ STAGE.OUTPUT }}"
  if (/^[a-z][a-z0-9+]+:\/\//u.test(text)) return "an address is no path: download the file first, and give its path"
  if (/[*?]/u.test(text)) return "a pattern stands for no file: name the files one by one, in a list"
  const [stage, output] = text.split(".")
  const given = ports.get(stage!)
  // Of one with faults it is not known what it gives.
  return output !== undefined && ports.has(stage!) && (given === undefined || Object.hasOwn(given, output))
    ? `for what stage '${stage}' gives, write "\${{ ${stage}.${output} }}"`
    : undefined
}

const inputName = (path: YamlPath): string => String(path.findLast((key) => typeof key === "string"))

/** Why a reference gives nothing, on purpose: its stage is switched off, its param or its value in a row is left out. */
export const absence = (context: CheckContext, value: unknown): string | undefined => {
  const [scope, member] = Reference.sourceIn(value)?.path ?? []
  if (scope === undefined) return undefined
  const item = context.items.get(scope)
  if (item !== undefined) {
    const row = item._tag === "Value" ? item.value : null
    const isLeftOut =
      row !== null && typeof row === "object" && (row as Readonly<Record<string, unknown>>)[member ?? ""] === null
    return isLeftOut ? `'${scope}.${member}' has no value` : undefined
  }
  const off = context.absent.has(`${scope}.${member}`)
    ? `${scope}/${context.parts.get(scope)!.outputs.get(member!)!.stage}`
    : context.off.has(scope)
      ? scope
      : undefined
  if (off !== undefined) return `the stage '${off}' that gives it is switched off by its 'if'`
  return scope === "params" && context.params.get(member ?? "")?.value === null
    ? `param '${member}' has no value`
    : undefined
}

const tellAbsent = (context: CheckContext, path: YamlPath, absent: string, hint?: string): void =>
  report(context, context.document.locate(path), "absent", `'${inputName(path)}' must be given, but ${absent}`, hint)

/** What is said of a file that is not taken: not that it is left out, or has not been given. */
const saidOfOthers = new Set([
  "unknown-stage",
  "unknown-output",
  "unknown-param",
  "unknown-member",
  "type-mismatch",
  "invalid-key"
])

/** The file that is taken of those that `choose` names, after a look at the others. */
const chosen = (
  context: CheckContext,
  value: unknown,
  path: YamlPath,
  look: (context: CheckContext, other: unknown) => void
): unknown => {
  const choice = FileChoice.read(context, value, path, (each) => absence(context, each) !== undefined)
  if (choice === "unknown") return choice
  const diagnostics: Array<Diagnostic> = []
  for (const other of choice.others)
    look({ ...context, diagnostics, files: [], seen: undefined, off: new Set(), absent: new Set() }, other)
  context.diagnostics.push(...diagnostics.filter(({ code }) => saidOfOthers.has(code)))
  return choice.taken
}

/** Undefined, with Diagnostics, when the value cannot feed the port; undefined for an optional one that is not given. */
export const bind = (
  context: CheckContext,
  written: unknown,
  path: YamlPath,
  port: Port.InputPort
): Binding | undefined => {
  const value = chosen(context, written, path, (within, other) => void bind(within, other, path, port))
  if (value === "unknown" && value !== written) return undefined
  const absent = absence(context, value)
  if (port._tag === "Optional") return absent === undefined ? bind(context, value, path, port.port) : undefined
  if (absent !== undefined) return void tellAbsent(context, path, absent)
  if (port._tag === "List") return bindList(context, value, path, port.item)
  if (!Array.isArray(value)) return bindOne(context, value, path, port)
  report(context, context.document.locate(path), "type-mismatch", `'${inputName(path)}' takes one file, not a list`)
  return undefined
}

const bindList = (
  context: CheckContext,
  value: unknown,
  path: YamlPath,
  item: Port.FilePort | Port.TablePort | undefined
): Binding & { readonly _tag: "List" } => {
  const places: ReadonlyArray<readonly [unknown, YamlPath]> = Array.isArray(value)
    ? value.map((each, index) => [each, [...path, index]])
    : [[value, path]]
  const items = places
    .filter(([each]) => absence(context, each) === undefined)
    .map(([each, at]) => bindOne(context, each, at, item, true))
  return { _tag: "List", items: items.filter((binding) => binding !== undefined) }
}

/** An input of a script: whatever is given, one file or a list; of a param or a row without a value, an empty list. */
export const bindAny = (context: CheckContext, written: unknown, path: YamlPath): Binding | undefined => {
  const value = chosen(context, written, path, (within, other) => void bindAny(within, other, path))
  if (value === "unknown" && value !== written) return undefined
  if (Array.isArray(value)) return bindList(context, value, path, undefined)
  const absent = absence(context, value)
  if (absent === undefined) return bindOne(context, value, path, undefined)
  const [scope] = Reference.sourceIn(value)!.path
  if (scope === "params" || context.items.has(scope!)) return { _tag: "List", items: [] }
  tellAbsent(context, path, absent, `a list may be without it: ["${String(value)}"]`)
  return undefined
}
