import * as Effect from "effect/Effect"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import * as VariantSource from "../../src/genome/VariantSource.ts"
import * as Vcf from "../../src/genome/Vcf.ts"
import { file } from "../support/genome.ts"

const columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
const header = `##fileformat=VCFv4.2\n##contig=<ID=1>\n${columns}\n`

const read = (path: string, columns: VariantSource.Columns = {}) => {
  const rows: Array<VariantSource.Row> = []
  const reader: VariantSource.Reader<never, never> = {
    header: () => undefined,
    row: (row: VariantSource.Row) => {
      rows.push(row)
      return undefined
    }
  }
  return VariantSource.read(path, columns, reader).pipe(Effect.as(rows))
}
const rows = (text: string, columns?: VariantSource.Columns) =>
  Effect.runPromise(read(file("x.vcf", text.replaceAll("|", "\t")), columns))
const failure = (text: string, columns?: VariantSource.Columns, name = "x.vcf") =>
  Effect.runPromise(Effect.flip(read(file(name, text.replaceAll("|", "\t")), columns)))

describe("Vcf", () => {
  it("reads one row per alternative allele, with its line", async () => {
    const text = `${header}1\t100\trs1\tA\tG,T\t.\t.\t.\r\nchrX\t7\t.\tCA\tC\t.\t.\t.\n1\t9\t.\tA\t<DEL>\t.\t.\t.\n`
    for (const path of [file("x.vcf", text), file("x.vcf.gz", gzipSync(text))]) {
      const found = await Effect.runPromise(read(path))
      assert.deepStrictEqual(
        found.map((row) => [row.line, VariantSource.textOf(row)]),
        [
          [4, "1_100_A_G"],
          [4, "1_100_A_T"],
          [5, "chrX_7_CA_C"],
          [6, "1_9_A_<DEL>"]
        ]
      )
    }
  })

  it("reads what other programs write: a byte order mark, ##contig first, five columns", async () => {
    for (const text of [
      `\uFEFF${header}1|100|.|A|G|.|.|.\n`,
      `##contig=<ID=1>\n##fileformat=VCFv4.2\n${columns}\n1|100|.|A|G|.|.|.\n`,
      "#CHROM|POS|ID|REF|ALT\n1|100|.|A|G"
    ]) {
      assert.deepStrictEqual((await rows(text)).map(VariantSource.textOf), ["1_100_A_G"])
    }
  })

  it("knows the build by the lengths of its contigs", async () => {
    const [row] = await rows(`##fileformat=VCFv4.2\n##contig=<ID=1,length=249250621>\n${columns}\n1|5|.|A|G|.|.|.\n`)
    assert.strictEqual(row!.build, "hg19")
  })

  it("keeps a line that cannot be read, with what is wrong", async () => {
    const [short, cut, long, after] = await rows(
      `${header}1|100|.|A\n1|100|.|A|G|.|.\n1|100|.|A|G|.|.|.|GT|0/1\n1|101|.|A|G|.|.|.|\n`
    )
    assert.match(short!.problem!.reason, /4 fields where the header has 8/u)
    assert.match(cut!.problem!.reason, /7 fields where the header has 8/u)
    assert.match(long!.problem!.reason, /10 fields where the header has 8/u)
    assert.deepStrictEqual([after!.pos, after!.problem], ["101", undefined])
  })

  it("is told from a table by its header, its name or its records", async () => {
    const cases = [
      [await failure("1|100|.|A|G|.|.|.\n"), /not a VCF: no header line/u],
      [await failure("1|100|.|A|G|.|.|.\n", {}, "x.txt"), /not a VCF: no header line/u],
      [await failure("##fileformat=VCFv4.2\n"), /not a VCF: no header line/u],
      [await failure("BCF\u0002\u0002..."), /a BCF file/u]
    ] as const
    for (const [error, message] of cases) assert.match(error.message, message)
    assert.deepStrictEqual(await rows(header), [])
  })

  const declared =
    "##fileformat=VCFv4.2\n##INFO=<ID=GENE,Number=A,Type=String>\n##INFO=<ID=N,Number=1,Type=Integer>\n##FORMAT=<ID=ES,Number=A,Type=Float>\n"

  it("reads INFO fields, FORMAT fields of an only sample and columns by name", async () => {
    const found = await rows(
      `${declared}${columns}|FORMAT|trait\n1|5|rs7|A|C,G|.|.|N=7;GENE=G1,G%3B2|ES:SE|0.5,-0.25:0.1,0.2\n1|6|.|A|C|.|.|.|SE|0.1\n`,
      { gene: "GENE", nsnps: "INFO/N", eqtl_beta: "FORMAT/ES", signal_id: "ID" }
    )
    assert.deepStrictEqual(
      found.map(({ cell }) => ["gene", "nsnps", "eqtl_beta", "signal_id"].map(cell)),
      [
        ["G1", "7", "0.5", "rs7"],
        ["G;2", "7", "-0.25", "rs7"],
        [undefined, undefined, undefined, undefined]
      ]
    )
  })

  it("takes no value of a field that does not say whose it is", async () => {
    const given = (info: string) =>
      rows(`${declared}${columns}\n1|5|.|A|C,G|.|.|${info}\n`, { gene: "GENE", nsnps: "N" })
    for (const [info, reason] of [
      ["GENE=G1;N=7", /'GENE' has 1 values for 2 alternative alleles: G1/u],
      ["GENE=G1,G2,G3", /'GENE' has 3 values for 2 alternative alleles/u],
      ["GENE=G1,G2;N=7;N=8", /INFO has 'N' twice: N=7;N=8/u]
    ] as const) {
      assert.match((await given(info))[0]!.problem!.reason, reason)
    }
    const [row] = await given("GENE=caf%C3%A9,G2; N=7")
    assert.deepStrictEqual([row!.problem, row!.cell("gene"), row!.cell("nsnps")], [undefined, "café", "7"])
  })

  it("refuses a field that is not there, and places that a VCF has itself", async () => {
    const text = `${declared}${columns}\n`
    assert.match(
      (await failure(text, { gene: "GEN" })).message,
      /no INFO field, FORMAT field or column is named 'GEN'/u
    )
    assert.match((await failure(text, { pos: "POS" })).message, /a place of its own for 'pos'/u)
    const two = `${declared}${columns}|FORMAT|a|b\n`
    assert.match((await failure(two, { eqtl_beta: "ES" })).message, /the VCF has 2 samples/u)
  })

  it("is not what a table is", async () => {
    assert.isFalse(await Effect.runPromise(Vcf.isVcf(file("v.tsv", "variant_id\nchr1_5_A_G\n"))))
  })
})
