/** How a text is a table: what stands between fields, and around them. By what the file is, unless it is said. */

export const separators = ["tab", "comma", "semicolon", "space"] as const
/** `space` is a run of blanks and tabs, also at the beginning of a line, as PLINK and REGENIE write. */
export type Separator = (typeof separators)[number]

export interface Dialect {
  readonly separator: Separator
  /** A field that begins with a double quote ends with one; quotes within are written twice (RFC 4180). */
  readonly quotes: boolean
}

export const bytes: { readonly [S in Separator]: number } = { tab: 9, comma: 44, semicolon: 59, space: 32 }

const commaFirst = ["comma", "semicolon", "tab", "space"] as const

/** Rows below the header that are looked at. */
const sampled = 50

/** How many fields a line has; line breaks within quotes are not looked for. */
const fieldsIn = (line: string, separator: Separator, quotes: boolean): number => {
  if (separator === "space") {
    const unquoted = quotes ? line.replace(/"(?:[^"]|"")*"/gu, "x") : line
    return unquoted.trim().split(/[ \t]+/u).length
  }
  const character = String.fromCharCode(bytes[separator])
  let fields = 1
  for (let at = 0, begins = true; at < line.length; at++) {
    if (begins && quotes && line[at] === '"') {
      const end = /^(?:[^"]|"")*"?/u.exec(line.slice(at + 1))![0].length
      at += end + 1
    }
    begins = line[at] === character
    if (begins) fields++
  }
  return fields
}

/**
 * The separator of a text by its first lines, header first: the one that its name suggests where the header has it, else
 * what gives the rows as many fields as the header. Blanks must do so for all sampled rows, because texts hold blanks.
 * `names`: the number of columns of a file without a header.
 */
export const sniff = (file: string, lines: ReadonlyArray<string>, quotes: boolean, names?: number): Separator => {
  const [header = "", ...rows] = lines.slice(0, sampled + 1)
  const order = /\.csv(?:\.b?gz)?$/iu.test(file) ? commaFirst : separators
  const [usual] = order
  const fields = (line: string, separator: Separator) => fieldsIn(line, separator, quotes)
  if (names !== undefined) return order.find((each) => fields(header, each) === names) ?? usual
  if (fields(header, usual) > 1) return usual
  const counts = order.map((separator) => {
    const count = fields(header, separator)
    const looked = separator === "space" ? rows : rows.slice(0, 1)
    // One more: R writes names of rows without a name of their own.
    const fits = looked.every((row) => [count, count + 1].includes(fields(row, separator)))
    return { separator, count: fits && (separator !== "space" || rows.length > 0) ? count : 1 }
  })
  const best = counts.reduce((one, other) => (other.count > one.count ? other : one))
  return best.count > 1 ? best.separator : usual
}
