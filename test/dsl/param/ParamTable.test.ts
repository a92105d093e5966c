import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import * as ParamTable from "../../../src/dsl/param/ParamTable.ts"
import { FlagText } from "../../../src/dsl/param/ParamValue.ts"
import { temporaryFolder } from "../../support/stage.ts"

const columns: ParamTable.Columns = { id: "string", reads: "file", mate: "file?", depth: "integer?" }
const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
const sheet = (name: string, content: string | Buffer) => {
  writeFileSync(at(name), content)
  return name
}

const expected = [
  { id: "a", reads: at("a.fq"), mate: at("b.fq"), depth: 30 },
  { id: "b", reads: "/data/c.fq", mate: null, depth: null }
]

describe("a table as a param", () => {
  it.each([
    ["tabs", "s.tsv", "id\treads\tmate\tdepth\tlane\na\ta.fq\tb.fq\t30\t1\nb\t/data/c.fq\t\t.\t2\n"],
    [
      "commas, quotes and line breaks of Windows",
      "s.csv",
      'id,"reads",mate,depth\r\na,a.fq,"b.fq",30\r\nb,/data/c.fq,,NA\r\n'
    ],
    ["gzip", "s.tsv.gz", gzipSync("id\tdepth\treads\tmate\na\t30\ta.fq\tb.fq\nb\tNA\t/data/c.fq\tNA\n")]
  ])("is read from a file: %s", (_, name, content) => {
    assert.deepStrictEqual(ParamTable.read(columns, new FlagText(sheet(name, content)), folder), expected)
  })

  it("is read from a list of mappings, and handed on to one of fewer columns", () => {
    const rows = [
      { id: "a", reads: "a.fq", mate: "b.fq", depth: 30 },
      { id: "b", reads: "/data/c.fq", depth: null }
    ]
    const read = ParamTable.read(columns, rows, folder)
    assert.deepStrictEqual(read, expected)
    assert.deepStrictEqual(
      ParamTable.read({ id: "string" }, read, "/"),
      expected.map(({ id }) => ({ id }))
    )
    assert.deepStrictEqual(ParamTable.read(columns, read, "/elsewhere"), expected)
  })

  it.each([
    [[{ id: "a", raeds: "x" }], /^row 1: there is no column 'raeds'$/u, /did you mean 'reads'/u],
    [
      [
        { id: "a", reads: "x" },
        { id: 3, reads: "x" }
      ],
      /^row 2: column 'id': 3 where a string is expected$/u,
      undefined
    ],
    [[{ id: "a" }], /^row 1: column 'reads': nothing where a path is expected$/u, undefined],
    [[{ id: "a", reads: "x", depth: 1.5 }], /^row 1: column 'depth': 1.5 where an integer is expected$/u, undefined],
    [["a"], /^row 1: expected a mapping of id, reads, mate, depth$/u, undefined],
    [7, /^expected the path of a table, or a list of mappings$/u, undefined],
    ["none.tsv", /^there is no file .*none\.tsv$/u, undefined],
    [".", /is not a file$/u, undefined]
  ])("tells what is wrong with %j", (value, message, hint) => {
    const fault = ParamTable.read(columns, value, folder) as ParamTable.Fault
    assert.match(fault.message, message)
    if (hint !== undefined) assert.match(fault.hint!, hint)
  })

  it("tells what is wrong in a file at its line", () => {
    const text = "id\treads\tdepth\na\ta.fq\t3\nb\tb.fq\tmany\n"
    const fault = ParamTable.read(columns, sheet("bad.tsv", text), folder) as ParamTable.Fault
    assert.strictEqual(fault.message, "column 'depth': 'many' where an integer is expected")
    assert.deepStrictEqual(fault.source, { file: at("bad.tsv"), text })
    assert.strictEqual(text.slice(fault.range!.start, fault.range!.end), "b\tb.fq\tmany")
    const gaps = 'id,reads\n\n"a\nb",a.fq\n\nc,\n'
    const late = ParamTable.read(columns, sheet("gaps.csv", gaps), folder) as ParamTable.Fault
    assert.strictEqual(gaps.slice(late.range!.start, late.range!.end), "c,", "below empty lines and one of two lines")
    const lacking = ParamTable.read(columns, sheet("lacking.csv", "id,depth\na,3\n"), folder) as ParamTable.Fault
    assert.match(lacking.message, /missing column 'reads'/u)
    const broken = ParamTable.read(
      columns,
      sheet("broken.tsv.gz", gzipSync("id\treads\n").subarray(0, 15)),
      folder
    ) as ParamTable.Fault
    assert.match(broken.message, /^not a whole gzip file/u)
  })
})
