/**
 * Relative improvement over the best competitor, a bar for each line of the paper's overview figure; rows that share a
 * line are averaged. A diamond shows what the paper reports of the line.
 */
import type { Result } from "../evaluation/BenchmarkTables.ts"
import type { Evaluation } from "../evaluation/Evaluation.ts"
import * as Figure from "./Figure.ts"
import { markup, type Part } from "./Markup.ts"
import * as Scale from "./Scale.ts"

export interface Row {
  readonly result: Result
  readonly line: Evaluation["line"]
}

interface Bar {
  readonly label: string
  /** In %; null where one of the line's rows has none. */
  readonly improvement: number | null
  readonly published: number | null
  readonly value: number | null
  readonly rows: number
  readonly of: ReadonlyArray<Result>
}

const mean = (values: ReadonlyArray<number | null>): number | null =>
  values.length === 0 || values.includes(null) ? null : values.reduce<number>((sum, x) => sum + x!, 0) / values.length

/** Share of rows without a score that a figure says nothing of. */
const unremarkable = 0.05

/** Of how many rows a value is, where many have no score. */
const coverage = ({ n, value, without_score }: Result): string =>
  value === null || without_score <= unremarkable * (n + without_score)
    ? ""
    : ` (${[n, n + without_score].map((rows) => rows.toLocaleString("en-US")).join(" of ")} rows)`

/** Lines in order of appearance; a row that the paper's figure does not draw is a line by itself, if it has a value. */
const barsOf = (rows: ReadonlyArray<Row>): ReadonlyArray<Bar> => {
  const lines = new Map<string, Array<Row>>()
  for (const row of rows) {
    if (row.line === null && row.result.improvement === null) continue
    const label = row.line?.label ?? row.result.title
    lines.set(label, [...(lines.get(label) ?? []), row])
  }
  return Array.from(lines, ([label, members]): Bar => ({
    label: members.length > 1 ? `${label} (mean of ${members.length})` : `${label}${coverage(members[0]!.result)}`,
    improvement: mean(members.map(({ result }) => result.improvement)),
    published: members[0]!.line?.improvement ?? null,
    value: mean(members.map(({ result }) => result.value)),
    rows: members.length,
    of: members.map(({ result }) => result)
  }))
}

const rowHeight = 26
const signed = (value: number): string => Scale.minus(`${value > 0 ? "+" : ""}${value.toFixed(1)}`)

const diamond = (x: number, y: number): Part =>
  markup`<path d="M${Figure.at(x)} ${Figure.at(y - 5)}l5 5l-5 5l-5 -5z" fill="#FFFFFF" stroke="${Figure.ink.text}" stroke-width="1.2"/>\n`

const told = ({ label, of, improvement }: Bar): string =>
  [
    `${label}: ${improvement === null ? "no relative improvement here" : `${signed(improvement)} %`}`,
    ...of.map(
      ({ evaluation, value, comparator, comparator_value }) =>
        `${evaluation} ${value?.toFixed(4) ?? "not available here"}; ${comparator ?? "no comparator"} ${comparator_value ?? ""}`
    )
  ].join("\n")

/** What stands where there is no bar. */
const without = ({ value }: Bar): string => (value === null ? "not available here" : `value ${value.toFixed(3)}`)

export const render = (rows: ReadonlyArray<Row>, synthetic: boolean): string => {
  const bars = barsOf(rows)
  const values = bars.flatMap(({ improvement, published }) => [improvement ?? 0, synthetic ? 0 : (published ?? 0)])
  const left = Figure.labelMargin(bars.map(({ label }) => label))
  const right = Figure.width - 64
  const scale = Scale.linear([Math.min(0, ...values), Math.max(1, ...values)], [left, right])
  const plot = bars.length * rowHeight + 8
  const legend: Array<Figure.LegendEntry> = [
    { label: "better than the best competitor", colour: Figure.palette.blue, shape: "square" },
    { label: "worse", colour: Figure.palette.vermillion, shape: "square" }
  ]
  const heading = {
    title: "Relative improvement over the best competitor",
    subtitle: synthetic
      ? "Made-up scores of two made-up models: nothing is said of any real one."
      : "Bars: this run. Diamonds: what the paper reports for AlphaGenome. Tasks that share a line are averaged.",
    synthetic
  }
  return Figure.render(heading, legend, plot + 56, (top) => [
    Figure.xAxis(scale, left, right, top, top + plot, "relative improvement (%)"),
    Figure.line(scale.at(0), top, scale.at(0), top + plot, Figure.ink.axis),
    bars.map((bar, index) => {
      const y = top + 4 + (index + 0.5) * rowHeight
      const { improvement, published } = bar
      const end = improvement === null ? scale.at(0) : scale.at(improvement)
      const start = scale.at(0)
      const positive = (improvement ?? 0) >= 0
      const shown = synthetic ? null : published
      const edge = Math.max(end, shown === null ? end : scale.at(shown) + 6, start)
      return markup`<g><title>${told(bar)}</title>
${Figure.rowLabel(left, y, bar.label)}${
        improvement === null
          ? null
          : Figure.rect(
              Math.min(start, end),
              y - 8,
              Math.abs(end - start),
              16,
              positive ? Figure.palette.blue : Figure.palette.vermillion
            )
      }${shown === null ? null : diamond(scale.at(shown), y)}${Figure.text(
        edge + 8,
        y + 4,
        improvement === null ? without(bar) : signed(improvement),
        { fill: improvement === null ? Figure.ink.muted : Figure.ink.text }
      )}</g>\n`
    })
  ])
}
