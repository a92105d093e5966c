/** Rows of cells under a header, and what stands in cells. */
import { markup, type Markup, type Part } from "./Markup.ts"
import * as Numeral from "./Numeral.ts"
import * as Scale from "./Scale.ts"
import * as Value from "../data/table/Value.ts"

/** A table as text: what a result and a file hold. */
export interface TableText {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

export const none = markup`<span class="missing">–</span>`

/** A number at most 4 significant digits long; the exact text where that loses anything. */
export const numeral = (text: string): Part => {
  const short = Numeral.isNumeral(text) ? Numeral.significant(Number(text)) : text
  // An integer is often an identifier or a position: it stays as it was written.
  if (short === text || /^[+-]?\d+$/u.test(text)) return Scale.minus(text)
  return markup`<span title="${text}">${Scale.minus(short)}</span>`
}

/** The text of a row's cell by its column; undefined where it is missing, or the table has no such column. */
export type Cells = (column: string) => string | undefined

export const cellsOf = (table: TableText): ReadonlyArray<Cells> => {
  const at = new Map(table.columns.map((column, index) => [column, index]))
  return table.rows.map((row) => (column) => {
    const text = row[at.get(column) ?? -1] ?? ""
    return Value.isMissing(text) ? undefined : text
  })
}

/** The texts of columns that belong together; none where one is missing. */
export const together = (cells: Cells, columns: ReadonlyArray<string>): ReadonlyArray<string> => {
  const texts = columns.map(cells)
  return texts.every((text) => text !== undefined) ? (texts as ReadonlyArray<string>) : []
}

/** Two ends with a word between them. */
export const range = (texts: ReadonlyArray<string>): Part =>
  texts.length === 2 ? [numeral(texts[0]!), " to ", numeral(texts[1]!)] : none

const verdicts: { readonly [verdict: string]: Markup } = {
  inside: markup`<span class="state good">✓ inside</span>`,
  reproduced: markup`<span class="state good">✓ reproduced</span>`,
  outside: markup`<span class="state bad">✗ outside</span>`,
  differs: markup`<span class="state bad">✗ differs</span>`
}

export const verdict = (text: string | undefined): Part => (text === undefined ? none : (verdicts[text] ?? text))

/** Rows of cells under a header; a column's class is `number`, `long`, `nowrap` or none; a `tall` box scrolls. */
export const grid = (
  columns: ReadonlyArray<{ readonly title: Part; readonly class?: string }>,
  rows: ReadonlyArray<ReadonlyArray<Part>>,
  box = "wide"
): Markup => {
  const kind = (at: number) => {
    const name = columns[at]?.class
    return name === undefined ? null : markup` class="${name}"`
  }
  return markup`<div class="${box}"><table>
<thead><tr>${columns.map(({ title }, at) => markup`<th scope="col"${kind(at)}>${title}</th>`)}</tr></thead>
<tbody>
${rows.map((cells) => markup`<tr>${cells.map((cell, at) => markup`<td${kind(at)}>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>
`
}
