import { assert, describe, it } from "vitest"
import * as Graph from "../../src/dsl/Graph.ts"
import * as GraphDrawing from "../../src/report/GraphDrawing.ts"
import { elements } from "../report/wellFormed.ts"
import { load } from "../support/workflow.ts"

const text = `agflow: 1
name: <odd> "name" & co
stages:
  end:
    run: 'printf "id\\n1\\n" > "$t"'
    outputs: { t: tsv }
  style:
    scatter: [{ over: "\${{ end.t }}", rows: 2, as: part }, { over: [a, b], as: x }]
    run: cp "$part" "$out"; cp "$part" "$count"
    inputs: { part: "\${{ part }}", whole: "\${{ end.t }}" }
    env: { x: "\${{ x }}" }
    outputs: { out: tsv, count: text }
  each:
    scatter: { over: [1, 2, 3] }
    run: cat $all > "$out"
    inputs: { all: ["\${{ style.out }}", "\${{ end.t }}"], count: "\${{ style.count }}" }
    env: { x: "\${{ item }}" }
    outputs: { out: tsv }
outputs: { all: "\${{ each.out }}" }
`
const graph = async () => Graph.make((await load(text)).workflow!)

describe("the graph of a workflow", () => {
  it("has an edge for each pair of ports, of what a stage is scattered over too", async () => {
    const { stages, edges } = await graph()
    assert.deepStrictEqual(
      edges.map(({ from, output, to, input }) => `${from}.${output} > ${to}.${input}`),
      [
        "end.t > style.part",
        "end.t > style.whole",
        "style.out > each.all",
        "end.t > each.all",
        "style.count > each.count"
      ]
    )
    assert.deepStrictEqual(
      stages.map(({ id, scattered, tasks }) => [id, scattered, tasks]),
      [
        ["end", false, 1],
        ["style", true, null],
        ["each", true, 3]
      ]
    )
  })

  it("as Mermaid, in which 'end' and 'style' are words of the language", async () => {
    assert.strictEqual(
      Graph.mermaid(await graph()),
      [
        "flowchart TD",
        '  s_end["end<br/>run"]',
        '  s_style[["style<br/>run, many tasks"]]',
        '  s_each[["each<br/>run, 3 tasks"]]',
        '  s_end -->|"t → part<br/>t → whole"| s_style',
        '  s_style -->|"out → all<br/>count"| s_each',
        '  s_end -->|"t → all"| s_each'
      ].join("\n")
    )
  })

  it("for Graphviz, quoted", async () => {
    const lines = Graph.dot(await graph()).split("\n")
    assert.strictEqual(lines[0], 'digraph "<odd> \\"name\\" & co" {')
    assert.include(lines, '  "style" [label="style\\nrun, many tasks", peripheries=2]')
    assert.include(lines, '  "end" -> "style" [label="t → part\\nt → whole"]')
  })

  it("as a picture that is well-formed XML, with scattered stages as stacks", async () => {
    const svg = GraphDrawing.render(await graph())!
    assert.include(elements(svg)[0], "xmlns=")
    assert.include(svg, "<title>&lt;odd&gt; &quot;name&quot; &amp; co</title>")
    const stacks = [...svg.matchAll(/<g class="stage"><title>[^<]*<\/title>((?:<rect[^>]*>){1,2})<text[^>]*>(\w+)</gu)]
    assert.deepStrictEqual(
      stacks.map(([, rects, id]) => [id, rects!.split("<rect").length - 1]),
      [
        ["end", 1],
        ["style", 2],
        ["each", 2]
      ]
    )
  })
})
