/** May what one port gives flow into another? */
import * as Suggest from "../../core/Suggest.ts"
import type { TableSchema } from "../../data/table/Schema.ts"
import * as FileKind from "./FileKind.ts"
import * as Port from "./Port.ts"

/** How a port is shown to people: `fasta`, `table(variant_id, pos)`, `list of h5`. */
export const show = (port: Port.InputPort | Port.GivenPort): string => {
  switch (port._tag) {
    case "File":
      return port.kind
    case "Table":
      return `table(${Object.keys(port.columns).join(", ")})`
    case "List":
      return `list of ${show(port.item)}`
    case "Optional":
      return `${show(port.port)} (optional)`
  }
}

const columnFault = (from: TableSchema, to: TableSchema): string | undefined => {
  for (const [name, wanted] of Object.entries(to)) {
    const given = from[name]
    if (given === undefined) {
      if (wanted.nullable) continue
      const near = Suggest.closest(
        name,
        Object.keys(from).filter((other) => to[other] === undefined)
      )
      return `has no column '${name}'${near === undefined ? "" : `: is '${near}' meant?`}`
    } else if (given.type !== wanted.type && !(given.type === "integer" && wanted.type === "number")) {
      return `has column '${name}' of type ${given.type}, ${wanted.type} is expected`
    } else if (given.nullable && !wanted.nullable) {
      return `may lack values in column '${name}', which must not be missing`
    }
  }
  return undefined
}

/**
 * Why the output cannot feed the input, or undefined when it can.
 *
 * Kind `file` (a download, say) fits every port and is checked when its content is known; so are the columns of a `tsv`
 * that feeds a table.
 */
export const fault = (from: Port.GivenPort, to: Port.SomePort): string | undefined => {
  if (to._tag === "List") {
    // It takes the files of all, in order, however they are nested.
    return from._tag === "List" && from.item._tag === "List"
      ? fault(from.item, to)
      : fault(from._tag === "List" ? from.item : from, to.item)
  }
  if (from._tag === "List")
    return `it is a list of ${from.item._tag === "List" ? "lists" : "files"}, where one file is expected`
  const given = Port.kindOf(from)
  const wanted = Port.kindOf(to)
  if (from._tag === "Table" && to._tag === "Table") {
    const problem = columnFault(from.columns, to.columns)
    return problem === undefined ? undefined : `it ${problem}`
  }
  if (FileKind.fits(given, wanted)) return undefined
  return `it is ${FileKind.get(given).description} (${given}), where ${wanted} is expected`
}
