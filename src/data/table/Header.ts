/** The names of a table's columns: what is wrong with them, and with what is asked of them. */
import { InputError } from "../../core/Failure.ts"
import * as Printable from "../../core/Printable.ts"
import * as Suggest from "../../core/Suggest.ts"
import type { Separator } from "./Dialect.ts"
import type { TableSchema } from "./Schema.ts"

/** A table as far as it must be known to say what it lacks. */
export interface Headed {
  readonly file: string
  readonly columns: ReadonlyArray<string>
  /** 1-based; undefined where there is none, as in Parquet. */
  readonly headerLine?: number | undefined
}

/** What is wrong with a table, but for the place. */
export interface Fault {
  readonly message: string
  readonly hint?: string
}

export const none: Fault = { message: "the table is empty: a header row is needed" }

/** VCF and BED write the header as a comment. */
export const namesOf = (cells: ReadonlyArray<string>): ReadonlyArray<string> =>
  cells.map((name, at) => (at === 0 ? name.replace(/^#/u, "") : name))

export const duplicate = (columns: ReadonlyArray<string>): Fault | undefined => {
  if (new Set(columns).size === columns.length) return undefined
  const name = columns.find((each, at) => columns.indexOf(each) !== at)!
  return name === ""
    ? { message: "two columns have no name", hint: "name the columns in the header row" }
    : { message: `two columns are named ${Printable.quoted(name)}`, hint: "rename one of them" }
}

const separatorNames: { readonly [S in Separator]: string } = {
  tab: "one tab each",
  comma: "commas",
  semicolon: "semicolons",
  space: "blanks"
}

/** A row with another number of fields than the header. */
export const ragged = (found: number, expected: number, separator: Separator, isFirst: boolean): Fault =>
  isFirst && found === expected + 1
    ? {
        message: `${found} fields where the header has ${expected}: a column has no name`,
        hint: "R's write.table writes row names so: write the table with row.names = FALSE, or with col.names = NA"
      }
    : {
        message: `${found} field${found === 1 ? "" : "s"} where the header has ${expected}`,
        hint: `fields are separated by ${separatorNames[separator]}`
      }

/** Names shown at most: a matrix may have thousands. */
const shownNames = 40

const list = (columns: ReadonlyArray<string>): string => {
  const shown = columns.slice(0, shownNames).map((name) => Printable.quoted(name).slice(1, -1))
  return columns.length > shownNames ? `${shown.join(", ")}, ... (${columns.length} columns)` : shown.join(", ")
}

const hintFor = (name: string, columns: ReadonlyArray<string>): string => {
  const [only] = columns
  if (columns.length === 1 && /[,; |]/u.test(only!)) {
    return `the table has one column, ${Printable.quoted(only!)}: its fields may be separated by something else than tabs`
  }
  const near = Suggest.closest(name, columns)
  return near === undefined ? `the columns are: ${list(columns)}` : `did you mean ${Printable.quoted(near)}?`
}

/** That columns are asked for which a table does not have. `use`: what they are needed for, in a word. */
export const missing = (names: ReadonlyArray<string>, columns: ReadonlyArray<string>, use?: string): Fault => ({
  message: `missing column${names.length > 1 ? "s" : ""} ${names.map((name) => `'${name}'`).join(", ")}${use === undefined ? "" : ` (${use})`}`,
  hint: hintFor(names[0]!, columns)
})

/** A fault of the header, with its place. */
export const faultOf = ({ file, headerLine }: Headed, fault: Fault): InputError =>
  new InputError({ ...fault, file, ...(headerLine === undefined ? {} : { line: headerLine }) })

/** The same as {@link missing}, at the table's header. */
export const missingColumn = (table: Headed, name: string, use?: string): InputError =>
  faultOf(table, missing([name], table.columns, use))

/** The columns that a schema needs and a table does not have. */
export const absent = (columns: ReadonlyArray<string>, schema: TableSchema): Fault | undefined => {
  const names = Object.keys(schema).filter((name) => !columns.includes(name) && !schema[name]!.nullable)
  return names.length === 0 ? undefined : missing(names, columns)
}
