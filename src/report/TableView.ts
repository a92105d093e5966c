/** Tables on a page: numbers short with the exact text as their tooltip, metric tables with intervals and verdicts. */
import * as Value from "../data/table/Value.ts"
import { cellsOf, grid, none, numeral, range, together, verdict, type TableText } from "./Grid.ts"
import { markup, type Markup, type Part } from "./Markup.ts"
import * as Numeral from "./Numeral.ts"
import * as ResultView from "./ResultView.ts"

const isNumberColumn = (rows: TableText["rows"], at: number): boolean => {
  const cells = rows.map((row) => row[at] ?? "").filter((cell) => !Value.isMissing(cell))
  return cells.length > 0 && cells.every(Numeral.isNumeral)
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
        Value.isMissing(cell)
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

const metrics = (table: TableText): Markup => {
  const rows = cellsOf(table)
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
      const interval = together(cell, ["low", "high"])
      const expected = together(cell, ["expected_low", "expected_high"])
      return [
        ...(names.size > 1 ? [words(cell("evaluation") ?? "")] : []),
        words(cell("subset") ?? ""),
        words(cell("metric") ?? ""),
        value === undefined ? none : markup`<strong>${numeral(value)}</strong>`,
        range(interval),
        Numeral.count(Number(cell("n") ?? 0)),
        ...(judged
          ? [
              value !== undefined && gauge(Number(value), interval.map(Number), expected.map(Number)),
              range(expected),
              verdict(cell("verdict"))
            ]
          : []),
        ...(noted ? [cell("note") ?? ""] : [])
      ]
    })
  )
}

/** The table, and how much of it is shown when `total` says that there is more. */
export const render = (table: TableText, total = table.rows.length): Markup => {
  if (total === 0) return markup`<p class="muted">The table has no rows.</p>\n`
  const { columns } = table
  const body = isMetricTable(columns)
    ? metrics(table)
    : ResultView.is(columns)
      ? ResultView.render(table)
      : plain(table)
  return total <= table.rows.length
    ? body
    : markup`${body}<p class="small muted">The first ${Numeral.counted(table.rows.length, "row")} of ${Numeral.count(total)}.</p>\n`
}

/** How many metrics lie inside and outside the range that was expected of them. */
export const verdictCounts = (table: TableText): { readonly inside: number; readonly outside: number } => {
  const judged = isMetricTable(table.columns) || ResultView.is(table.columns)
  const verdicts = judged ? cellsOf(table).map((cell) => cell("verdict") ?? "") : []
  const number = (...of: ReadonlyArray<string>) => verdicts.filter((verdict) => of.includes(verdict)).length
  return { inside: number("inside", "reproduced"), outside: number("outside", "differs") }
}
