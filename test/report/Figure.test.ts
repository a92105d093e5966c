import { assert, describe, it } from "vitest"
import * as Figure from "../../src/report/Figure.ts"
import * as ScatterPlot from "../../src/report/ScatterPlot.ts"
import * as StackedBars from "../../src/report/StackedBars.ts"
import * as Strip from "../../src/report/Strip.ts"
import { elements, hostile } from "./wellFormed.ts"

const bars = (label: string, counts: ReadonlyArray<number>): StackedBars.StackedBars => ({
  title: label,
  subtitle: label,
  synthetic: true,
  counted: "signals",
  classes: [
    { label: "both", colour: Figure.palette.blue },
    { label, colour: Figure.palette.grey }
  ],
  bars: [{ label, counts }]
})

const scatter = (
  label: string,
  points: ScatterPlot.ScatterPlot["series"][number]["points"]
): ScatterPlot.ScatterPlot => ({
  title: label,
  xLabel: label,
  yLabel: label,
  series: [{ label, colour: Figure.palette.blue, shape: "circle", points }],
  guides: [{ y: 0.1, label }]
})

const attribute = (tag: string, name: string): number => Number(new RegExp(` ${name}="([^"]*)"`, "u").exec(tag)![1])

describe("figures", () => {
  it("cut bars in proportion to their counts", () => {
    const svg = StackedBars.render(bars("PP.H4", [3, 1]))
    const [first, second] = elements(svg).filter((tag) => tag.startsWith("<rect") && tag.includes('height="22"'))
    assert.closeTo(attribute(first!, "width") / attribute(second!, "width"), 3, 0.001)
    assert.closeTo(attribute(first!, "x") + attribute(first!, "width"), attribute(second!, "x"), 0.02)
    assert.match(svg, />n = 4</u)
    assert.match(svg, />SYNTHETIC</u)
    assert.match(svg, /<title>SYNTHETIC: PP\.H4<\/title>/u)
  })

  it("put points where the ticks say", () => {
    const svg = ScatterPlot.render(
      scatter("x", [
        { x: 1, y: 0.2 },
        { x: -1, y: -0.2 },
        { x: Number.NaN, y: 1 }
      ])
    )
    const circles = elements(svg).filter((tag) => tag.startsWith("<circle") && tag.includes('r="4"'))
    assert.strictEqual(circles.length, 2)
    // x runs from -1 to 1 over the plot: 84 to 696.
    assert.deepStrictEqual(
      circles.map((tag) => attribute(tag, "cx")),
      [696, 84]
    )
    assert.notMatch(svg, /NaN/u)
  })

  it("mark the median of a strip, and survive values of zero and groups without values", () => {
    const groups = [
      { label: "a", values: [0.01, 0.1, 1] },
      { label: "b", values: [] },
      { label: "c", values: [0] }
    ]
    const svg = Strip.render({ title: "t", xLabel: "x", groups })
    const middle = elements(svg).find((tag) => tag.startsWith("<rect") && tag.includes('height="36"'))!
    const dots = elements(svg).filter((tag) => tag.includes('r="3.5"'))
    assert.strictEqual(dots.length, 4)
    assert.closeTo(attribute(middle, "x") + 2, attribute(dots[1]!, "cx"), 0.02)
    assert.notMatch(Strip.render({ title: "t", xLabel: "x", groups: [] }), /NaN|Infinity/u)
  })

  it("draw a strip of many values as some of them, ends included", () => {
    const values = Array.from({ length: 50_000 }, (_, index) => (index + 1) / 50_000)
    const dots = elements(Strip.render({ title: "t", xLabel: "x", groups: [{ label: "a", values }] })).filter((tag) =>
      tag.includes('r="3.5"')
    )
    assert.strictEqual(dots.length, 2000)
    assert.isAbove(attribute(dots[0]!, "cx"), Figure.labelMargin([]))
    assert.strictEqual(attribute(dots.at(-1)!, "cx"), Figure.width - Figure.rightMargin)
  })

  it("stay whole whatever the labels, and give the same bytes twice", () => {
    const all = () => [
      StackedBars.render(bars(hostile, [0, 0])),
      ScatterPlot.render(scatter(hostile, [{ x: 1, y: 2, label: hostile }])),
      ScatterPlot.render(scatter("", [])),
      Strip.render({ title: hostile, xLabel: hostile, groups: [{ label: hostile, values: [1, 2] }] })
    ]
    for (const svg of all()) {
      assert.notMatch(elements(svg).join(""), /<script|<img|NaN|Infinity/u)
    }
    assert.deepStrictEqual(all(), all())
  })

  it("wrap and clip by width", () => {
    assert.deepStrictEqual(Figure.wrap("one two three", 45, 12), ["one two", "three"])
    assert.strictEqual(Figure.clip("abcdefghij", 40, 12), "abcd…")
  })
})
