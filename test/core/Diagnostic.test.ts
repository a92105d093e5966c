import { assert, describe, it } from "vitest"
import { formats, position, render, renderAll, sort, type Diagnostic } from "../../src/core/Diagnostic.ts"

const at = (text: string, word: string, more: Partial<Diagnostic> = {}): Diagnostic => ({
  code: "unknown-key",
  message: `unknown key '${word}'`,
  source: { file: "flow.yaml", text },
  range: { start: text.indexOf(word), end: text.indexOf(word) + word.length },
  ...more
})

describe("Diagnostic", () => {
  it("shows the line with a marker under the place, and the hint", () => {
    const text = "name: x\nstages:\n  a: { memroy: 4 GB }\n"
    assert.strictEqual(
      render(at(text, "memroy", { hint: "did you mean 'memory'?" })),
      [
        "flow.yaml:3:8 error: unknown key 'memroy'",
        "  3 |   a: { memroy: 4 GB }",
        "    |        ^^^^^^",
        "  hint: did you mean 'memory'?"
      ].join("\n")
    )
  })

  it("keeps tabs in the margin, so that the marker stands under its text", () => {
    const [, line, marker] = render(at("a:\n\tb\tc: word\n", "word")).split("\n")
    assert.strictEqual(line, "  2 | \tb\tc: word")
    assert.strictEqual(marker, "    | \t \t   ^^^^")
  })

  it("widens the gutter with the number of the line", () => {
    const lines = render(at(`${"\n".repeat(99)}word`, "word")).split("\n")
    assert.deepStrictEqual(lines.slice(1), ["  100 | word", "      | ^^^^"])
  })

  it("marks one line of a range of several, and something of an empty one", () => {
    const long = at("key: one\n  two", "one\n  two", { message: "no" })
    assert.strictEqual(render(long).split("\n")[2], "    |      ^^^")
    assert.strictEqual(render({ ...long, range: { start: 8, end: 8 } }).split("\n")[2], "    |         ^")
    assert.strictEqual(render(at("", "")).split("\n")[0], "flow.yaml:1:1 error: unknown key ''")
  })

  it("shows no carriage return", () => {
    assert.strictEqual(render(at("a: word\r\nb: 1\r\n", "word")).split("\n")[1], "  1 | a: word")
  })

  it("counts lines and columns from 1, in UTF-16 units", () => {
    assert.deepStrictEqual(position("ab\ncd", 0), { line: 1, column: 1 })
    assert.deepStrictEqual(position("ab\ncd", 3), { line: 2, column: 1 })
    assert.deepStrictEqual(position("🧬x", 2), { line: 1, column: 3 })
  })

  it("stand in the order of the text, each once, with their number", () => {
    const text = "one two three"
    const all = [
      at(text, "three"),
      at(text, "one"),
      at(text, "three"),
      at(text, "two", { source: { file: "a.yaml", text } })
    ]
    assert.deepStrictEqual(
      sort(all).map(({ source, range }) => [source.file, range.start]),
      [
        ["a.yaml", 4],
        ["flow.yaml", 0],
        ["flow.yaml", 8]
      ]
    )
    assert.match(renderAll(all.slice(0, 2)), /\n\n2 faults: nothing was run$/u)
    assert.match(renderAll(all.slice(0, 1)), /\n\n1 fault: nothing was run$/u)
  })

  it("are counted as often as they are shown", () => {
    const one = at("one two", "one")
    assert.match(renderAll([one, one]), /\n\n1 fault: nothing was run$/u)
  })

  it("shows of a very long line what stands around the place", () => {
    const text = `name: ${"x".repeat(5000)} memroy ${"y".repeat(5000)}`
    const [, line, marker] = render(at(text, "memroy")).split("\n")
    assert.isBelow(line!.length, 210)
    assert.strictEqual(line!.slice(marker!.indexOf("^"), marker!.lastIndexOf("^") + 1), "memroy")
  })

  it("is told to programs with its end, and to editors on one line", () => {
    const fault = at("a:\n  memroy: 1\n", "memroy", { message: "two\n  lines" })
    assert.deepStrictEqual(JSON.parse(formats.json([fault])), [
      {
        file: "flow.yaml",
        line: 2,
        column: 3,
        endLine: 2,
        endColumn: 9,
        code: "unknown-key",
        message: "two\n  lines",
        hint: null
      }
    ])
    assert.strictEqual(formats.editor([fault]), "flow.yaml:2:3: error: two lines [unknown-key]")
    assert.strictEqual(formats.json([]), "[]")
  })
})
