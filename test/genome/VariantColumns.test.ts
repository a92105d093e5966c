import { assert, describe, it } from "vitest"
import loadVariants from "../../modules/load-variants/stage.ts"
import * as SignalSource from "../../src/evaluation/SignalSource.ts"
import { file, rejection, rowsOf } from "../support/genome.ts"
import { runStage, type StageResult } from "../support/stage.ts"

// chr1 101 to 110 is ACGTACGTAC.
const reference = file("ref.fa", ">chr1:101-110\nACGTACGTAC\n>2\nTTTTT\n")
const load = (name: string, rows: ReadonlyArray<string>, params = {}) =>
  runStage(loadVariants, params, {
    variants: file(name, `${rows.join("\n").replaceAll(" ", name.endsWith(".regenie") ? " " : "\t")}\n`),
    reference
  })
const texts = (path: string | undefined) => rowsOf(path).map((row) => Object.values(row).join(" "))
const notes = ({ account }: StageResult, rows: string) =>
  account.find((each) => each.rows === rows)?.notes.map(({ reason, count }) => `${count} ${reason}`)

describe("VariantColumns", () => {
  it("knows the columns of tables that programs write", async () => {
    const tables: ReadonlyArray<readonly [name: string, header: string, row: string]> = [
      ["ssf.tsv", "chromosome base_pair_location effect_allele other_allele beta rsid", "1 105 C A 0.1 rs1"],
      ["rsids.tsv", "variant_id chromosome base_pair_location effect_allele other_allele", "rs1 1 105 C A"],
      ["hm.tsv", "hm_chrom hm_pos hm_other_allele hm_effect_allele chromosome position", "1 105 A C 1 99"],
      ["hm_id.tsv", "hm_variant_id beta", "1_105_A_C 0.1"],
      ["eqtl_catalogue.tsv", "molecular_trait_id chromosome position ref alt variant", "G 1 105 A C chr1_105_A_C"],
      ["finngen", "#chrom pos ref alt rsids", "1 105 A C NA"],
      ["step2.regenie", "CHROM GENPOS ID ALLELE0 ALLELE1 A1FREQ", "1 105 rs1 A C 0.3"],
      ["saige.txt", "CHR POS MarkerID Allele1 Allele2 AF_Allele2", "1 105 x A C 0.1"],
      ["gwas.glm.linear", "#CHROM POS ID REF ALT A1 BETA", "1 105 rs1 A C C 0.1"],
      ["gwas.assoc", "CHR SNP BP A1 F_A A2", "1 rs1 105 C 0.1 A"],
      ["vep.txt", "#Uploaded_variation Location Allele", "1_105_A/C 1:105 C"],
      ["metal.tbl", "MarkerName Allele1 Allele2 Effect", "1:105:A:C c a 0.1"]
    ]
    for (const [name, header, row] of tables) {
      const { outputs } = await load(name, [header, row])
      assert.deepStrictEqual(texts(outputs["variants"]), ["chr1_105_A_C chr1 105 A C"], name)
    }
  })

  it("says what a file without a header row lacks", async () => {
    const error = await rejection(load("x.bim", ["1 rs1 0 105 C A"]))
    assert.match(error.hint!, /the first row must name the columns/u)
  })

  it("changes the signs of effects that are of the reference allele", async () => {
    const columns = { gwas_id: "study", gwas_beta: "beta" }
    const rows = [
      "variant_id gene_id effect_allele other_allele beta study",
      "chr1_105_A_C G A C 0.5 S",
      "chr1_106_C_T G T C 0.5 S"
    ]
    const result = await load("v.tsv", rows, { columns })
    assert.deepStrictEqual(
      rowsOf(result.outputs["signals"]).map((row) => row["gwas_beta"]),
      ["-0.5", "0.5"]
    )
    assert.deepStrictEqual(notes(result, "signals"), ["1 effect of the reference allele: its sign is changed"])
    const glm = ["#CHROM POS ID REF ALT A1 beta gene_id study", "1 105 rs1 A C A 0.5 G S"]
    const { outputs } = await load("x.glm.linear", glm, { columns })
    assert.deepStrictEqual(rowsOf(outputs["signals"])[0]!["gwas_beta"], "-0.5")
    const neither = await rejection(load("v.tsv", [rows[0]!, "chr1_105_A_C G T C 0.5 S"], { columns }))
    assert.match(neither.message, /the effect allele 'T' is neither A nor C/u)
    const own = { ...columns, effect_allele: "other_allele" }
    const turned = await load("v.tsv", rows, { columns: own })
    assert.deepStrictEqual(
      rowsOf(turned.outputs["signals"]).map((row) => row["gwas_beta"]),
      ["0.5", "-0.5"]
    )
  })

  it("gives no signals in silence where there is no gene", async () => {
    const error = await rejection(
      load("v.tsv", ["variant_id study", "chr1_105_A_C S"], { columns: { gwas_id: "study" } })
    )
    assert.match(error.message, /'gwas_id' is of a signal, which needs a gene/u)
  })

  it("reads SPDI, which counts from 0", async () => {
    const hg38 = file("hg38.fa", ">NC_000001.11\nACGTTACGTAC\n")
    const of = (...ids: ReadonlyArray<string>) =>
      runStage(loadVariants, {}, { variants: file("v.tsv", `${["variant_id", ...ids].join("\n")}\n`), reference: hg38 })
    const { outputs } = await of(
      "NC_000001.11:0:A:G",
      "NC_000001.11:2::A",
      "NC_000001.11:3:TT:T",
      "NC_000001.11:6:CGT:"
    )
    assert.deepStrictEqual(
      rowsOf(outputs["variants"]).map((row) => row["variant_id"]),
      ["chr1_1_A_G", "chr1_2_C_CA", "chr1_3_GT_G", "chr1_6_ACGT_A"]
    )
    assert.match((await rejection(of("NC_000001.11:0:1:G"))).message, /how many bases are deleted, not which/u)
    assert.match((await rejection(of("NC_000001.10:0:A:G"))).message, /of hg19, the reference of hg38/u)
  })

  it("reads positions as R writes them, and no rounded ones", async () => {
    const far = file("far.fa", `>chr1:99999-100002\nACGT\n`)
    const of = (pos: string) =>
      runStage(loadVariants, {}, { variants: file("v.tsv", `chrom\tpos\tref\talt\n1\t${pos}\tC\tA\n`), reference: far })
    assert.deepStrictEqual(texts((await of("1e+05")).outputs["variants"]), ["chr1_100000_C_A chr1 100000 C A"])
    for (const pos of ["1E+05", "1.0E5", "1e5"]) assert.match((await rejection(of(pos))).hint!, /rounds such numbers/u)
  })

  it("leaves out alleles that say no bases", async () => {
    const rows = ["chrom pos ref alt", "1 105 A C", "1 105 I D", "1 106 D I", "1 107 N A", "1 108 T ."]
    const { account, outputs } = await load("v.tsv", rows)
    assert.strictEqual(rowsOf(outputs["variants"]).length, 1)
    assert.deepStrictEqual(
      account[0]!.leftOut.map(({ reason, count }) => `${count} ${reason}`),
      [
        "2 insertion or deletion not spelled out in bases",
        "1 reference allele with ambiguous bases",
        "1 alternative allele not spelled out in bases"
      ]
    )
  })

  it("drops single rows that differ from the genome, never most of a file", async () => {
    const rows = Array.from({ length: 30 }, (_, at) => `1 ${101 + (at % 10)} ${"ACGT"[(at + 1) % 4]} N`)
    for (const mismatch of ["drop", "swap"]) {
      const error = await rejection(load("v.tsv", ["chrom pos ref alt", ...rows], { mismatch }))
      assert.match(error.message, /variants differ from the reference, and \d+ do not/u)
    }
  })

  it("holds a VCF to the order of its columns", async () => {
    const error = await rejection(load("v.vcf", ["##fileformat=VCFv4.2", "#CHROM POS REF ALT ID", "1 105 A C ."]))
    assert.match(error.message, /not CHROM, POS, ID, REF and ALT, in this order/u)
    assert.strictEqual(error.line, 2)
  })

  it("has no ratio for an effect", () => {
    assert.match(SignalSource.problems({ gwas_beta: "OR" })[0]!.message, /'OR' is a ratio, which has no sign/u)
    assert.deepStrictEqual(SignalSource.problems({ gwas_beta: "beta", pp_h4: "OR" }), [])
  })
})
