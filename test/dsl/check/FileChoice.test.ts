/** What is not taken is checked like what is. */
import { assert, describe, it } from "vitest"
import * as Diagnostic from "../../../src/core/Diagnostic.ts"
import { load } from "../../support/workflow.ts"

const check = async (stages: string, given: ReadonlyArray<string> = []) => {
  const text = `agflow: 1
name: x
params:
  cram: { type: boolean, default: false }
  n: { type: integer, default: 1 }
  known: { type: integer, optional: true }
  f: { type: file, default: ./f.vcf }
  o: { type: file, optional: true }
  l: { type: list, default: [a, b] }
  t: { type: table, columns: { id: string }, default: [{ id: a }] }
stages:
  a: { if: "\${{ params.cram }}", run: 'echo 1 > "$o"', outputs: { o: vcf } }
  z: { run: 'echo 1 > "$o"', outputs: { o: vcf, t: tsv } }
${stages}`
  const { diagnostics, workflow } = await load(text, {
    files: {
      "f.vcf": "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nchr1\t1\t.\tA\tG\t.\t.\t.\n"
    },
    params: given.map((each) => each)
  })
  return { workflow, text: diagnostics.map((each) => Diagnostic.render(each)).join("\n") }
}
const reader = (x: string) => `  b: { run: 'cat "$x" > "$o"', inputs: { x: "${x}" }, outputs: { o: text } }\n`
const value = (x: string) => `  b: { run: 'echo "$v" > "$o"', env: { v: "${x}" }, outputs: { o: text } }\n`

describe("one of two files", () => {
  it.each([
    ["${{ params.cram ? a.o : params.f }}", "File", "Output"],
    ["${{ first(a.o, params.o, params.f) }}", "File", "Output"],
    ["${{ default(params.o, z.o) }}", "Output", "Output"],
    ["${{ params.n > 3 ? z.o : params.cram ? a.o : params.f }}", "File", "Output"]
  ])("%s", async (x, without, withCram) => {
    for (const [given, kind] of [
      [[], without],
      [["cram=true"], withCram]
    ] as const) {
      const { text, workflow } = await check(reader(x), given)
      assert.strictEqual(text, "")
      assert.strictEqual(workflow!.stages.find(({ id }) => id === "b")!.instances[0]!.inputs.get("x")!._tag, kind)
    }
  })

  it.each([
    ["an output that does not exist", reader("${{ params.cram ? a.nosuch : params.f }}"), /no output 'nosuch'/u],
    [
      "a stage that does not exist",
      reader("${{ params.cram ? nosuch.o : params.f }}"),
      /there is no stage (or item )?'nosuch'/u
    ],
    ["a condition that is a number", reader("${{ params.n ? a.o : params.f }}"), /true or false is expected/u],
    [
      "a file of another kind",
      `  q: { run: 'echo 1 > "$o"', outputs: { o: fasta } }\n  s: { uses: make-variants, with: { genome: hg38, reference: "\${{ params.cram ? z.o : q.o }}" } }\n`,
      /'z\.o' does not fit 'reference'/u
    ]
  ])("with %s is an error, whichever is taken", async (_, stages, told) => {
    assert.match((await check(stages)).text, told)
  })
})

describe("a value that is not taken", () => {
  it.each([
    ["a name", value("${{ params.cram ? params.n + nosuch.o : params.n }}"), /there is no stage or item 'nosuch'/u],
    ["an operator", value("${{ params.cram ? 'a' * 3 : params.n }}"), /'\*' takes numbers, not a text and a number/u],
    ["a condition behind &&", value("${{ params.cram && params.l }}"), /'&&' takes true or false, not a list/u]
  ])("is checked: %s", async (_, stages, told) => {
    assert.match((await check(stages)).text, told)
  })

  it.each([
    ["what guards against a missing value", "${{ params.known == null ? 0 : params.known * 2 }}"],
    ["what guards against zero", "${{ params.n > 0 ? 10 / params.n : 0 }}"],
    ["what guards against an empty list", "${{ length(params.l) > 5 ? params.l[5] : 'none' }}"]
  ])("may be %s", async (_, x) => {
    assert.strictEqual((await check(value(x))).text, "")
  })

  it("is that of a stage that is switched off, too", async () => {
    const off = (rest: string) => `  b: { if: "\${{ params.cram }}", ${rest} }\n`
    assert.match(
      (await check(off(`run: 'cat "$x" > "$o"', inputs: { x: "\${{ z.nosuch }}" }, outputs: { o: text }`))).text,
      /no output 'nosuch'/u
    )
    assert.match((await check(off("uses: nosuchstage, with: { a: 1 }"))).text, /no stage named 'nosuchstage'/u)
    assert.strictEqual(
      (await check(off(`run: 'cat "$x" > "$o"', inputs: { x: "\${{ params.o }}" }, outputs: { o: text }`))).text,
      ""
    )
  })
})

describe("a text", () => {
  it.each([
    ["a list", value("${{ params.l }}"), /'v' takes a text, not a list/u],
    ["a table", value("${{ params.t }}"), /'v' takes a text, not a list/u],
    ["a row", value("${{ params.t[0] }}"), /'v' takes a text, not a mapping/u],
    ["a table where a file is expected", reader("${{ params.t }}"), /'x' takes a file, not rows of a table/u]
  ])("is not %s", async (_, stages, told) => {
    assert.match((await check(stages)).text, told)
  })

  it("may be one item of a list, or a value of a row", async () => {
    assert.strictEqual((await check(value("${{ params.l[1] }} ${{ params.t[0].id }}"))).text, "")
  })
})
