/** What the text of a cell means: one list of spellings for all tables. */
import * as Printable from "../../core/Printable.ts"
import type { Column, ColumnType } from "./Schema.ts"

/** pandas' default `na_values` (2.x), and VCF's and UCSC's `.`. */
const missingWords = [
  [
    "",
    ".",
    "NA",
    "N/A",
    "n/a",
    "<NA>",
    "#N/A",
    "#N/A N/A",
    "#NA",
    "NULL",
    "null",
    "None",
    "NaN",
    "nan",
    "-NaN",
    "-nan"
  ],
  ["1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"]
].flat()

const missing = new Set(missingWords)

export const isMissing = (text: string): boolean => missing.has(text)

const longest = Math.max(...missingWords.map((word) => word.length))
/** Of the first letters of the words: 1. */
const isFirst = new Uint8Array(256)
for (const word of missingWords) if (word !== "") isFirst[word.charCodeAt(0)] = 1

/** {@link isMissing} of a stretch of bytes. */
export const isMissingIn = (bytes: Buffer, start: number, end: number): boolean =>
  start === end ||
  (end - start <= longest && isFirst[bytes[start]!] === 1 && missing.has(bytes.toString("latin1", start, end)))

const truths = new Map([
  ...["true", "True", "TRUE", "T", "1"].map((word) => [word, true] as const),
  ...["false", "False", "FALSE", "F", "0"].map((word) => [word, false] as const)
])

export const boolean = (text: string): boolean | undefined => truths.get(text)

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/u
const infinite = /^([+-]?)inf(?:inity)?$/iu
const notANumber = /^[+-]?nan$/iu

/** Decimal, `inf` and `nan` as JavaScript, Python and R write them; no hexadecimal, no blanks, no thousands separators. */
export const number = (text: string): number | undefined => {
  if (decimal.test(text)) return Number(text)
  const sign = infinite.exec(text)?.[1]
  if (sign !== undefined) return sign === "-" ? -Infinity : Infinity
  return notANumber.test(text) ? Number.NaN : undefined
}

/** Whole and exact in a float64; `1e+05` and `7.0`, as R and pandas write integers, too. */
export const integer = (text: string): number | undefined => {
  const value = number(text)
  return Number.isSafeInteger(value) ? value : undefined
}

const parsers: { readonly [T in ColumnType]: (text: string) => unknown } = {
  string: (text) => text,
  number,
  integer,
  boolean
}

const expected: { readonly [T in ColumnType]: string } = {
  string: "a string",
  number: "a number",
  integer: "an integer",
  boolean: "true or false"
}

const rounding = 1e-9

/** Whether a number lies where those of the column do. */
export const isInRange = ({ share }: Pick<Column<unknown>, "share">, value: number): boolean =>
  share !== true || (value >= -rounding && value <= 1 + rounding)

const outOfRange = (name: string, found: string) => ({
  message: `column '${name}': ${found} is not between 0 and 1`
})

/** What is wrong with a cell of the column, or its value; a missing value of a nullable column is null. */
export const read = (
  name: string,
  column: Column<unknown>,
  text: string
): { readonly value: unknown } | { readonly message: string } => {
  const { type, nullable } = column
  if (nullable && missing.has(text)) return { value: null }
  const value = text === "" ? undefined : parsers[type](text)
  if (typeof value === "number" && !isInRange(column, value)) return outOfRange(name, Printable.quoted(text))
  if (value !== undefined) return { value }
  const found = text === "" ? "an empty field" : Printable.quoted(text)
  return { message: `column '${name}': ${found} where ${expected[type]} is expected` }
}

const fits: { readonly [T in ColumnType]: (value: unknown) => boolean } = {
  // An empty field is a missing value to whoever reads it.
  string: (value) => typeof value === "string" && value !== "",
  number: (value) => typeof value === "number",
  integer: Number.isSafeInteger,
  boolean: (value) => typeof value === "boolean"
}

/** What is wrong with a value that a program gives for a cell of the column: what {@link read} would say of its text. */
export const problem = (
  name: string,
  column: Column<unknown>,
  value: unknown
): { readonly message: string } | undefined => {
  const { type, nullable } = column
  if (typeof value === "number" && fits[type](value) && !isInRange(column, value)) {
    return outOfRange(name, String(value))
  }
  if (value === null || value === undefined || value === "" ? nullable : fits[type](value)) return undefined
  const found =
    value === null || value === undefined
      ? "no value"
      : value === ""
        ? "an empty text"
        : typeof value === "string"
          ? Printable.quoted(value)
          : typeof value === "object" || typeof value === "function"
            ? `a value of type ${typeof value}`
            : String(value)
  return { message: `column '${name}': ${found} where ${expected[type]} is expected` }
}

/** The number of a class or a measurement: `true` and `false` in all their spellings count 1 and 0. */
export const classNumber = (text: string): string => {
  const truth = truths.get(text)
  return truth === undefined ? text : truth ? "1" : "0"
}
