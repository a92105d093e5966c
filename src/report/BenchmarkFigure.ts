/**
 * Relative improvement over the best competitor, a bar for each line of the paper's overview figure and each label; rows
 * that share a line are averaged, and a line says of how many of its rows it is. A diamond shows what the paper reports of
 * a whole line. Where no row has an improvement, the values themselves are drawn.
 */
import type { Result } from "../evaluation/BenchmarkTables.ts"
import type { Evaluation } from "../evaluation/Evaluation.ts"
import * as Figure from "./Figure.ts"
import { markup, type Part } from "./Markup.ts"
import * as Scale from "./Scale.ts"
import * as ValueBars from "./ValueBars.ts"

export interface Row {
  readonly result: Result
  readonly line: Evaluation["line"]
}

/** How many evaluations each line of the paper's figure stands for. */
export type Sizes = ReadonlyMap<string, number>

export const sizesOf = (registry: ReadonlyArray<Pick<Evaluation, "line">>): Sizes => {
  const sizes = new Map<string, number>()
  for (const { line } of registry) if (line !== null) sizes.set(line.label, (sizes.get(line.label) ?? 0) + 1)
  return sizes
}

interface Bar {
  readonly label: string
  /** In %; null where one of the rows that have a value has none. */
  readonly improvement: number | null
  /** Of the whole line; null where rows of it are not here. */
  readonly published: number | null
  readonly value: number | null
  readonly of: ReadonlyArray<Result>
}

const mean = (values: ReadonlyArray<number | null>): number | null =>
  values.length === 0 || values.includes(null) ? null : values.reduce<number>((sum, x) => sum + x!, 0) / values.length

/** Share of rows without a score that a figure says nothing of. */
const unremarkable = 0.05

/** Of how many rows a value is, where many have no score. */
const coverageText = ({ n, value, without_score }: Result): string =>
  value === null || without_score <= unremarkable * (n + without_score)
    ? ""
    : ` (${[n, n + without_score].map((rows) => rows.toLocaleString("en-US")).join(" of ")} rows)`

/** Lines in order of appearance; a row that the paper's figure does not draw is a line by itself, if it has a value. */
const barsOf = (rows: ReadonlyArray<Row>, sizes: Sizes): ReadonlyArray<Bar> => {
  const lines = new Map<string, Array<Row>>()
  const labels = new Map<string, Set<string | null>>()
  for (const row of rows) {
    if (row.line === null && row.result.improvement === null) continue
    const name = row.line?.label ?? row.result.title
    const key = JSON.stringify([name, row.result.label])
    lines.set(key, [...(lines.get(key) ?? []), row])
    labels.set(name, (labels.get(name) ?? new Set()).add(row.result.label))
  }
  return Array.from(lines.values(), (members): Bar => {
    const { line, result } = members[0]!
    const name = line?.label ?? result.title
    const valued = members.filter((each) => each.result.value !== null)
    const size = line === null ? 1 : (sizes.get(line.label) ?? members.length)
    const whose = labels.get(name)!.size > 1 && result.label !== null ? `: ${result.label}` : ""
    const whole = valued.length === size
    const share =
      size === 1 || valued.length === 0
        ? valued.length === 0
          ? ""
          : coverageText(valued[0]!.result)
        : whole
          ? ` (mean of ${size})`
          : ` (${valued.length} of ${size})`
    return {
      label: `${name}${whose}${share}`,
      improvement: mean(valued.map((each) => each.result.improvement)),
      published: whole || valued.length === 0 ? (line?.improvement ?? null) : null,
      value: mean(valued.map((each) => each.result.value)),
      of: members.map((each) => each.result)
    }
  })
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

export const render = (rows: ReadonlyArray<Row>, sizes: Sizes, synthetic: boolean): string => {
  const results = rows.map(({ result }) => result)
  const measured = results.some(({ value }) => value !== null)
  if (measured && results.every(({ improvement }) => improvement === null)) return ValueBars.render(results, synthetic)
  const bars = barsOf(rows, sizes)
  const values = bars.flatMap(({ improvement, published }) => [improvement ?? 0, synthetic ? 0 : (published ?? 0)])
  const left = Figure.labelMargin(bars.map(({ label }) => label))
  const right = Figure.width - 64
  const scale = Scale.linear([Math.min(0, ...values), Math.max(1, ...values)], [left, right])
  const plot = bars.length * rowHeight + 8
  const legend: Array<Figure.LegendEntry> = [
    { label: "above the best competitor", colour: Figure.palette.blue, shape: "square" },
    { label: "below it", colour: Figure.palette.vermillion, shape: "square" }
  ]
  const heading = {
    title: "Relative improvement over the best competitor",
    subtitle: synthetic
      ? "Synthetic scores of two synthetic models: they say nothing about any real one."
      : "Bars: this run, on the data that the competitor's value is of. Diamonds: what the paper reports for AlphaGenome. Tasks that share a line are averaged; k of n: of so many of its tasks.",
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
