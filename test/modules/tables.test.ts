/** Tables as others write them, given to the stages that read them. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import evaluationScores from "../../modules/evaluation-scores/stage.ts"
import loadTable from "../../modules/load-table/stage.ts"
import loadTracks from "../../modules/load-tracks/stage.ts"
import loadVariants from "../../modules/load-variants/stage.ts"
import * as FileHead from "../../src/data/text/FileHead.ts"
import { runStage, temporaryFolder } from "../support/stage.ts"

const file = (name: string, content: string | Uint8Array) => {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}
const lines = (path: string) => readFileSync(path, "utf8").trimEnd().split("\n")
const load = async (params: unknown, table: string) =>
  lines((await runStage(loadTable, params, { table })).outputs["table"]!)
const failure = (run: Promise<unknown>): Promise<{ message: string; hint?: string; line?: number; file?: string }> =>
  run.then(
    () => assert.fail("it did not fail"),
    (error: { message: string }) => error
  )
const columns = { id: "id", x: "x" }

describe("load-table", () => {
  it.each([
    ["x.tsv", '"id"\t"x"\n"a"\t1\n'],
    ["x.csv", "id,x\na,1\n"],
    ["x.tsv", "id,x\na,1\n"],
    ["x.tsv", "id;x\na;1\n"],
    ["x.txt", " id  x\n  a  1\n"],
    ["x.tsv", Buffer.from("\uFEFFid\tx\r\na\t1\r\n", "utf16le")],
    ["x.tsv", "id\tx\ra\t1\r"]
  ])("reads %s with %j", async (name, content) =>
    assert.deepStrictEqual(await load({ columns }, file(name, content)), ["id\tx", "a\t1"])
  )

  it("tells what is damaged from what is empty", () => {
    const bytes = gzipSync("id\tx\na\t1\n")
    bytes[10] = 7
    assert.strictEqual(FileHead.read(file("x.tsv.gz", bytes))!.content, "damaged gzip")
    assert.strictEqual(FileHead.read(file("x.tsv.gz", gzipSync("")))!.content, "empty")
  })

  it("knows a pointer of Git LFS", async () => {
    const pointer = file("x.tsv", "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n")
    const error = await failure(load({ columns }, pointer))
    assert.match(error.message, /a pointer of Git LFS/u)
    assert.match(error.hint!, /git lfs pull/u)
  })

  it("reads what its params say", async () => {
    const text = Buffer.from('# made by x\nid|x;x\n"gr\xf6\xdfe;1\n', "latin1")
    const params = {
      columns: { id: "id|x", x: "x" },
      separator: "semicolon",
      quotes: false,
      encoding: "latin1",
      comment: "#"
    }
    assert.deepStrictEqual(await load(params, file("x.tsv", text)), ["id\tx", '"""größe"\t1'])
  })

  it("names the input's file, line and column where a value cannot be written", async () => {
    const table = file("in.csv", 'id,x\na,1\n"a\tb",1\n')
    const error = await failure(load({ columns }, table))
    assert.deepEqual([error.file, error.line, error.message], [table, 3, "column 'id': a tab in the value 'a\\tb'"])
  })

  it("names what has no sign to change", async () => {
    const error = await failure(load({ columns, negate: ["x"] }, file("x.tsv", "id\tx\na\t+2\nb\tNA\nc\t0x1F\n")))
    assert.deepEqual([error.line, error.message.slice(0, 19)], [4, "column 'x': '0x1F' "])
    assert.deepStrictEqual(await load({ columns, negate: ["x"] }, file("x.tsv", "id\tx\na\t+2\nb\tNA\n")), [
      "id\tx",
      "a\t-2",
      "b\tNA"
    ])
  })

  it("says that Parquet has no separator", async () => {
    const table = join(import.meta.dirname, "../data/tables/snappy.parquet")
    assert.match((await failure(load({ columns, separator: "comma" }, table))).message, /is Parquet, which is no text/u)
  })
})

describe("a missing value", () => {
  it("is no tissue of its own, however it is written", async () => {
    const words = [".", "nan", "", "None", "#N/A", "null"]
    const rows = words.map((word, at) => `v${at}\t0.5\t1.2\t${word}\n`).join("")
    const scores = file("s.tsv", `variant_id\tscore\ttarget\ttissue\nv\t0.5\t1.2\tLiver\n${rows}`)
    const { outputs } = await runStage(
      evaluationScores,
      { evaluation: "eqtl_variant_borzoi_coefficient_human" },
      { scores }
    )
    const [header, ...found] = lines(outputs["scores"]!).map((line) => line.split("\t"))
    const at = header!.indexOf("group")
    assert.deepStrictEqual(new Set(found.map((row) => row[at])), new Set(["Liver", "NA"]))
  })

  it.each(["TRUE", "True", "true", "T", "1"])("is none of the classes: %s is one", async (word) => {
    const scores = file("s.tsv", `variant_id\tscore\ttarget\nv1\t0.5\t${word}\nv2\tNone\tFALSE\n`)
    const { outputs } = await runStage(evaluationScores, { evaluation: "mfass_splicing" }, { scores })
    const [header, ...rows] = lines(outputs["scores"]!).map((line) => line.split("\t"))
    const of = (name: string) => rows.map((row) => row[header!.indexOf(name)])
    assert.deepStrictEqual(
      [of("target"), of("prediction")],
      [
        ["1", "0"],
        ["0.5", "NA"]
      ]
    )
  })
})

describe("load-variants", () => {
  const reference = file("r.fa", `>chr1\n${"ACGT".repeat(50)}\n`)
  const uses = { chrom: "CHR", pos: "BP", ref: "REF", alt: "ALT" }
  const run = (text: string, more = {}) =>
    runStage(loadVariants, { columns: { ...uses, ...more } }, { variants: file("v.tsv", text), reference })

  it.each([
    ["1,000", "1_1,000_C_G: position '1,000' is not a whole number"],
    ["NA", "1_NA_C_G: the position is missing"],
    ["0x10", "1_0x10_C_G: position '0x10' is not a whole number"],
    ["2.5", "1_2.5_C_G: position '2.5' is not a whole number"]
  ])("shows a position as the file has it: %s", async (position, message) => {
    const error = await failure(run(`CHR\tBP\tREF\tALT\n1\t${position}\tC\tG\n`))
    assert.deepEqual([error.line, error.message], [2, message])
  })

  it("takes numbers as all tables do", async () => {
    const more = { gene: "GENE", eqtl_beta: "b", gwas_id: "GENE" }
    const of = (values: ReadonlyArray<string>) =>
      run(`CHR\tBP\tREF\tALT\tGENE\tb\n${values.map((b, at) => `1\t${2 + 4 * at}\tC\tG\tG1\t${b}\n`).join("")}`, more)
    const { outputs } = await of(["NA", "NaN", "1e-3", "None", "."])
    const [header, ...rows] = lines(outputs["signals"]!).map((line) => line.split("\t"))
    assert.deepStrictEqual(
      rows.map((row) => row[header!.indexOf("eqtl_beta")]),
      ["NA", "NA", "0.001", "NA", "NA"]
    )
    assert.include((await failure(of(["0x1F"]))).message, "column 'b': '0x1F' is not a finite number")
  })

  it("says what the file is instead", async () => {
    const error = await failure(run("BCF\x02\x02"))
    assert.match(error.message, /a BCF file/u)
  })
})

it("load-tracks reads targets with quotes", async () => {
  const list = file("targets.txt", '\tidentifier\tfile\tdescription\n0\tA\t/x\t"RNA:liver, ""adult"""\n')
  const { outputs } = await runStage(loadTracks, {}, { track_list: list })
  const [, row] = lines(outputs["tracks"]!).map((line) => line.split("\t"))
  assert.includeMembers([...row!], ["RNA", 'liver, "adult"'])
})
