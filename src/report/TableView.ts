/** Tables on a page: numbers short with the exact text as their tooltip, metric tables with intervals and verdicts. */
import { markup, type Markup, type Part } from "./Markup.ts"
import * as Numeral from "./Numeral.ts"
import * as Scale from "./Scale.ts"

/** A table as text: what a result and a file hold. */
export interface TableText {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

const missing = new Set(["", "NA", "."])
const none = markup`<span class="missing">–</span>`

/** A number at most 4 significant digits long; the exact text where that loses anything. */
const numeral = (text: string): Part => {
  const short = Numeral.isNumeral(text) ? Numeral.significant(Number(text)) : text
  // An integer is often an identifier or a position: it stays as it was written.
  if (short === text || /^[+-]?\d+$/u.test(text)) return Scale.minus(text)
  return markup`<span title="${text}">${Scale.minus(short)}</span>`
}

const isNumberColumn = (rows: TableText["rows"], at: number): boolean => {
  const cells = rows.map((row) => row[at] ?? "").filter((cell) => !missing.has(cell))
  return cells.length > 0 && cells.every(Numeral.isNumeral)
}

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

const plain = (table: TableText): Markup => {
  const numeric = table.columns.map((_, at) => isNumberColumn(table.rows, at))
  // Sentences are folded; an identifier stays in one piece, however long.
  const wordy = table.columns.map((_, at) => table.rows.some((row) => /^(?=.*\s).{41}/u.test(row[at] ?? "")))
  return grid(
    table.columns.map((title, at) =>
      numeric[at] ? { title, class: "number" } : wordy[at] ? { title, class: "long" } : { title, class: "nowrap" }
    ),
    table.rows.map((row) =>
      row.map((cell, at) =>
        missing.has(cell)
          ? none
          : numeric[at]
            ? numeral(cell)
            : wordy[at]
              ? markup`<span class="clamp">${cell}</span>`
              : cell
      )
    ),
    table.rows.length > 15 ? "wide tall" : "wide"
  )
}

const metricColumns = ["evaluation", "subset", "metric", "value", "n"]

export const isMetricTable = (columns: ReadonlyArray<string>): boolean =>
  metricColumns.every((column) => columns.includes(column))

const words = (text: string): string => text.replaceAll("_", " ")

/** The value as a dot, its interval as a line and the expected range as a band; each row has a scale of its own. */
const gauge = (value: number, interval: ReadonlyArray<number>, expected: ReadonlyArray<number>): Part => {
  const all = [value, ...interval, ...expected].filter(Number.isFinite)
  const [from, to] = expected
  if (from === undefined || to === undefined || !Number.isFinite(value)) return null
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const place = (x: number) => (high === low ? 60 : 6 + ((Math.min(high, Math.max(low, x)) - low) / (high - low)) * 108)
  const at = (x: number) => Math.round(place(x) * 10) / 10
  const band = markup`<rect class="band" x="${at(from)}" y="2" width="${Math.max(2, at(to) - at(from))}" height="12"/>`
  const line = interval.length === 2 && markup`<path class="line" d="M${at(interval[0]!)} 8H${at(interval[1]!)}"/>`
  return markup`<svg class="gauge" width="120" height="16" viewBox="0 0 120 16" aria-hidden="true"><path class="rule" d="M0 8H120"/>${band}${line}<circle class="dot" cx="${at(value)}" cy="8" r="4"/></svg>`
}

const verdicts: { readonly [verdict: string]: Markup } = {
  inside: markup`<span class="state good">✓ inside</span>`,
  outside: markup`<span class="state bad">✗ outside</span>`
}

const metrics = (table: TableText): Markup => {
  const at = (column: string) => table.columns.indexOf(column)
  const rows = table.rows.map((row) => (column: string) => {
    const text = at(column) === -1 ? "" : (row[at(column)] ?? "")
    return missing.has(text) ? undefined : text
  })
  const pair = (cell: (column: string) => string | undefined, columns: ReadonlyArray<string>) => {
    const texts = columns.map(cell)
    return texts.every((text) => text !== undefined) ? (texts as ReadonlyArray<string>) : []
  }
  const range = (texts: ReadonlyArray<string>, between: Part): Part =>
    texts.length === 2 ? [numeral(texts[0]!), between, numeral(texts[1]!)] : none
  const judged = rows.some((cell) => cell("verdict") !== undefined || cell("expected_low") !== undefined)
  const noted = rows.some((cell) => cell("note") !== undefined)
  const names = new Set(rows.map((cell) => cell("evaluation")))
  const columns = [
    ...(names.size > 1 ? [{ title: "Evaluation" }] : []),
    { title: "Subset", class: "nowrap" },
    { title: "Metric", class: "nowrap" },
    { title: "Value", class: "number" },
    { title: "95 % interval", class: "number" },
    { title: "n", class: "number" },
    ...(judged ? [{ title: "" }, { title: "Expected", class: "number" }, { title: "Verdict" }] : []),
    ...(noted ? [{ title: "Note", class: "long" }] : [])
  ]
  return grid(
    columns,
    rows.map((cell) => {
      const value = cell("value")
      const interval = pair(cell, ["low", "high"])
      const expected = pair(cell, ["expected_low", "expected_high"])
      const verdict = cell("verdict")
      return [
        ...(names.size > 1 ? [words(cell("evaluation") ?? "")] : []),
        words(cell("subset") ?? ""),
        words(cell("metric") ?? ""),
        value === undefined ? none : markup`<strong>${numeral(value)}</strong>`,
        range(interval, " to "),
        Numeral.count(Number(cell("n") ?? 0)),
        ...(judged
          ? [
              value !== undefined && gauge(Number(value), interval.map(Number), expected.map(Number)),
              range(expected, " to "),
              verdict === undefined ? none : (verdicts[verdict] ?? verdict)
            ]
          : []),
        ...(noted ? [cell("note") ?? ""] : [])
      ]
    })
  )
}

/** The table, and how much of it is shown when `total` says that there is more. */
export const render = (table: TableText, total = table.rows.length): Markup => {
  if (table.rows.length === 0) return markup`<p class="muted">The table has no rows.</p>\n`
  const body = isMetricTable(table.columns) ? metrics(table) : plain(table)
  return total <= table.rows.length
    ? body
    : markup`${body}<p class="small muted">The first ${Numeral.counted(table.rows.length, "row")} of ${Numeral.count(total)}.</p>\n`
}

/** How many metrics lie inside and outside the range that was expected of them. */
export const verdictCounts = (table: TableText): { readonly inside: number; readonly outside: number } => {
  const at = isMetricTable(table.columns) ? table.columns.indexOf("verdict") : -1
  const number = (verdict: string) => table.rows.filter((row) => at !== -1 && row[at] === verdict).length
  return { inside: number("inside"), outside: number("outside") }
}
