import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import { InputError } from "../../../src/core/Failure.ts"
import * as Reader from "../../../src/data/table/Reader.ts"
import * as Table from "../../../src/data/Table.ts"
import { temporaryFolder } from "../../support/stage.ts"

const file = (content: string | Uint8Array, name = "x.tsv") => {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

/** Columns, then rows; or what is wrong, and where. As a stream and as text that is there already. */
const read = async (content: string, options: Reader.Options = {}, name = "x.tsv") => {
  const path = file(content, name)
  const shown = ({ columns, rows }: Reader.TextTable) => [columns, ...rows].map((row) => row.join("|"))
  const fault = (error: InputError) => [error.line, error.message, error.hint ?? ""]
  const streamed = await Effect.runPromise(
    Reader.text(path, options).pipe(
      Effect.map(shown),
      Effect.catch((error) => Effect.succeed(fault(error)))
    )
  )
  const whole = () => {
    try {
      return shown(Reader.parse(Buffer.from(content), path, options))
    } catch (cause) {
      return fault(cause as InputError)
    }
  }
  if (!content.startsWith("\uFEFF")) assert.deepStrictEqual(whole(), streamed)
  return streamed
}

const found = async (content: string, options: Reader.Options = {}, name = "x.tsv") => {
  const [line, message, hint] = await read(content, options, name)
  return { line, message: String(message), hint: String(hint) }
}

describe("what is between fields", () => {
  it.each([
    ["tabs", "a\tb\n1\t2\n", "x.tsv"],
    ["commas, by the name", "a,b\n1,2\n", "x.csv"],
    ["commas, by the name of a compressed file", "a,b\n1,2\n", "x.csv.gz"],
    ["commas, by the header", "a,b\n1,2\n", "x.tsv"],
    ["semicolons", "a;b\n1;2\n", "x.tsv"],
    ["semicolons in a .csv, with commas in numbers", "a;b\n1;2\n", "x.csv"],
    ["tabs in a .csv", "a\tb\n1\t2\n", "x.csv"],
    ["blanks, as PLINK writes", "  a   b \n  1   2\n", "x.txt"],
    ["a header only, of commas", "a,b\n", "x.csv"]
  ])("is told by the file: %s", async (_, text, name) => {
    const rows = await read(text, {}, name)
    assert.deepStrictEqual(rows, ["a|b", "1|2"].slice(0, rows.length))
    assert.isAbove(rows.length, text.includes("1") ? 1 : 0)
  })

  it("is what it is said to be", async () => {
    assert.deepStrictEqual(await read("a,b\tc\n1,2\t3\n", { separator: "comma" }), ["a|b\tc", "1|2\t3"])
    assert.deepStrictEqual(await read("a,b\n1,2\n", { separator: "tab" }), ["a,b", "1,2"])
    assert.deepStrictEqual(await read("1 2\n3 4\n", { header: ["a", "b"] }), ["a|b", "1|2", "3|4"])
  })

  it("are no blanks in the texts of an only column", async () => {
    assert.deepStrictEqual(await read("gene name\ntumor protein 53\nBRCA1\n"), [
      "gene name",
      "tumor protein 53",
      "BRCA1"
    ])
    assert.deepStrictEqual(await read("id\na b\nc d\n"), ["id", "a b", "c d"])
    assert.deepStrictEqual(await read("some words\n"), ["some words"])
  })
})

describe("quotes", () => {
  it.each([
    ["as R writes them", '"id"\t"x"\n"a"\t1\n', ["id|x", "a|1"]],
    ["around tabs, quotes and line breaks", 'id\tx\n"a\tb ""c"""\t"1\n2"\n', ["id|x", 'a\tb "c"|1\n2']],
    ["within a field are letters", 'id\tx\n5"\t3\' "a"\n', ["id|x", '5"|3\' "a"']],
    ["around nothing", 'id,x\n"",""\n', ["id|x", "|"]],
    ["with line ends of Windows", '"id","x"\r\n"a","b"\r\n', ["id|x", "a|b"]],
    ["between blanks", '"id" "x"\n"a b" "1"\n', ["id|x", "a b|1"]]
  ])("%s", async (_, text, rows) => assert.deepStrictEqual(await read(text), rows))

  it("may be letters", async () =>
    assert.deepStrictEqual(await read('id\tx\n"a\t1\n', { quotes: false }), ["id|x", '"a|1']))

  it("that do not end, or end before their field, are told at their line", async () => {
    assert.deepInclude(await found('id\tx\na\t1\nb\t"2\nc\t3\n'), { line: 3, message: "a quoted field does not end" })
    const behind = await found('id\tx\n"Alu" element\t1\n')
    assert.deepEqual([behind.line, behind.message], [2, "text behind the end of a quoted field: '\"Alu\" element\\t1'"])
  })

  it("may go over what is read at once", async () => {
    const long = `${"x\n".repeat(900_000)}""`
    const rows = await read(`id\tx\na\t"${long}"\nb\t2\n`)
    assert.deepStrictEqual([rows.length, String(rows[1]).length, rows[2]], [3, 2 + long.length - 1, "b|2"])
  })
})

describe("rows", () => {
  it.each([
    ["lines above the header", "made by x\n\nid\tx\na\t1\n", { skipLines: 1 }],
    ["comments anywhere", "# made by x\nid\tx\n# more\na\t1\n#end\n", { comment: "#" }],
    ["VCF's header", "##x\n##y\n#id\tx\na\t1\n", {}],
    ["blank lines", "\nid\tx\n\na\t1\n\n\n", {}],
    ["no end of the last line", "id\tx\na\t1", {}],
    ["a byte order mark", "\uFEFFid\tx\na\t1\n", {}]
  ])("stand below %s", async (_, text, options) => assert.deepStrictEqual(await read(text, options), ["id|x", "a|1"]))

  it("of an only column may be empty, but for the last", async () =>
    assert.deepStrictEqual(await read("x\n1\n\n2\n\n"), ["x", "1", "", "2"]))

  it.each([
    ["a\tb\n1\t2\n3\n", 3, "1 field where the header has 2", "fields are separated by one tab each"],
    ["a,b\n1,2\n\n3\n", 4, "1 field where the header has 2", "fields are separated by commas"],
    [
      "a\tb\nr1\t1\t2\n",
      2,
      "3 fields where the header has 2: a column has no name",
      "R's write.table writes row names so"
    ],
    ['"a" "b"\n"r1" 1 2\n"r2" 1 2\n', 2, "3 fields where the header has 2: a column has no name", "row.names = FALSE"],
    ["a\ta\n", 1, "two columns are named 'a'", "rename"],
    ["\t\tb\n", 1, "two columns have no name", "name"],
    ["", 1, "the table is empty: a header row is needed", ""],
    ["##x\n\n", 1, "the table is empty: a header row is needed", ""],
    ["a\tb\n1\t2\n\na\tb\n3\t4\n", 4, "the row repeats the header", "append-tables"]
  ])("%j is told at its line", async (text, line, message, hint) => {
    const fault = await found(text)
    assert.deepEqual([fault.line, fault.message], [line, message])
    assert.include(fault.hint, hint)
  })

  it("know their lines", async () => {
    const table = await Effect.runPromise(Reader.text(file('a,b\n"x\ny",1\n\nz,2\n')))
    assert.deepStrictEqual([table.headerLine, Reader.lineOf(table, 0), Reader.lineOf(table, 1)], [1, 2, 5])
  })

  it("are as many as there are, however long the file", async () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => `row ${index}\t"${index}"\tü`)
    const table = await Effect.runPromise(Reader.text(file(gzipSync(`a\tb\tc\n${rows.join("\n")}\n`), "x.tsv.gz")))
    assert.strictEqual(table.rows.length, rows.length)
    assert.strictEqual(
      table.rows.findIndex((row, at) => row[1] !== String(at) || row[2] !== "ü"),
      -1
    )
    assert.isUndefined(table.lines)
  })
})

describe("a column that is missing", () => {
  const fault = async (text: string, name: string) => {
    const table = await Effect.runPromise(Reader.text(file(text)))
    return Effect.runPromise(Effect.flip(Table.decode(table, { [name]: Table.string("") })))
  }

  it("is told with what was perhaps meant, or what there is", async () => {
    const near = await fault("##x\nvariant_id\tscore\na\t1\n", "variant_ids")
    assert.deepEqual(
      [near.line, near.message, near.hint],
      [2, "missing column 'variant_ids'", "did you mean 'variant_id'?"]
    )
    assert.strictEqual((await fault("a\tb\n1\t2\n", "score")).hint, "the columns are: a, b")
    const wide = await fault(`${Array.from({ length: 500 }, (_, at) => `c${at}`).join("\t")}\n`, "score")
    assert.match(wide.hint!, /c39, \.\.\. \(500 columns\)$/u)
  })

  it("may be one that other separators hide", async () =>
    assert.match(
      (await fault("a b\n1 2 3 4\n", "b")).hint!,
      /one column, 'a b': its fields may be separated by something/u
    ))

  it("shows no control characters", async () =>
    assert.strictEqual((await fault("a\x1b[31m\tb\n1\t2\n", "score")).hint, "the columns are: a\\x1b[31m, b"))
})

describe("a table that a stage wrote", () => {
  it("is held to its schema by tabs", async () => {
    const check = (text: string) => Effect.runPromise(Effect.flip(Reader.check(file(text), { x: Table.number("") })))
    assert.deepInclude(await check("x\n1\n\n2\n"), {
      line: 3,
      message: "column 'x': an empty field where a number is expected"
    })
    assert.deepInclude(await check("y,x\n1,2\n"), { line: 1, message: "missing column 'x'" })
  })

  it("tells its columns, whatever comes behind them", async () =>
    assert.deepStrictEqual(await Effect.runPromise(Reader.columns(file("##x\na\tb\n1\n"))), ["a", "b"]))
})
