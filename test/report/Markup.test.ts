import { assert, describe, it } from "vitest"
import { escape, markup, relativeHref, trusted, webHref } from "../../src/report/Markup.ts"
import * as Numeral from "../../src/report/Numeral.ts"
import * as Scale from "../../src/report/Scale.ts"
import { elements, hostile } from "./wellFormed.ts"

describe("Markup", () => {
  it("escapes every value that is not markup", () => {
    const made = markup`<p title="${hostile}">${[hostile, trusted("<br>"), 3, null, undefined, false]}</p>`.markup
    assert.deepStrictEqual(
      elements(made).map((tag) => tag.slice(0, 4)),
      ["<p t", "<br>"]
    )
    for (const bad of ["<script", "<img", "\u0000", "\u001b", "\ud800"]) assert.notInclude(made, bad)
    assert.strictEqual(escape(`<a b="c">&'`), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;")
    assert.strictEqual(escape("é 漢 😀\ttab\nline"), "é 漢 😀\ttab\nline")
    assert.strictEqual(escape("a\u0007b\ud83d"), "a\uFFFDb\uFFFD")
  })

  it("makes links that cannot run anything", () => {
    assert.strictEqual(relativeHref("results/a b.tsv"), "results/a%20b.tsv")
    assert.strictEqual(relativeHref("javascript:alert(1)"), "javascript%3Aalert(1)")
    assert.strictEqual(relativeHref('x"onclick="y'), "x%22onclick%3D%22y")
    assert.strictEqual(webHref("https://example.org/a"), "https://example.org/a")
    assert.isUndefined(webHref("javascript:alert(1)"))
    assert.isUndefined(webHref(" https://example.org"))
    assert.isUndefined(webHref(null))
  })
})

describe("Numeral", () => {
  it("keeps four significant digits, and integers whole", () => {
    const cases: ReadonlyArray<[number, string]> = [
      [0.8333333333333334, "0.8333"],
      [0.5, "0.5"],
      [44835201, "44835201"],
      [12345.678, "12346"],
      [1234.5678, "1235"],
      [1.2345678e-7, "1.235e-7"],
      [0.00001234, "0.00001234"],
      [-0.99996, "-1"],
      [Number.NaN, "NaN"],
      [Infinity, "Infinity"]
    ]
    for (const [value, text] of cases) assert.strictEqual(Numeral.significant(value), text)
  })

  it("writes bytes, durations and counts as people do", () => {
    assert.deepStrictEqual([0, 999, 1000, 999_600, 1_234_567, 8e9].map(Numeral.bytes), [
      "0 B",
      "999 B",
      "1 kB",
      "1 MB",
      "1.23 MB",
      "8 GB"
    ])
    assert.deepStrictEqual([0.004, 0.42, 9.999, 59.6, 200, 7499, 360_000].map(Numeral.duration), [
      "0 s",
      "0.42 s",
      "10 s",
      "1 min 00 s",
      "3 min 20 s",
      "2 h 05 min",
      "100 h 00 min"
    ])
    assert.deepStrictEqual([7, 1000, 54362, 1234567].map(Numeral.count), ["7", "1,000", "54,362", "1,234,567"])
  })
})

describe("Scale", () => {
  it("puts ticks at round numbers", () => {
    const labels = (low: number, high: number) => Scale.linear([low, high], [0, 100]).ticks.map(({ label }) => label)
    assert.deepStrictEqual(labels(0.03, 0.97), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    assert.deepStrictEqual(labels(-0.013, 0.021), ["−0.02", "−0.01", "0.00", "0.01", "0.02", "0.03"])
    assert.deepStrictEqual(labels(0, 40), ["0", "10", "20", "30", "40"])
    const exact = Scale.linear([0, 100], [10, 210], { exact: true })
    assert.deepStrictEqual([exact.at(0), exact.at(50), exact.at(100)], [10, 110, 210])
    assert.isTrue(labels(3, 3).length > 1)
  })

  it("counts decades", () => {
    const scale = Scale.logarithmic([0.002, 0.9], [0, 300])
    assert.deepStrictEqual(
      scale.ticks.map(({ label }) => label),
      ["0.001", "0.01", "0.1", "1"]
    )
    assert.closeTo(scale.at(0.01), 100, 1e-9)
    assert.strictEqual(scale.at(0), 0)
  })
})
