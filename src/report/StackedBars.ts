/** Horizontal bars, one a group, cut into the shares of its classes; the counts stand in the bars. */
import * as Figure from "./Figure.ts"
import { markup } from "./Markup.ts"
import * as Numeral from "./Numeral.ts"
import * as Scale from "./Scale.ts"

export interface StackedBars extends Figure.Heading {
  /** What is counted, plural: `signals`. */
  readonly counted: string
  readonly classes: ReadonlyArray<{ readonly label: string; readonly colour: string }>
  /** One count a class. */
  readonly bars: ReadonlyArray<{ readonly label: string; readonly counts: ReadonlyArray<number> }>
}

const rowHeight = 34

/** White on dark colours, black on light ones (relative luminance, Rec. 709). */
const inkOn = (colour: string): string => {
  const [red, green, blue] = [1, 3, 5].map((from) => Number.parseInt(colour.slice(from, from + 2), 16))
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue! < 120 ? "#FFFFFF" : Figure.ink.text
}

export const render = (figure: StackedBars): string => {
  const totals = figure.bars.map(({ counts }) => counts.reduce((sum, count) => sum + count, 0))
  const notes = totals.map((total) => `n = ${Numeral.count(total)}`)
  const left = Figure.labelMargin(figure.bars.map(({ label }) => label))
  const right = Figure.width - 20 - Math.max(...notes.map((note) => Figure.textWidth(note, 12)), 40)
  const scale = Scale.linear([0, 100], [left, right], { exact: true })
  const plot = figure.bars.length * rowHeight + 8
  const legend = figure.classes.map((entry) => ({ ...entry, shape: "square" as const }))
  return Figure.render(figure, legend, plot + 56, (top) => [
    Figure.xAxis(scale, left, right, top, top + plot, `share of ${figure.counted} (%)`),
    figure.bars.map(({ label, counts }, row) => {
      const middle = top + 4 + (row + 0.5) * rowHeight
      const total = totals[row]!
      let before = 0
      return [
        Figure.rowLabel(left, middle, label),
        Figure.text(right + 10, middle + 4, notes[row]!, { fill: Figure.ink.muted }),
        counts.map((count, index) => {
          if (count === 0) return null
          const { label: name, colour } = figure.classes[index]!
          const from = scale.at((before / total) * 100)
          before += count
          const to = scale.at((before / total) * 100)
          const words = Numeral.count(count)
          return markup`<g><title>${label}: ${name}, ${words} of ${Numeral.count(total)}</title>
${Figure.rect(from, middle - 11, to - from, 22, colour, markup` stroke="#FFFFFF" stroke-width="1"`)}${
            Figure.textWidth(words, 12) + 6 <= to - from &&
            Figure.text((from + to) / 2, middle + 4, words, { anchor: "middle", fill: inkOn(colour) })
          }</g>\n`
        })
      ]
    })
  ])
}
