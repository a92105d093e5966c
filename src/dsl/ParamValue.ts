/** The value of a param: read as the type that is declared, and held to what is allowed. */
import type { ParamDeclaration, ScalarType } from "./WorkflowFile.ts"

export type Scalar = string | number | boolean
export type ParamValue = Scalar | null | ReadonlyArray<Scalar>

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
  return text.trim() === "" ? undefined : scalars[type](Number(text))
}

/** As it is told to people. */
export const typeName = ({ type, items = "string" }: ParamDeclaration): string =>
  type === "list" ? `a list of ${items}` : type

/** The value as its declaration wants it; on a command line a list is written with commas. */
export const read = ({ type, items = "string" }: ParamDeclaration, value: unknown): ParamValue | undefined => {
  if (type !== "list") return value instanceof FlagText ? fromText(type, value.text) : scalars[type](value)
  const parts: ReadonlyArray<unknown> | undefined =
    value instanceof FlagText
      ? value.text === ""
        ? []
        : value.text
            .replace(/^\s*\[(.*)\]\s*$/su, "$1")
            .split(",")
            .map((text) => fromText(items, text.trim()))
      : Array.isArray(value)
        ? value.map(scalars[items])
        : undefined
  return parts?.every((part) => part !== undefined) ? (parts as ReadonlyArray<Scalar>) : undefined
}

/** Why a value of the right type is none of those allowed. */
export const problem = (declaration: ParamDeclaration, value: ParamValue): string | undefined => {
  const { enum: allowed, min, max } = declaration
  if (value !== null && typeof value === "object") {
    return value.map((item) => problem(declaration, item)).find((fault) => fault !== undefined)
  }
  if (allowed !== undefined && value !== null && !allowed.includes(value))
    return `expected one of ${allowed.join(", ")}`
  if (min !== undefined && typeof value === "number" && value < min) return `expected at least ${min}`
  if (max !== undefined && typeof value === "number" && value > max) return `expected at most ${max}`
  return undefined
}
