/** Files by key, as they are checked before anything runs. */
import { assert, describe, it } from "vitest"
import * as Diagnostic from "../../../src/core/Diagnostic.ts"
import { load } from "../../support/workflow.ts"

const sheet = "params: { s: { type: table, columns: { id: string, kind: string, mate: string }, default: ./s.tsv } }\n"
const files = { "s.tsv": "id\tkind\tmate\na\ttumor\tb\nb\tnormal\ta\nc\tnormal\ta\n" }
const over = 'scatter: { over: "${{ params.s }}", as: x }'
const map = `  map: { ${over}, run: 'echo "$i" > "$o"', env: { i: "\${{ x.id }}" }, outputs: { o: text, t: { table: { v: integer } } } }\n`

const check = async (stages: string, given: Readonly<Record<string, string>> = files) => {
  const { diagnostics, workflow } = await load(`agflow: 1\nname: x\n${sheet}stages:\n${map}${stages}`, { files: given })
  return { workflow, text: diagnostics.map((each) => Diagnostic.render(each)).join("\n") }
}
const reader = (scatter: string, x: string, more = "") =>
  `  reader: { ${scatter}, ${more}run: 'cat "$x" > "$o"', inputs: { x: "${x}" }, outputs: { o: text } }\n`
const both = (other: string, more = "") =>
  `${other}  both: { ${more}run: 'cat $xs $ys > "$o"', inputs: { xs: "\${{ map.o }}", ys: "\${{ other.o }}" }, outputs: { o: text } }\n`
const other = (more: string) =>
  `  other: { ${more}, run: 'echo "$i" > "$o"', env: { i: "\${{ x.id }}" }, outputs: { o: text } }\n`

describe("one file of a collection", () => {
  it.each([
    ["by an item", reader(over, "${{ map.o[x] }}")],
    ["by a column of it", reader(over, "${{ map.o[x.mate] }}")],
    ["by a text", reader(over, "${{ map.o['a'] }}", "env: { i: '${{ x.id }}' }, ")],
    ["by a file of the same collection", reader('scatter: { over: "${{ map.o }}", as: y }', "${{ map.o[y] }}")],
    ["a table", reader(over, "${{ map.t[x] }}")]
  ])("is asked for %s", async (_, stages) => {
    const { text, workflow } = await check(stages)
    assert.strictEqual(text, "")
    const { instances } = workflow!.stages.find(({ id }) => id === "reader")!
    assert.isTrue(instances.every(({ inputs }) => (inputs.get("x") as { readonly at?: unknown }).at !== undefined))
  })

  it.each([
    ["a key that is not there", reader(over, "${{ map.o['d'] }}"), /'map\.o' has nothing for 'd'/u],
    [
      "a stage that is not scattered",
      `  one: { run: x, outputs: { o: text } }\n${reader(over, "${{ one.o[x] }}")}`,
      /'one\.o' is no collection: its stage is not scattered\n[^]*hint: write one\.o/u
    ],
    ["too many texts", reader(over, "${{ map.o[x, x] }}"), /'map\.o' has 1 key, not 2/u],
    ["an output that does not exist", reader(over, "${{ map.p[x] }}"), /no output 'p'/u],
    ["a row without its column", reader(over, "${{ map.o[x.nosuch] }}"), /'x' has no 'nosuch'/u],
    [
      "a place of another list",
      reader("scatter: { over: [{ v: 1 }, { v: 2 }], as: y }", "${{ map.o[y] }}"),
      /'y' is no key of 'map\.o': they come from different lists\n[^]*hint: .* 'id'/u
    ]
  ])("is not %s", async (_, stages, told) => {
    assert.match((await check(stages)).text, told)
  })

  it("is left out with its item where the stage skips such, which is counted", async () => {
    const stages = `${other(`${over}, if: "\${{ x.kind == 'normal' }}"`)}${reader(over, "${{ other.o[x] }}", "missing: skip, ")}`
    const { text, workflow } = await check(stages)
    assert.strictEqual(text, "")
    const { instances, skipped } = workflow!.stages.find(({ id }) => id === "reader")!
    assert.deepStrictEqual([instances.length, skipped], [2, [{ item: "a", from: "other" }]])
    assert.match((await check(stages.replace("missing: skip, ", ""))).text, /'other\.o' has nothing for 'a'/u)
    assert.match(
      (await check(stages.replace("'normal'", "'none'"))).text,
      /no item of 'reader' has all that it reads|'other\.o' has nothing/u
    )
  })
})

describe("collections side by side", () => {
  it.each([
    ["of one sheet", other(over)],
    [
      "of a list of one stage's files",
      other(over)
        .replace('over: "${{ params.s }}"', 'over: "${{ map.o }}"')
        .replace('env: { i: "${{ x.id }}" }', "inputs: { i: '${{ x }}' }")
    ]
  ])("may be %s", async (_, stages) => {
    assert.strictEqual((await check(both(stages))).text, "")
  })

  it.each([
    [
      "one ignores failures",
      other(`${over}, onError: ignore`),
      /'xs' and 'ys' may have different keys: 'other' may leave some out\n[^]*hint: 'missing: skip'/u
    ],
    [
      "one has a condition",
      other(`${over}, if: "\${{ x.kind == 'normal' }}"`),
      /different keys: 'a' is in one of them only/u
    ],
    [
      "they are of different lists",
      other("scatter: { over: [{ id: a }, { id: d }], as: x }"),
      /different keys: '[bcd]' is in one of them only/u
    ]
  ])("are an error where %s, unless the stage says how", async (_, stages, told) => {
    assert.match((await check(both(stages))).text, told)
    for (const how of ["skip", "fail", "ignore"])
      assert.strictEqual((await check(both(stages, `missing: ${how}, `))).text, "", how)
  })

  it("are not crossed by mistake", async () => {
    const cross = (more: string) =>
      `${other(over)}  pair: { ${more}scatter: [{ over: "\${{ map.o }}", as: a }, { over: "\${{ other.o }}", as: b }], run: 'cat "$a" "$b" > "$o"', inputs: { a: "\${{ a }}", b: "\${{ b }}" }, outputs: { o: text } }\n`
    assert.match(
      (await check(cross(""))).text,
      /have the same keys: each file of one would run with every file of the other\n[^]*hint: scatter over 'map\.o' alone and write \$\{\{ other\.o\[a\] \}\}/u
    )
    assert.strictEqual((await check(cross("missing: ignore, "))).text, "")
  })
})

describe("a condition on items", () => {
  it("leaves out some, and none is an error", async () => {
    const { text, workflow } = await check(other(`${over}, if: "\${{ x.kind == 'tumor' }}"`))
    assert.strictEqual(text, "")
    const { instances } = workflow!.stages.find(({ id }) => id === "other")!
    assert.deepStrictEqual(
      instances.map(({ levels }) => levels[0]!.chosen.map(({ word }) => word)),
      [["a"]]
    )
    assert.match((await check(other(`${over}, if: "\${{ x.nosuch }}"`))).text, /'x' has no 'nosuch'/u)
    assert.match((await check(other(`${over}, if: "\${{ x.kind }}"`))).text, /'if' must be true or false/u)
  })
})
