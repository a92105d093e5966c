/** A dot and its 95 % interval per row, over the range that was expected where there is one. */
import * as Figure from "./Figure.ts"
import { markup } from "./Markup.ts"
import * as Scale from "./Scale.ts"

export interface Intervals extends Figure.Heading {
  readonly xLabel: string
  readonly rows: ReadonlyArray<{
    readonly label: string
    readonly value: number | null
    readonly low?: number | null
    readonly high?: number | null
    readonly expected?: readonly [low: number, high: number]
  }>
  /** A dashed line: chance, zero. */
  readonly reference?: { readonly x: number; readonly label: string }
}

const rowHeight = 28

export const render = (figure: Intervals): string => {
  const values = figure.rows
    .flatMap(({ value, low, high, expected }) => [value, low, high, ...(expected ?? []), figure.reference?.x])
    .filter((value): value is number => typeof value === "number" && Number.isFinite(value))
  const left = Figure.labelMargin(figure.rows.map(({ label }) => label))
  const right = Figure.width - Figure.rightMargin
  const scale = Scale.linear(values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)], [left, right])
  const plot = figure.rows.length * rowHeight + 8
  const legend: Array<Figure.LegendEntry> = [
    { label: "value and 95 % interval", colour: Figure.palette.blue, shape: "circle" }
  ]
  if (figure.rows.some(({ expected }) => expected !== undefined)) {
    legend.push({ label: "expected range", colour: Figure.palette.grey, shape: "band" })
  }
  if (figure.reference !== undefined) {
    legend.push({ label: figure.reference.label, colour: Figure.ink.axis, shape: "line" })
  }
  return Figure.render(figure, legend, plot + 56, (top) => [
    Figure.xAxis(scale, left, right, top, top + plot, figure.xLabel),
    figure.reference !== undefined &&
      Figure.line(
        scale.at(figure.reference.x),
        top,
        scale.at(figure.reference.x),
        top + plot,
        Figure.ink.axis,
        markup` stroke-dasharray="5 3"`
      ),
    figure.rows.map(({ label, value, low, high, expected }, row) => {
      const y = top + 4 + (row + 0.5) * rowHeight
      const [from, to] = [low ?? value, high ?? value]
      return [
        Figure.rowLabel(left, y, label),
        expected !== undefined &&
          Figure.rect(
            scale.at(expected[0]),
            y - 8,
            scale.at(expected[1]) - scale.at(expected[0]),
            16,
            Figure.palette.grey
          ),
        value === null || from === null || to === null || !Number.isFinite(value)
          ? Figure.text(left + 8, y + 4, "no value", { fill: Figure.ink.muted })
          : [
              Figure.line(scale.at(from), y, scale.at(to), y, Figure.palette.blue, markup` stroke-width="2"`),
              markup`<circle cx="${Figure.at(scale.at(value))}" cy="${Figure.at(y)}" r="5" fill="${Figure.palette.blue}"/>\n`
            ]
      ]
    })
  ])
}
