import { assert, describe, it } from "vitest"
import loadVariants from "../../modules/load-variants/stage.ts"
import { file, rejection, rowsOf } from "../support/genome.ts"
import { runStage, type StageResult } from "../support/stage.ts"

const reference = file("ref.fa", ">chr1:101-110\nACGTACGTAC\n>2\nTTTTT\n")
const tabbed = (rows: ReadonlyArray<string>): string => `${rows.join("\n").replaceAll(" ", "\t")}\n`
const load = (rows: ReadonlyArray<string>, params = {}) =>
  runStage(loadVariants, params, { variants: file("v.tsv", tabbed(rows)), reference })
const texts = (path: string | undefined) => rowsOf(path).map((row) => Object.values(row).join(" "))

describe("load-variants", () => {
  it("reads VCF: unique variants in genome order, the rest with line and reason", async () => {
    const { outputs } = await load([
      "##fileformat=VCFv4.2",
      "#CHROM POS ID REF ALT QUAL FILTER INFO",
      "2 3 . T A . . .",
      "1 105 . A C,G . . .",
      "1 105 . A C . . .",
      "1 101 . A <DEL> . . .",
      "1 100 . A C . . .",
      "3 1 . A C . . ."
    ])
    assert.deepStrictEqual(texts(outputs["variants"]), [
      "chr1_105_A_C chr1 105 A C",
      "chr1_105_A_G chr1 105 A G",
      "chr2_3_T_A chr2 3 T A"
    ])
    assert.deepStrictEqual(texts(outputs["dropped"]), [
      "6 1_101_A_<DEL> allele '<DEL>' is not made of the letters A, C, G, T, N",
      "7 1_100_A_C outside the reference, which has chr1:101-110",
      "8 3_1_A_C outside the reference, which has chr1, chr2"
    ])
    assert.deepStrictEqual(texts(outputs["pairs"]), [])
    assert.deepStrictEqual(texts(outputs["signals"]), [])
  })

  it("reads a table through its columns: pairs and signals", async () => {
    const params = {
      columns: { variant: "snp", gene: "trait", gwas_id: "gwas", dataset: "set", pp_h4: "PP.H4", nsnps: "n" }
    }
    const { outputs } = await load(
      [
        "snp trait gwas set PP.H4 n",
        "2-3-T-A ENSG00000000002.7 BMI blood 0.5 10",
        "chr1:105:A:C ENSG00000000001 BMI blood 0.9 NA",
        "chr1:105:A:C ENSG00000000001 BMI blood 0.8 7",
        "chr1:105:A:C NA BMI blood 0.8 7"
      ],
      params
    )
    assert.deepStrictEqual(texts(outputs["pairs"]), ["chr1_105_A_C ENSG00000000001", "chr2_3_T_A ENSG00000000002"])
    assert.deepStrictEqual(texts(outputs["signals"]), [
      "BMI/blood/chr2_3_T_A/ENSG00000000002 BMI blood chr2_3_T_A ENSG00000000002 0.5 10 NA NA",
      "BMI/blood/chr1_105_A_C/ENSG00000000001 BMI blood chr1_105_A_C ENSG00000000001 0.9 NA NA NA",
      "BMI/blood/chr1_105_A_C/ENSG00000000001#2 BMI blood chr1_105_A_C ENSG00000000001 0.8 7 NA NA"
    ])
  })

  it("takes no effect that does not say which of several alleles it is of", async () => {
    const table = ["chrom pos ref alt gene study beta counted", "1 105 A C,G G1 BMI 0.5 C"]
    const columns = { gene: "gene", gwas_id: "study", gwas_beta: "beta" }
    const inputs = { variants: file("v.tsv", tabbed(table)), reference }
    const error = await rejection(runStage(loadVariants, { columns }, inputs))
    assert.match(error.message, /does not say which of several alternative alleles it is of/u)
    const { outputs } = await load(table, { columns: { ...columns, effect_allele: "counted" }, malformed: "drop" })
    assert.deepStrictEqual(
      texts(outputs["signals"]).map((text) => text.split(" ").at(-1)),
      ["0.5"]
    )
  })

  it("says of genes that a spreadsheet made dates of them", async () => {
    const { account } = await load(["variant_id gene", "1:105:A:G 2-Sep", "1:105:A:C MARCH1"], {
      columns: { gene: "gene" }
    })
    const [note] = account.find(({ rows }) => rows === "pairs")!.notes
    assert.deepStrictEqual([note!.count, note!.example], [1, "2-Sep of 1:105:A:G"])
  })

  it("does not take an id for the variant that the columns beside it place elsewhere", async () => {
    const table = ["variant_id chrom pos ref alt", "chr1_105_A_G 1 105 A G", "chr1_109_A_G 1 105 A G"]
    const error = await rejection(load(table))
    assert.match(error.message, /'chr1_109_A_G' is not at 1:105, where other columns of the row have it/u)
    const said = await load(table, { columns: { chrom: "chrom", pos: "pos", ref: "ref", alt: "alt" } })
    assert.deepStrictEqual(texts(said.outputs["variants"]), ["chr1_105_A_G chr1 105 A G"])
    const dropped = await load(table, { malformed: "drop" })
    assert.deepStrictEqual(texts(dropped.outputs["variants"]), ["chr1_105_A_G chr1 105 A G"])
  })

  it("says of several genes in one cell that they are taken as one name", async () => {
    const { account } = await load(["variant_id gene", "1:105:A:G G1,G2"], { columns: { gene: "gene" } })
    assert.strictEqual(account.find(({ rows }) => rows === "pairs")!.notes[0]!.example, "G1,G2")
  })

  it("reads its own tables without being told their columns", async () => {
    const split = await load(["chrom pos ref alt", "1 105 A C"])
    assert.deepStrictEqual(texts(split.outputs["variants"]), ["chr1_105_A_C chr1 105 A C"])
    const pairs = await load(["variant_id gene_id", "chr1_105_A_C G"])
    assert.deepStrictEqual(texts(pairs.outputs["pairs"]), ["chr1_105_A_C G"])
  })

  it("stops at a reference allele that the genome does not have, and guesses why", async () => {
    for (const [row, message, hint] of [
      [
        "1 105 C G",
        /chr1_105|1_105_C_G: the reference allele is C, the genome has A at chr1:105-105/u,
        /another genome build/u
      ],
      ["1 105 C A", /the genome has A/u, /are ref and alt swapped/u],
      ["1 105 T G", /the genome has A/u, /reverse strand/u],
      ["1 105 C AC", /the genome has A/u, /are ref and alt swapped/u]
    ] as const) {
      const error = await rejection(load(["chrom pos ref alt", row]))
      assert.match(error.message, message)
      assert.match(error.hint!, hint)
      assert.strictEqual(error.line, 2)
      assert.match(error.file!, /v\.tsv$/u)
    }
    const { outputs } = await load(["chrom pos ref alt", "1 105 C G", "1 105 A G"], { mismatch: "drop" })
    assert.deepStrictEqual(texts(outputs["variants"]), ["chr1_105_A_G chr1 105 A G"])
    assert.match(texts(outputs["dropped"])[0]!, /^2 1_105_C_G the reference allele is C/u)
  })

  it("names what is wrong with the file", async () => {
    for (const [rows, params, message, line] of [
      [["chrom pos ref alt", "1 x A C"], {}, /position/u, 2],
      [["variant_id", "rs1"], {}, /'rs1' is an rsID/u, 2],
      [["a b", "1 2"], {}, /no column holds the variants/u, 1],
      [["a b", "1 2"], { columns: { variant: "snp" } }, /missing column 'snp' \(variant\)/u, 1],
      [["variant_id gene_id gwas_id pp_h4", "chr1_105_A_C G W x"], {}, /column 'pp_h4': 'x' is not a probability/u, 2],
      [["chrom pos ref alt", "3 1 A C"], { outside: "error" }, /outside the reference/u, 2]
    ] as const) {
      const error = await rejection(load(rows, params))
      assert.match(error.message, message)
      assert.strictEqual(error.line, line)
    }
  })

  const account = (result: StageResult, rows: string) => {
    const tally = result.account.find((each) => each.rows === rows)
    const reasons = (list: ReadonlyArray<{ reason: string; count: number }> = []) =>
      list.map(({ reason, count }) => `${count} ${reason}`)
    return [`${tally?.kept} of ${tally?.taken}`, reasons(tally?.leftOut), reasons(tally?.notes)]
  }
  // chr1 101 to 110 is ACGTACGTAC; below, 120 bases with a repeat of CA at 21 to 30 and of G at 41 to 45.
  const repeats = `${"ACGT".repeat(5)}${"CA".repeat(5)}TTGACCTTAGGGGGTCCATA${"ACGT".repeat(16)}`
  const whole = file("whole.fa", `>chr1\n${repeats}\n>X\nACGTACGTAC\n>chrM\nACGTACGTAC\n`)
  const loadWhole = (rows: ReadonlyArray<string>, params = {}, name = "v.tsv") =>
    runStage(loadVariants, params, { variants: file(name, tabbed(rows)), reference: whole })

  it("makes one variant of all its spellings, and counts them", async () => {
    const substitution = await loadWhole([
      "variant_id",
      "chr1_4_T_A",
      "1:3:GT:GA",
      "1-2-CGT-CGA",
      "chr1_4_T_A_b38",
      "1_4_t/a"
    ])
    assert.deepStrictEqual(texts(substitution.outputs["variants"]), ["chr1_4_T_A chr1 4 T A"])
    assert.deepStrictEqual(account(substitution, "variants"), [
      "1 of 5",
      ["2 repeated", "2 same variant written another way"],
      ["2 alleles normalised", "1 of a build that the reference does not confirm"]
    ])
    const deletion = await loadWhole(["chrom pos ref alt", "1 20 TCA T", "1 28 ACA A", "1 29 CA -", "1 22 AC -"])
    assert.deepStrictEqual(texts(deletion.outputs["variants"]), ["chr1_20_TCA_T chr1 20 TCA T"])
    assert.deepStrictEqual(account(deletion, "variants")[0], "1 of 4")
  })

  it("reads chromosomes by any of their names", async () => {
    const result = await loadWhole([
      "chrom pos ref alt",
      "01 1 A C",
      "1.0 1 A G",
      "23 1 A C",
      "x 1 A G",
      "26 1 A C",
      "MT 1 A G"
    ])
    assert.deepStrictEqual(
      texts(result.outputs["variants"]).map((row) => row.split(" ")[0]),
      ["chr1_1_A_C", "chr1_1_A_G", "chrM_1_A_C", "chrM_1_A_G", "chrX_1_A_C", "chrX_1_A_G"]
    )
    const both = file("both.fa", ">1\nACGT\n>chr1\nCCGT\n")
    const of = (chrom: string, ref: string) =>
      runStage(
        loadVariants,
        {},
        { variants: file("v.tsv", tabbed(["chrom pos ref alt", `${chrom} 1 ${ref} G`])), reference: both }
      )
    assert.deepStrictEqual(texts((await of("1", "A")).outputs["variants"]), ["1_1_A_G 1 1 A G"])
    assert.deepStrictEqual(texts((await of("chr1", "C")).outputs["variants"]), ["chr1_1_C_G chr1 1 C G"])
    assert.match((await rejection(of("01", "A"))).message, /several chromosomes that '01' may be/u)
  })

  it("turns alleles that the genome has the other way round, with their effects", async () => {
    const columns = { gwas_id: "gwas", eqtl_beta: "b", gwas_beta: "g" }
    const rows = [
      "variant_id gene_id gwas b g",
      "chr1_1_A_G G1 S 0.5 0.1",
      "chr1_2_G_C G1 S 0.4 -0.2",
      "chr1_3_T_A G1 S 1 1"
    ]
    const result = await loadWhole(rows, { columns, mismatch: "swap" })
    assert.deepStrictEqual(texts(result.outputs["signals"]), [
      "S/not stated/chr1_1_A_G/G1 S not stated chr1_1_A_G G1 NA NA 0.5 0.1",
      "S/not stated/chr1_2_C_G/G1 S not stated chr1_2_C_G G1 NA NA -0.4 0.2"
    ])
    assert.deepStrictEqual(account(result, "signals"), ["2 of 3", ["1 reference allele differs from the genome"], []])
    assert.deepStrictEqual(account(result, "variants")[2], [
      "1 reference and alternative allele turned, which are the same on the other strand"
    ])
  })

  it("leaves out what is no change of given bases, or stops there", async () => {
    const rows = [
      "chrom pos ref alt",
      "1 1 A C",
      "1 1 R C",
      "1 1 A A",
      "1 1 A *",
      "1 1 A <NON_REF>",
      "1 30 - CT",
      "1 1 A C,G"
    ]
    const result = await loadWhole(rows)
    assert.deepStrictEqual(account(result, "variants"), [
      "2 of 8",
      [
        "1 reference allele with ambiguous bases",
        "1 no change",
        "2 alternative allele not spelled out in bases",
        "1 insertion without the base before it",
        "1 repeated"
      ],
      []
    ])
    for (const row of ["1 1 R C", "1 1 A A", "1 1 A *", "1 30 - CT"]) {
      const error = await rejection(loadWhole(["chrom pos ref alt", row], { unsupported: "error" }))
      assert.strictEqual(error.line, 2)
    }
  })

  it("adds the base before an insertion where it is the same before its position and after it", async () => {
    const { outputs } = await loadWhole(["chrom pos ref alt", "1 42 - G"])
    assert.deepStrictEqual(texts(outputs["variants"]), ["chr1_39_A_AG chr1 39 A AG"])
  })

  it("says what the file has where a position, a variant or a probability cannot be read", async () => {
    const rows: ReadonlyArray<readonly [string, RegExp]> = [
      ["1 1,000 A C", /position '1,000' is not a whole number/u],
      ["1 0x10 A C", /position '0x10' is not a whole number/u],
      ["1 1e2 A C", /position '1e2' is not a whole number/u],
      ["1 NA A C", /the position is missing/u],
      ["1 0 A C", /position '0' is not between/u],
      ["NA 1 A C", /the chromosome is missing/u],
      ["1 1 A NA", /the alternative allele is missing/u]
    ]
    for (const [row, message] of rows) {
      const error = await rejection(loadWhole(["chrom pos ref alt", "1 1 A G", row]))
      assert.match(error.message, message)
      assert.strictEqual(error.line, 3)
      const { outputs } = await loadWhole(["chrom pos ref alt", "1 1 A G", row], { malformed: "drop" })
      assert.match(texts(outputs["dropped"])[0]!, message)
    }
    const header = "variant_id gene_id gwas_id pp_h4"
    for (const share of ["95", "-1", "1.01", "Infinity", "0x1"]) {
      const error = await rejection(loadWhole([header, `chr1_1_A_G G S ${share}`]))
      assert.include(error.message, `'${share}' is not a probability from 0 to 1`)
    }
  })

  it("never takes a variant of another build", async () => {
    const long = file("hg38.fa", ">NC_000001.11\nACGTACGTAC\n")
    const of = (...ids: ReadonlyArray<string>) =>
      runStage(loadVariants, {}, { variants: file("v.tsv", tabbed(["variant_id", ...ids])), reference: long })
    assert.deepStrictEqual(texts((await of("1_1_A_C_b38", "NC_000001.11_2_C_G")).outputs["variants"]).length, 2)
    assert.match((await rejection(of("1_1_A_C_b37"))).message, /the variant is of hg19, the reference of hg38/u)
    assert.match(
      (await rejection(loadWhole(["variant_id", "1_1_A_C_b37", "1_1_A_G_b38"]))).message,
      /variants before it of hg19/u
    )
  })
})
