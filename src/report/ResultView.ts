/** The table of a benchmark's evaluations, one row each: the value first, then what it is to be compared with. */
import { cellsOf, grid, none, numeral, range, together, verdict, type Cells, type TableText } from "./Grid.ts"
import { markup, type Markup, type Part } from "./Markup.ts"
import { syntheticBadge } from "./Page.ts"
import * as Numeral from "./Numeral.ts"
import * as Scale from "./Scale.ts"

const needed = ["evaluation", "title", "value", "verdict", "reported", "comparator", "improvement"]

export const is = (columns: ReadonlyArray<string>): boolean => needed.every((column) => columns.includes(column))

const number = (text: string | undefined): Part => (text === undefined ? none : numeral(text))
const words = (text: string | undefined): string => (text ?? "").replaceAll("_", " ")

/** What is said in small type under the rest of a cell. */
const below = (part: Part): Part => markup`<br><span class="small muted">${part}</span>`

/** An identifier that may be parted after each underscore. */
const parted = (id: string): Part => id.split(/(?<=_)/u).map((part) => markup`${part}<wbr>`)

/** A relative improvement, with its sign. */
const percent = (text: string): Part => [Number(text) > 0 ? "+" : "", Scale.minus(Number(text).toFixed(1)), " %"]

const columns: ReadonlyArray<{ readonly title: string; readonly class?: string; readonly cell: (row: Cells) => Part }> =
  [
    {
      title: "Evaluation",
      class: "long",
      cell: (row) => [row("title") ?? "", below(parted(row("evaluation") ?? ""))]
    },
    {
      title: "Model",
      class: "long",
      cell: (row) => {
        const [model, label, source] = [row("model"), row("label"), row("source")]
        if (source === undefined) return none
        return [
          row("synthetic") === "true" && [syntheticBadge, " "],
          model ?? label ?? "",
          below([model !== undefined && label !== undefined && `${label}; `, source])
        ]
      }
    },
    { title: "Metric", cell: (row) => words(row("metric")) },
    {
      title: "Value",
      class: "number",
      cell: (row) => {
        const [value, interval] = [row("value"), together(row, ["low", "high"])]
        if (value === undefined) return none
        return [markup`<strong>${numeral(value)}</strong>`, interval.length === 2 && below(range(interval))]
      }
    },
    {
      title: "n",
      class: "number",
      cell: (row) => {
        const [n, positives] = [row("n"), row("positives")]
        if (n === undefined || row("source") === undefined) return none
        const reported = [row("reported_n"), row("reported_positives")].map(
          (text) => text && Numeral.count(Number(text))
        )
        return [
          Numeral.count(Number(n)),
          positives !== undefined && below(`${Numeral.count(Number(positives))} positive`),
          reported[0] !== undefined &&
            below(`reported: ${reported[0]}${reported[1] === undefined ? "" : `, ${reported[1]} positive`}`)
        ]
      }
    },
    {
      title: "Verdict",
      class: "long",
      cell: (row) => [verdict(row("verdict")), row("note") !== undefined && below(row("note"))]
    },
    {
      title: "Reported",
      class: "long",
      cell: (row) => markup`<span class="clamp">${row("reported") ?? ""}</span>`
    },
    {
      title: "Best other",
      cell: (row) => {
        const [name, improvement, where] = [row("comparator"), row("improvement"), row("comparator_where")]
        if (name === undefined) return none
        const difference = together(row, ["difference_low", "difference_high"])
        return [
          name,
          " ",
          number(row("comparator_value")),
          where !== undefined && below(where),
          improvement !== undefined && below(percent(improvement)),
          difference.length === 2 && below(["difference ", number(row("difference")), " (", range(difference), ")"])
        ]
      }
    }
  ]

export const render = (table: TableText): Markup =>
  grid(
    columns,
    cellsOf(table).map((row) => columns.map(({ cell }) => cell(row)))
  )
