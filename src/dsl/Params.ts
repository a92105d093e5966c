/** A workflow's params: declared, given, checked. */
import type { Diagnostic, Range, SourceText } from "../core/Diagnostic.ts"
import * as Suggest from "../core/Suggest.ts"
import type { Binding } from "./CheckedStage.ts"
import * as Expression from "./Expression.ts"
import type { GivenPort } from "./Port.ts"
import * as ParamValue from "./ParamValue.ts"
import * as Template from "./Template.ts"
import { expressionRange, type YamlDocument, type YamlPath } from "./YamlDocument.ts"
import type { ParamDeclaration } from "./WorkflowFile.ts"

export type ParamSource = "default" | "profile" | "file" | "command line" | "workflow"

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
  readonly value: ParamValue.ParamValue
  readonly from: ParamSource
  readonly declaration: ParamDeclaration
  readonly folder: string
  /** A file that a stage of the workflow around this one gives. */
  readonly bound?: BoundFile
}

/** A file for a param, by what gives it when it is there. */
export class BoundFile {
  readonly binding: Binding
  readonly port: GivenPort
  constructor(binding: Binding, port: GivenPort) {
    this.binding = binding
    this.port = port
  }
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
    value: new ParamValue.FlagText(flag.slice(cut + 1)),
    from: "command line",
    source,
    nameRange: { start: 0, end: cut },
    valueRange: { start: Math.min(cut + 1, flag.length), end: flag.length },
    folder
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

/**
 * One value per declared param: the last of `given` that names it, else its default, which may be made from others.
 *
 * `broken` are params whose declaration has faults already reported: nothing more is said of them.
 */
export const resolve = (
  document: YamlDocument,
  declarations: Readonly<Record<string, ParamDeclaration>>,
  given: ReadonlyArray<GivenParam>,
  broken: ReadonlySet<string>,
  folder: string,
  lack: Lack
): Resolved => {
  const diagnostics: Array<Diagnostic> = []
  const params = new Map<string, Param>()
  const settle = (
    name: string,
    chosen: Pick<GivenParam, "value" | "from" | "source" | "valueRange" | "folder">
  ): void => {
    const declaration = declarations[name]!
    if (chosen.value instanceof BoundFile) {
      if (declaration.type === "file") {
        params.set(name, {
          name,
          value: "",
          from: chosen.from,
          declaration,
          folder: chosen.folder,
          bound: chosen.value
        })
      } else {
        const text = `param '${name}': expected ${ParamValue.typeName(declaration)}, got a file that a stage gives`
        diagnostics.push({ code: "invalid-param", message: text, source: chosen.source, range: chosen.valueRange })
      }
      return
    }
    const value = ParamValue.read(declaration, chosen.value)
    const message =
      value === undefined ? `expected ${ParamValue.typeName(declaration)}` : ParamValue.problem(declaration, value)
    if (value !== undefined && message === undefined) {
      params.set(name, { name, value, from: chosen.from, declaration, folder: chosen.folder })
      return
    }
    const shown = chosen.value instanceof ParamValue.FlagText ? chosen.value.text : JSON.stringify(chosen.value)
    const text = `param '${name}': ${message}, got ${shown}`
    diagnostics.push({ code: "invalid-param", message: text, source: chosen.source, range: chosen.valueRange })
  }

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
  const derived: Array<string> = []
  for (const [name, declaration] of Object.entries(declarations)) {
    if (given.some((item) => item.name === name && isBare(item.source))) continue
    const written = given.filter((item) => item.name === name).at(-1)
    const fallback = declaration.default
    if (written !== undefined) settle(name, written)
    else if (typeof fallback === "string" && Template.has(fallback)) derived.push(name)
    else if (fallback !== undefined) {
      const valueRange = document.locate(["params", name, "default"])
      settle(name, { value: fallback, from: "default", source: document.source, valueRange, folder })
    } else if (declaration.optional === true) {
      params.set(name, { name, value: null, from: "default", declaration, folder })
    } else {
      const fault = lack(name, declaration)
      if (fault !== undefined) diagnostics.push(fault)
    }
  }
  derive(document, declarations, derived, { params, diagnostics, broken }, (name, value) => {
    const valueRange = document.locate(["params", name, "default"])
    settle(name, { value, from: "default", source: document.source, valueRange, folder })
  })
  return { params, diagnostics }
}

/** Defaults made from other params, each after those it is made from. */
const derive = (
  document: YamlDocument,
  declarations: Readonly<Record<string, ParamDeclaration>>,
  derived: ReadonlyArray<string>,
  {
    params,
    diagnostics,
    broken
  }: {
    readonly params: ReadonlyMap<string, Param>
    readonly diagnostics: Array<Diagnostic>
    readonly broken: ReadonlySet<string>
  },
  settle: (name: string, value: unknown) => void
): void => {
  const begun = new Set<string>()
  const visit = (name: string, trail: ReadonlyArray<string>): void => {
    if (!derived.includes(name) || begun.has(name)) return
    begun.add(name)
    const path = ["params", name, "default"]
    const text = declarations[name]!.default as string
    const template = Template.parse(text)
    const report = ({ message, range }: Expression.ExpressionFault, code = "invalid-expression") => {
      diagnostics.push({
        code,
        message,
        source: document.source,
        range: expressionRange(document, path, text, { range })
      })
    }
    template.faults.forEach((fault) => report(fault))
    const values = template.parts.map((part) => {
      if (typeof part === "string") return part
      const evaluated = Expression.evaluate(part, (reference) => {
        const [scope, member, ...rest] = reference.path
        if (scope !== "params" || member === undefined || rest.length > 0) {
          report({ message: "a default is made from params: params.NAME", range: reference.range })
          return undefined
        }
        visit(member, [...trail, name])
        const found = params.get(member)
        if (found !== undefined) return found.value
        if (declarations[member] === undefined && !broken.has(member)) {
          report({ message: `the workflow has no param '${member}'`, range: reference.range }, "unknown-param")
        } else if (member === name || trail.includes(member)) {
          report({ message: `'${name}' is made from itself, through '${member}'`, range: reference.range }, "cycle")
        }
        return undefined
      })
      if (evaluated._tag === "Fault") report(evaluated.fault)
      return evaluated._tag === "Value" ? evaluated.value : undefined
    })
    if (template.faults.length > 0 || values.includes(undefined)) return
    settle(
      name,
      Template.whole(template) === undefined ? values.map((value) => Expression.show(value!)).join("") : values[0]
    )
  }
  for (const name of derived) visit(name, [])
}
