/** A value as the text of a cell: what a table holds, whatever file it lies in. */

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
        : JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? shortest(each) : each))
    case "undefined":
      return "NA"
    default:
      return String(value)
  }
}

/** A number where that is exact. */
const shortest = (value: bigint): number | string =>
  Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
