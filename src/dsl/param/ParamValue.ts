/** The value of a param: read as the type that is declared, and held to what is allowed. */
import { isScalar, isSeq, parseDocument } from "yaml"
import * as Suggest from "../../core/Suggest.ts"
import type { ParamDeclaration, ScalarType } from "../file/WorkflowFile.ts"

export type Scalar = string | number | boolean
/** Of a table, by the names of its columns. */
export type ParamRow = { readonly [column: string]: Scalar | null }
export type ParamValue = Scalar | null | ReadonlyArray<Scalar> | ReadonlyArray<ParamRow>

/** Text from a command line, whose type only the declaration tells. */
export class FlagText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const scalars: { readonly [T in ScalarType]: (value: unknown) => Scalar | undefined } = {
  string: (value) => (typeof value === "string" ? value : undefined),
  file: (value) => (typeof value === "string" && value !== "" ? value : undefined),
  integer: (value) => (typeof value === "number" && Number.isSafeInteger(value) ? value : undefined),
  number: (value) => (typeof value === "number" && Number.isFinite(value) ? value : undefined),
  boolean: (value) => (typeof value === "boolean" ? value : undefined)
}

const fromText = (type: ScalarType, text: string): Scalar | undefined => {
  if (type === "string" || type === "file") return text
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : undefined
  // 010 is 8 to some programs and 10 to others, as in YAML.
  return text.trim() === "" || /^\s*[-+]?0\d/u.test(text) ? undefined : scalars[type](Number(text))
}

/** As it is told to people. */
export const typeName = ({ type, items = "string" }: ParamDeclaration): string =>
  type === "list" ? `a list of ${items}` : type

/** The texts in a list of a command line: `a,b`, or as in YAML `[a, "b, c"]`. */
const textsOf = (text: string): ReadonlyArray<string> | undefined => {
  if (text.trim() === "") return []
  if (!text.trimStart().startsWith("[")) return text.split(",").map((each) => each.trim())
  const { contents, errors } = parseDocument(text, { logLevel: "silent" })
  if (errors.length > 0 || !isSeq<unknown>(contents)) return undefined
  const items = contents.items.filter((item) => isScalar(item))
  // What is not quoted is taken as it stands: the param's type says what it is.
  const texts = items.map(({ type, source, value }) => (type === "PLAIN" ? (source ?? "") : String(value)))
  return texts.length === contents.items.length ? texts : undefined
}

/** The value as its declaration, which is not of a table, wants it. */
export const read = ({ type, items = "string" }: ParamDeclaration, value: unknown): ParamValue | undefined => {
  if (type === "table") return undefined
  if (type !== "list") return value instanceof FlagText ? fromText(type, value.text) : scalars[type](value)
  const parts =
    value instanceof FlagText
      ? textsOf(value.text)?.map((text) => fromText(items, text))
      : Array.isArray(value)
        ? value.map(scalars[items])
        : undefined
  return parts?.every((part) => part !== undefined) ? (parts as ReadonlyArray<Scalar>) : undefined
}

/** As it is told to people. */
export const show = (value: unknown): string =>
  value instanceof FlagText
    ? value.text || "nothing"
    : typeof value === "number"
      ? String(value)
      : JSON.stringify(value)

const spelledOut = /^(?:yes|no|on|off|true|false|y|n|0|1)$/iu

/** How a value of another type is to be written. */
export const hint = ({ type, items = "string" }: ParamDeclaration, value: unknown): string | undefined => {
  if (value === null) return "leave it out, or declare the param with 'optional: true'"
  const text = value instanceof FlagText ? value.text : String(value)
  if (type === "boolean" && spelledOut.test(text)) return "write true or false"
  if (value instanceof FlagText) return undefined
  if (type === "table") return undefined
  if (type === "list") return scalars[items](value) === undefined ? undefined : `write [${text}]`
  if (type === "string" || type === "file") return typeof value === "number" ? "write it in quotes" : undefined
  return typeof value === "string" && fromText(type, value) !== undefined ? "write it without quotes" : undefined
}

/** Why a value of the right type is none of those allowed. */
export const problem = (declaration: ParamDeclaration, value: ParamValue): string | undefined => {
  const { enum: allowed, min, max } = declaration
  if (declaration.type === "table") return undefined
  if (value !== null && typeof value === "object") {
    for (const item of value as ReadonlyArray<Scalar>) {
      const fault = problem(declaration, item)
      if (fault !== undefined) return `${fault} for each, not ${show(item)}`
    }
    return undefined
  }
  if (allowed !== undefined && value !== null && !allowed.includes(value))
    return `expected one of ${allowed.join(", ")}`
  if (min !== undefined && typeof value === "number" && value < min) return `expected at least ${min}`
  if (max !== undefined && typeof value === "number" && value > max) return `expected at most ${max}`
  return undefined
}

/** Which of the values that are allowed was meant. */
export const nearest = ({ enum: allowed = [] }: ParamDeclaration, value: ParamValue): string | undefined => {
  const items: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
  const other = items.find((item) => !allowed.some((each) => each === item))
  const near = typeof other === "string" ? Suggest.closest(other, allowed.map(String)) : undefined
  return near === undefined ? undefined : `did you mean '${near}'?`
}
