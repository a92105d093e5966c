/** A workflow's params: declared, given, checked. */
import type { Diagnostic, Range, SourceText } from "../core/Diagnostic.ts"
import * as Suggest from "../core/Suggest.ts"
import type { YamlDocument, YamlPath } from "./YamlDocument.ts"
import type { ParamDeclaration } from "./WorkflowFile.ts"

export type ParamValue = string | number | boolean
export type ParamSource = "default" | "profile" | "file" | "command line"

/** A value for a param, and where it was written. */
export interface GivenParam {
  readonly name: string
  readonly value: unknown
  readonly from: ParamSource
  readonly source: SourceText
  readonly nameRange: Range
  readonly valueRange: Range
  /** The folder that a relative path in the value starts from. */
  readonly folder: string
}

export interface Param {
  readonly name: string
  readonly value: ParamValue
  readonly from: ParamSource
  readonly declaration: ParamDeclaration
  readonly folder: string
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
    folder
  }))

/** `--param width=4096`: the text is read as the declared type. */
export const fromFlag = (flag: string, folder: string): GivenParam => {
  const source: SourceText = { file: "--param", text: flag }
  const at = flag.indexOf("=")
  const cut = at === -1 ? flag.length : at
  return {
    name: flag.slice(0, cut),
    value: new FlagText(flag.slice(cut + 1)),
    from: "command line",
    source,
    nameRange: { start: 0, end: cut },
    valueRange: { start: Math.min(cut + 1, flag.length), end: flag.length },
    folder
  }
}

/** Text from a command line, whose type only the declaration tells. */
class FlagText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const read: { readonly [T in ParamDeclaration["type"]]: (value: unknown) => ParamValue | undefined } = {
  string: (value) => (typeof value === "string" ? value : undefined),
  file: (value) => (typeof value === "string" && value !== "" ? value : undefined),
  integer: (value) => (typeof value === "number" && Number.isSafeInteger(value) ? value : undefined),
  number: (value) => (typeof value === "number" && Number.isFinite(value) ? value : undefined),
  boolean: (value) => (typeof value === "boolean" ? value : undefined)
}

const fromText = (type: ParamDeclaration["type"], text: string): ParamValue | undefined => {
  if (type === "string" || type === "file") return text
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : undefined
  return text.trim() === "" ? undefined : read[type](Number(text))
}

const problem = (declaration: ParamDeclaration, value: ParamValue): string | undefined => {
  const { enum: allowed, min, max } = declaration
  if (allowed !== undefined && !allowed.includes(value)) return `expected one of ${allowed.join(", ")}`
  if (min !== undefined && typeof value === "number" && value < min) return `expected at least ${min}`
  if (max !== undefined && typeof value === "number" && value > max) return `expected at most ${max}`
  return undefined
}

/**
 * One value per declared param: the last of `given` that names it, else its default.
 *
 * `broken` are params whose declaration has faults already reported: nothing more is said of them.
 */
export const resolve = (
  document: YamlDocument,
  declarations: Readonly<Record<string, ParamDeclaration>>,
  given: ReadonlyArray<GivenParam>,
  broken: ReadonlySet<string>,
  folder: string
): { readonly params: ReadonlyMap<string, Param>; readonly diagnostics: ReadonlyArray<Diagnostic> } => {
  const diagnostics: Array<Diagnostic> = []
  const params = new Map<string, Param>()
  for (const { name, source, nameRange } of given) {
    if (Object.hasOwn(declarations, name) || broken.has(name)) continue
    diagnostics.push({
      code: "unknown-param",
      message: `the workflow has no param '${name}'`,
      hint: Suggest.hint(name, Object.keys(declarations), "params"),
      source,
      range: nameRange
    })
  }
  for (const [name, declaration] of Object.entries(declarations)) {
    const path = ["params", name]
    const written = given.filter((item) => item.name === name).at(-1)
    const fallback = declaration.default
    if (written === undefined && fallback === undefined) {
      diagnostics.push({
        code: "missing-param",
        message: `param '${name}' has no value`,
        hint: `give it: --param ${name}=${declaration.type.toUpperCase()}`,
        source: document.source,
        range: document.locateKey(path)
      })
      continue
    }
    const chosen = written ?? {
      value: fallback,
      from: "default" as const,
      source: document.source,
      valueRange: document.locate([...path, "default"]),
      folder
    }
    const value =
      chosen.value instanceof FlagText
        ? fromText(declaration.type, chosen.value.text)
        : read[declaration.type](chosen.value)
    const shown = chosen.value instanceof FlagText ? chosen.value.text : JSON.stringify(chosen.value)
    const message = value === undefined ? `expected ${declaration.type}` : problem(declaration, value)
    if (value === undefined || message !== undefined) {
      diagnostics.push({
        code: "invalid-param",
        message: `param '${name}': ${message}, got ${shown}`,
        source: chosen.source,
        range: chosen.valueRange
      })
      continue
    }
    params.set(name, { name, value, from: chosen.from, declaration, folder: chosen.folder })
  }
  return { params, diagnostics }
}
