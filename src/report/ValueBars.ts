/** The values of a benchmark with their intervals, a bar for each evaluation, metric and label. */
import type { Result } from "../evaluation/BenchmarkTables.ts"
import * as Figure from "./Figure.ts"
import { markup, type Part } from "./Markup.ts"
import * as Scale from "./Scale.ts"

const rowHeight = 26

const count = (rows: number): string => rows.toLocaleString("en-US")

const colours = [
  Figure.palette.blue,
  Figure.palette.orange,
  Figure.palette.green,
  Figure.palette.purple,
  Figure.palette.sky,
  Figure.palette.vermillion,
  Figure.palette.grey
]

const words = (text: string): string => text.replaceAll("_", " ")

/** What tells the rows apart: as much as they differ in. */
const namer = (results: ReadonlyArray<Result>) => {
  const several = (of: (result: Result) => string | null) => new Set(results.map(of)).size > 1
  const titles = several(({ title }) => title) ? 1 : 0
  const metrics = several(({ metric }) => metric) ? 1 : 0
  const labels = several(({ label }) => label) ? 1 : 0
  return ({ title, metric, label }: Result): string => {
    const parts = [...(titles ? [title] : []), ...(metrics ? [words(metric)] : []), ...(labels ? [label ?? ""] : [])]
    return parts.length === 0 ? title : parts.join(", ")
  }
}

const spoken = ({ title, label, metric, value, low, high, n, positives, verdict, note }: Result): string =>
  [
    `${title}, ${label ?? "no scores"}: ${words(metric)} ${value?.toFixed(4) ?? "not available here"}`,
    ...(low === null || high === null ? [] : [`95 % interval ${low.toFixed(4)} to ${high.toFixed(4)}`]),
    `${count(n)} rows${positives === null ? "" : `, ${count(positives)} positive`}; ${verdict}`,
    ...(note === null ? [] : [note])
  ].join("\n")

export const render = (results: ReadonlyArray<Result>, synthetic: boolean): string => {
  const nameOf = namer(results)
  const names = results.map(nameOf)
  const left = Figure.labelMargin(names)
  const right = Figure.width - 130
  const ends = results.flatMap(({ value, low, high }) => [value, low, high].flatMap((end) => end ?? []))
  const scale = Scale.linear([Math.min(0, ...ends), Math.max(1, ...ends)], [left, right])
  const labels = [...new Set(results.flatMap(({ label }) => label ?? []))]
  const plot = results.length * rowHeight + 8
  const metrics = [...new Set(results.map(({ metric }) => words(metric)))]
  const heading = {
    title: metrics.length === 1 ? `Values: ${metrics[0]}` : "Values",
    subtitle: synthetic
      ? "Synthetic scores: they say nothing about any real model."
      : "Bars: this run, with 95 % bootstrap intervals; ticks: what chance gives. No competitor's value is of the same data.",
    synthetic
  }
  return Figure.render(heading, [], plot + 56, (top) => [
    Figure.xAxis(scale, left, right, top, top + plot, metrics.length === 1 ? metrics[0]! : "value"),
    Figure.line(scale.at(0), top, scale.at(0), top + plot, Figure.ink.axis),
    results.map((result, index): Part => {
      const y = top + 4 + (index + 0.5) * rowHeight
      const { value, low, high, random, n, label } = result
      const start = scale.at(0)
      const end = value === null ? start : scale.at(value)
      const colour = colours[Math.max(0, labels.indexOf(label ?? "")) % colours.length]!
      const edge = Math.max(start, end, high === null ? start : scale.at(high))
      const whisker =
        low === null || high === null
          ? null
          : Figure.line(scale.at(low), y, scale.at(high), y, Figure.ink.text, markup` stroke-width="1.5"`)
      const tick =
        random === null || value === null
          ? null
          : Figure.line(
              scale.at(random),
              y - 10,
              scale.at(random),
              y + 10,
              Figure.ink.axis,
              markup` stroke-dasharray="2 2"`
            )
      return markup`<g><title>${spoken(result)}</title>
${Figure.rowLabel(left, y, names[index]!)}${
        value === null ? null : Figure.rect(Math.min(start, end), y - 8, Math.abs(end - start), 16, colour)
      }${whisker}${tick}${Figure.text(
        edge + 8,
        y + 4,
        value === null ? "not available here" : `${Scale.minus(value.toFixed(4))}, n ${count(n)}`,
        { fill: value === null ? Figure.ink.muted : Figure.ink.text }
      )}</g>\n`
    })
  ])
}
