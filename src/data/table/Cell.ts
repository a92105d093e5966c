/** A value as the text of a cell: what a table holds, whatever file it lies in. */

/** The cells of a table below its header. */
export interface Cells {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

/** Missing values are `NA`; dates are ISO 8601; lists and structures are JSON. */
export const text = (value: unknown): string => {
  switch (typeof value) {
    case "string":
      return value
    case "number":
      return Object.is(value, -0) ? "-0" : String(value)
    case "object":
      if (value === null) return "NA"
      return value instanceof Date
        ? value.toISOString()
        : JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? String(each) : each))
    case "undefined":
      return "NA"
    default:
      return String(value)
  }
}
