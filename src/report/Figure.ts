/**
 * The common look of figures: a white sheet 720 units wide with a title, a legend and axes, in colours that people with
 * any colour vision tell apart (Okabe and Ito 2008). Plain SVG, no script, no outside font: the same in a report, a
 * paper and an image viewer, and the same bytes for the same values.
 */
import { markup, type Markup, type Part } from "./Markup.ts"
import type { Scale } from "./Scale.ts"

export const width = 720
/** Room at the right of every plot. */
export const rightMargin = 24

export const palette = {
  blue: "#0072B2",
  sky: "#56B4E9",
  orange: "#E69F00",
  green: "#009E73",
  vermillion: "#D55E00",
  purple: "#CC79A7",
  grey: "#BDBDBD",
  pale: "#EDEDED"
} as const

export const ink = { text: "#1A1A1A", muted: "#555555", axis: "#8A8A8A", grid: "#E6E6E6" } as const

export interface Heading {
  readonly title: string
  readonly subtitle?: string
  /** Puts SYNTHETIC before the title. */
  readonly synthetic?: boolean
}

export type Shape = "square" | "circle" | "cross" | "line" | "band"

export interface LegendEntry {
  readonly label: string
  readonly colour: string
  readonly shape: Shape
}

/** A coordinate: two decimals, so that the last bits of a logarithm never show. */
export const at = (value: number): number => Math.round(value * 100) / 100 + 0

/** About as wide as Helvetica draws it: enough for margins and wrapping. */
export const textWidth = (text: string, size: number): number => {
  let units = 0
  for (const character of text) {
    units += /[iljtfrI.,:;|'()[\] ]/u.test(character) ? 0.31 : /[A-ZmwMW%@\u2212+=<>]/u.test(character) ? 0.72 : 0.556
  }
  return units * size
}

/** Lines no wider than `limit`; a word that is longer is cut. */
export const wrap = (text: string, limit: number, size: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const word of text.split(/\s+/u).filter((word) => word !== "")) {
    const joined = lines.length === 0 ? word : `${lines[lines.length - 1]} ${word}`
    if (lines.length > 0 && textWidth(joined, size) <= limit) lines[lines.length - 1] = joined
    else lines.push(clip(word, limit, size))
  }
  return lines
}

/** The text, or its beginning and an ellipsis. */
export const clip = (text: string, limit: number, size: number): string => {
  if (textWidth(text, size) <= limit) return text
  const characters = Array.from(text)
  while (characters.length > 1 && textWidth(`${characters.join("")}…`, size) > limit) characters.pop()
  return `${characters.join("")}…`
}

export interface TextOptions {
  readonly size?: number
  readonly anchor?: "start" | "middle" | "end"
  readonly fill?: string
  readonly weight?: number
  readonly rotate?: boolean
}

export const text = (x: number, y: number, content: string, options: TextOptions = {}): Markup =>
  markup`<text x="${at(x)}" y="${at(y)}" font-size="${options.size ?? 12}" fill="${options.fill ?? ink.text}"${
    options.anchor === undefined ? null : markup` text-anchor="${options.anchor}"`
  }${options.weight === undefined ? null : markup` font-weight="${options.weight}"`}${
    options.rotate === true ? markup` transform="rotate(-90 ${at(x)} ${at(y)})"` : null
  }>${content}</text>\n`

export const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, extra: Part = null): Markup =>
  markup`<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" stroke="${stroke}"${extra}/>\n`

export const rect = (x: number, y: number, w: number, h: number, fill: string, extra: Part = null): Markup =>
  markup`<rect x="${at(x)}" y="${at(y)}" width="${at(w)}" height="${at(h)}" fill="${fill}"${extra}/>\n`

export const mark = (x: number, y: number, shape: Shape, colour: string, size = 4): Markup => {
  switch (shape) {
    case "circle":
      return markup`<circle cx="${at(x)}" cy="${at(y)}" r="${size}" fill="${colour}" fill-opacity="0.75" stroke="#fff" stroke-width="0.6"/>\n`
    case "cross":
      return markup`<path d="M${at(x - size)} ${at(y - size)}L${at(x + size)} ${at(y + size)}M${at(x - size)} ${at(y + size)}L${at(x + size)} ${at(y - size)}" stroke="${colour}" stroke-width="1.8" fill="none"/>\n`
    case "line":
      return line(x - 8, y, x + 8, y, colour, markup` stroke-width="2" stroke-dasharray="5 3"`)
    case "band":
      return rect(x - 8, y - 5, 16, 10, colour)
    case "square":
      return rect(x - 6, y - 6, 12, 12, colour, markup` stroke="${ink.axis}" stroke-width="0.5"`)
  }
}

const legendRows = (entries: ReadonlyArray<LegendEntry>, left: number) => {
  let x = left
  let row = 0
  return entries.map((entry) => {
    const wide = 26 + textWidth(entry.label, 12) + 20
    if (x + wide > width && x > left) {
      x = left
      row++
    }
    const place = { entry, x, row }
    x += wide
    return place
  })
}

/** The whole figure; `body` draws below `top` and is `height` units tall. */
export const render = (
  heading: Heading,
  legend: ReadonlyArray<LegendEntry>,
  height: number,
  body: (top: number) => Part
): string => {
  const left = 16
  const badge = heading.synthetic === true ? 98 : 0
  const lines = wrap(heading.title, width - left * 2 - badge, 16)
  const under = wrap(heading.subtitle ?? "", width - left * 2, 12)
  const places = legendRows(legend, left)
  const legendTop = 22 + lines.length * 20 + under.length * 16
  const top = legendTop + (legend.length === 0 ? 0 : (places[places.length - 1]!.row + 1) * 20 + 6)
  const total = Math.ceil(top + height)
  const spoken = `${heading.synthetic === true ? "SYNTHETIC: " : ""}${heading.title}`
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" font-family="Helvetica, Arial, sans-serif" role="img">
<title>${spoken}</title>
${heading.subtitle === undefined ? null : markup`<desc>${heading.subtitle}</desc>\n`}${rect(0, 0, width, total, "#FFFFFF")}${
    badge === 0
      ? null
      : [
          rect(left, 14, 90, 20, palette.vermillion, markup` rx="3"`),
          text(left + 45, 28, "SYNTHETIC", { size: 13, anchor: "middle", fill: "#FFFFFF", weight: 700 })
        ]
  }${lines.map((words, index) => text(left + badge, 30 + index * 20, words, { size: 16, weight: 700 }))}${under.map(
    (words, index) => text(left, 30 + lines.length * 20 - 2 + index * 16, words, { fill: ink.muted })
  )}${places.map(({ entry, x, row }) => [
    mark(x + 8, legendTop + 10 + row * 20, entry.shape, entry.colour, entry.shape === "circle" ? 5 : 4),
    text(x + 24, legendTop + 14 + row * 20, entry.label)
  ])}${body(top)}</svg>\n`.markup
}

/** Ticks and their labels under a plot, grid lines through it, and the axis title. */
export const xAxis = (scale: Scale, left: number, right: number, top: number, bottom: number, label: string): Part => [
  scale.ticks.map(({ value, label }) => {
    const x = scale.at(value)
    return [
      line(x, top, x, bottom, ink.grid),
      line(x, bottom, x, bottom + 5, ink.axis),
      text(x, bottom + 18, label, { anchor: "middle", fill: ink.muted })
    ]
  }),
  line(left, bottom, right, bottom, ink.axis),
  text((left + right) / 2, bottom + 38, label, { anchor: "middle", size: 13 })
]

export const yAxis = (scale: Scale, left: number, right: number, top: number, bottom: number, label: string): Part => [
  scale.ticks.map(({ value, label }) => {
    const y = scale.at(value)
    return [
      line(left, y, right, y, ink.grid),
      line(left - 5, y, left, y, ink.axis),
      text(left - 8, y + 4, label, { anchor: "end", fill: ink.muted })
    ]
  }),
  line(left, top, left, bottom, ink.axis),
  text(18, (top + bottom) / 2, label, { anchor: "middle", size: 13, rotate: true })
]

/** Where the plot starts so that the labels of its rows fit. */
export const labelMargin = (labels: ReadonlyArray<string>): number =>
  Math.min(340, 28 + Math.max(40, ...labels.map((label) => textWidth(label, 12))))

/** The name of a row, cut to the margin, with the whole name as its tooltip. */
export const rowLabel = (left: number, y: number, label: string): Markup =>
  markup`<g><title>${label}</title>${text(left - 10, y + 4, clip(label, left - 26, 12), { anchor: "end" })}</g>\n`
