/** The values of each group as dots on a row of its own, and the group's median; values at or above zero, log axis. */
import { median } from "../metric/Median.ts"
import * as Figure from "./Figure.ts"
import { markup } from "./Markup.ts"
import * as Numeral from "./Numeral.ts"
import * as Scale from "./Scale.ts"

export interface Strip extends Figure.Heading {
  readonly xLabel: string
  readonly groups: ReadonlyArray<{ readonly label: string; readonly values: ReadonlyArray<number> }>
  /** A dashed line: a threshold. */
  readonly reference?: { readonly x: number; readonly label: string }
}

const rowHeight = 48
/** The golden ratio's fraction spreads neighbours apart without chance. */
const golden = 0.6180339887498949

/** Dots of a group that are drawn: of more values, as many evenly spaced order statistics. */
const most = 2000

const thin = (values: ReadonlyArray<number>): ReadonlyArray<number> => {
  if (values.length <= most) return values
  const sorted = [...values].sort((a, b) => a - b)
  return Array.from({ length: most }, (_, index) => sorted[Math.round((index * (sorted.length - 1)) / (most - 1))]!)
}

export const render = (figure: Strip): string => {
  const positive = [...figure.groups.flatMap(({ values }) => values), figure.reference?.x ?? 0].filter(
    (value) => value > 0 && Number.isFinite(value)
  )
  const low = positive.reduce((low, value) => Math.min(low, value), positive[0] ?? 0.1)
  const high = positive.reduce((high, value) => Math.max(high, value), low)
  const labels = figure.groups.map(({ label, values }) => `${label} (n = ${Numeral.count(values.length)})`)
  const left = Figure.labelMargin(labels)
  const right = Figure.width - Figure.rightMargin
  const scale = Scale.logarithmic([low, high], [left, right])
  const plot = figure.groups.length * rowHeight + 8
  const legend: Array<Figure.LegendEntry> = [
    { label: "one value", colour: Figure.palette.blue, shape: "circle" },
    { label: "median", colour: Figure.palette.vermillion, shape: "band" }
  ]
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
    figure.groups.map(({ values }, row) => {
      const y = top + 4 + (row + 0.5) * rowHeight
      const middle = median(values)
      return [
        Figure.rowLabel(left, y, labels[row]!),
        thin(values).map((value, index) =>
          Figure.mark(scale.at(value), y + (((index * golden) % 1) - 0.5) * 26, "circle", Figure.palette.blue, 3.5)
        ),
        middle !== null && Figure.rect(scale.at(middle) - 2, y - 18, 4, 36, Figure.palette.vermillion)
      ]
    })
  ])
}
