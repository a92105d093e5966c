/** Points in a plane, by series; predicted against measured, say. */
import * as Figure from "./Figure.ts"
import { markup } from "./Markup.ts"
import * as Numeral from "./Numeral.ts"
import * as Scale from "./Scale.ts"

export interface ScatterPlot extends Figure.Heading {
  readonly xLabel: string
  readonly yLabel: string
  readonly series: ReadonlyArray<{
    readonly label: string
    readonly colour: string
    readonly shape: "circle" | "cross"
    readonly points: ReadonlyArray<{ readonly x: number; readonly y: number; readonly label?: string }>
  }>
  /** Dashed lines at values of y. */
  readonly guides?: ReadonlyArray<{ readonly y: number; readonly label: string }>
}

const plotHeight = 400

/** Zero is always in the plane: the quadrants say whether two signs agree. */
const domain = (values: ReadonlyArray<number>): readonly [number, number] =>
  values.reduce<readonly [number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [0, 0]
  )

export const render = (figure: ScatterPlot): string => {
  const guides = figure.guides ?? []
  const points = figure.series.flatMap((series) => series.points).filter(({ x, y }) => Number.isFinite(x + y))
  const [left, right] = [84, Figure.width - Figure.rightMargin]
  const x = Scale.linear(domain(points.map((point) => point.x)), [left, right])
  const legend: Array<Figure.LegendEntry> = figure.series.map(({ label, colour, shape, points }) => ({
    label: `${label} (${Numeral.count(points.length)})`,
    colour,
    shape
  }))
  const guideNames = new Set(guides.map((guide) => guide.label))
  for (const label of guideNames) legend.push({ label, colour: Figure.ink.axis, shape: "line" })
  return Figure.render(figure, legend, plotHeight + 60, (top) => {
    const bottom = top + plotHeight
    const y = Scale.linear(domain([...points.map((point) => point.y), ...guides.map((guide) => guide.y)]), [
      bottom,
      top + 8
    ])
    return [
      Figure.xAxis(x, left, right, top, bottom, figure.xLabel),
      Figure.yAxis(y, left, right, top, bottom, figure.yLabel),
      Figure.line(x.at(0), top, x.at(0), bottom, Figure.ink.muted),
      Figure.line(left, y.at(0), right, y.at(0), Figure.ink.muted),
      guides.map((guide) =>
        Figure.line(left, y.at(guide.y), right, y.at(guide.y), Figure.ink.axis, markup` stroke-dasharray="5 3"`)
      ),
      figure.series.map(({ points, colour, shape }) =>
        points
          .filter(({ x, y }) => Number.isFinite(x + y))
          .map((point) => {
            const drawn = Figure.mark(x.at(point.x), y.at(point.y), shape, colour)
            return point.label === undefined ? drawn : markup`<g><title>${point.label}</title>${drawn}</g>`
          })
      )
    ]
  })
}
