/** A workflow's params: declared, given, checked. */
import type { Diagnostic, Range, SourceText } from "../../core/Diagnostic.ts"
import * as Suggest from "../../core/Suggest.ts"
import type { CheckContext } from "./CheckContext.ts"
import * as Edge from "../stage/Edge.ts"
import { fill } from "./Fill.ts"
import type { Origin } from "../text/Origin.ts"
import * as ParamTable from "../param/ParamTable.ts"
import * as ParamValue from "../param/ParamValue.ts"
import * as Reference from "./Reference.ts"
import { BoundFile, type Param, type ParamSource } from "./WorkflowParam.ts"
import { expressionRange, type YamlDocument, type YamlPath } from "../text/YamlDocument.ts"
import type { ParamDeclaration } from "../file/WorkflowFile.ts"

/** A value for a param, and where it was written. */
export interface GivenParam {
  readonly name: string
  readonly value: unknown
  readonly from: ParamSource
  readonly source: SourceText
  readonly nameRange: Range
  readonly valueRange: Range
  /** Where it comes from: a value may be handed on from where it was first written. */
  readonly origin: Origin
  /** Where the value stands in YAML, whose expressions are still to be filled in. */
  readonly written?: { readonly document: YamlDocument; readonly path: YamlPath }
}

/** Values that stand in a YAML mapping at `path`. */
export const fromDocument = (
  document: YamlDocument,
  path: YamlPath,
  values: Readonly<Record<string, unknown>>,
  from: ParamSource,
  folder: string
): ReadonlyArray<GivenParam> =>
  Object.entries(values).map(([name, value]) => ({
    name,
    value,
    from,
    source: document.source,
    nameRange: document.locateKey([...path, name]),
    valueRange: document.locate([...path, name]),
    origin: { source: document.source, range: document.locate([...path, name]), folder },
    written: { document, path: [...path, name] }
  }))

/** `--param width=4096`: the text is read as the declared type. */
export const fromFlag = (flag: string, folder: string): GivenParam => {
  const source: SourceText = { file: "--param", text: flag }
  const at = flag.indexOf("=")
  const cut = at === -1 ? flag.length : at
  const valueRange = { start: Math.min(cut + 1, flag.length), end: flag.length }
  return {
    name: flag.slice(0, cut),
    value: new ParamValue.FlagText(flag.slice(cut + 1)),
    from: "command line",
    source,
    nameRange: { start: 0, end: cut },
    valueRange,
    origin: { source, range: valueRange, folder }
  }
}

/** `--param name`, which would make an empty text of it. */
const isBare = ({ file, text }: SourceText): boolean => file === "--param" && !text.includes("=")

export interface Resolved {
  readonly params: ReadonlyMap<string, Param>
  readonly diagnostics: ReadonlyArray<Diagnostic>
}

/** What is said of a param that has no value and needs one; undefined where its value has faults that are told already. */
export type Lack = (name: string, declaration: ParamDeclaration) => Diagnostic | undefined

/** Who runs a workflow gives its params. */
export const lackOf =
  (document: YamlDocument): Lack =>
  (name, { type }) => ({
    code: "missing-param",
    message: `param '${name}' has no value`,
    hint: `give it: --param ${name}=${type.toUpperCase()}`,
    source: document.source,
    range: document.locateKey(["params", name])
  })

type Chosen = Omit<GivenParam, "name" | "nameRange">

/** Declared params by name; one that is made from others is settled when it is first asked for. */
class Settling extends Map<string, Param> {
  private readonly settle: (name: string) => void
  constructor(settle: (name: string) => void) {
    super()
    this.settle = settle
  }
  override get(name: string): Param | undefined {
    this.settle(name)
    return super.get(name)
  }
}

/** Where a value of the YAML names the param; all of the value where it does not. */
const placeOf = (
  name: string,
  value: unknown,
  { document, path }: { readonly document: YamlDocument; readonly path: YamlPath }
): Range => {
  if (Array.isArray(value)) {
    const at = value.findIndex((each) => Reference.namesIn(each).some(({ path: [, member] }) => member === name))
    return placeOf(name, value[at], { document, path: [...path, at] })
  }
  const found = Reference.namesIn(value).find(({ path: [, member] }) => member === name)
  return found === undefined ? document.locate(path) : expressionRange(document, path, value as string, found)
}

export interface ResolveOptions {
  /** Params whose declaration has faults already reported: nothing more is said of them. */
  readonly broken: ReadonlySet<string>
  /** Where relative paths in the workflow start. */
  readonly folder: string
  readonly lack: Lack
  readonly seen: CheckContext["seen"]
}

/** One value per declared param: the last of `given` that names it, else its default. Either may be made from others. */
export const resolve = (
  document: YamlDocument,
  declarations: Readonly<Record<string, ParamDeclaration>>,
  given: ReadonlyArray<GivenParam>,
  { broken, folder, lack, seen }: ResolveOptions
): Resolved => {
  const diagnostics: Array<Diagnostic> = []
  for (const { name, source, nameRange } of given) {
    const known = Object.hasOwn(declarations, name) || broken.has(name)
    const bare = isBare(source)
    if (known && !bare) continue
    diagnostics.push({
      code: known ? "invalid-param" : "unknown-param",
      message: known ? `param '${name}' is given no value` : `the workflow has no param '${name}'`,
      hint: bare ? "write --param NAME=VALUE" : Suggest.hint(name, Object.keys(declarations), "params"),
      source,
      range: nameRange
    })
  }
  /** What each is to be, as written. */
  const chosen = new Map<string, Chosen>()
  for (const [name, { default: value }] of Object.entries(declarations)) {
    const path = ["params", name, "default"]
    const last = given.findLast((each) => each.name === name)
    if (last !== undefined) chosen.set(name, last)
    else if (value !== undefined) {
      const { source } = document
      const range = document.locate(path)
      const origin = { source, range, folder }
      chosen.set(name, { value, from: "default", source, valueRange: range, origin, written: { document, path } })
    }
  }
  const known = new Set([...Object.keys(declarations), ...broken])
  const trail: Array<string> = []
  const begun = new Set<string>()
  const params: Settling = new Settling((name) => {
    const asker = trail.at(-1)
    if (trail.includes(name) && asker !== undefined) {
      const { value, source, written } = chosen.get(asker)!
      const message = `'${asker}' is made from itself${asker === name ? "" : `, through '${name}'`}`
      diagnostics.push({ code: "cycle", message, source, range: placeOf(name, value, written!) })
    }
    const declaration = Object.hasOwn(declarations, name) ? declarations[name] : undefined
    if (declaration === undefined || begun.has(name)) return
    begun.add(name)
    // Its declaration has that fault, which is told.
    if (declaration.type === "table" && declaration.columns === undefined) return
    const choice = chosen.get(name)
    if (choice === undefined) {
      const origin = { source: document.source, range: document.locateKey(["params", name]), folder }
      const fault = declaration.optional === true ? undefined : lack(name, declaration)
      if (fault !== undefined) diagnostics.push(fault)
      if (declaration.optional === true) params.set(name, { name, value: null, from: "default", declaration, origin })
      return
    }
    if (isBare(choice.source)) return
    trail.push(name)
    const filled = fillIn(choice)
    trail.pop()
    if (filled === undefined) return
    const settled = settle(name, declaration, filled, filled.value === choice.value)
    if ("code" in settled) diagnostics.push(settled)
    else params.set(name, settled)
  })
  /** Undefined, with Diagnostics, where its expressions have faults. */
  const fillIn = (choice: Chosen): Chosen | undefined => {
    if (choice.written === undefined) return choice
    const { document: within, path } = choice.written
    const context = {
      document: within,
      diagnostics,
      items: new Map(),
      ports: new Map(),
      params,
      silent: known,
      seen: within === document ? seen : undefined
    }
    const { value, broken: faulty } = fill(context, choice.value, path)
    if (faulty) return undefined
    // A path that is another param's comes from where that was written.
    const other = typeof choice.value === "string" ? Reference.nameIn(choice.value)?.path[1] : undefined
    return { ...choice, value, origin: (other === undefined ? undefined : params.get(other)?.origin) ?? choice.origin }
  }
  for (const name of Object.keys(declarations)) params.get(name)
  return {
    // In the order of the file, whichever was asked for first.
    params: new Map(Object.keys(declarations).flatMap((name) => (params.has(name) ? [[name, params.get(name)!]] : []))),
    diagnostics
  }
}

/** The param with its value, or why it cannot have it. */
const settle = (name: string, declaration: ParamDeclaration, chosen: Chosen, literal: boolean): Param | Diagnostic => {
  const { value: given, from, origin, source, valueRange: range } = chosen
  const param = { name, from, declaration, origin }
  const fault = (message: string, hint?: string): Diagnostic => ({
    code: "invalid-param",
    message: `param '${name}': ${message}`,
    hint,
    source,
    range
  })
  if (given instanceof BoundFile) {
    const { type, items } = declaration
    return type === "file" || (type === "list" && items === "file" && given.port._tag === "List")
      ? { ...param, value: "", bound: given }
      : fault(`expected ${ParamValue.typeName(declaration)}, got ${Edge.show(given.port)} that a stage gives`)
  }
  if (given === null && declaration.optional === true) return { ...param, value: null }
  if (declaration.type === "table") {
    const rows = ParamTable.read(declaration.columns!, given, origin.folder)
    if (!("message" in rows)) return { ...param, value: rows }
    // What is wrong in a file of its own is told there.
    return { ...fault(rows.message, rows.hint), ...(rows.source === undefined ? {} : rows) }
  }
  const value = ParamValue.read(declaration, given)
  const wrong =
    value === undefined ? `expected ${ParamValue.typeName(declaration)}` : ParamValue.problem(declaration, value)
  if (value !== undefined && wrong === undefined) return { ...param, value }
  const hint =
    value !== undefined
      ? ParamValue.nearest(declaration, value)
      : literal
        ? ParamValue.hint(declaration, given)
        : undefined
  return fault(`${wrong}, got ${ParamValue.show(given)}`, hint)
}
