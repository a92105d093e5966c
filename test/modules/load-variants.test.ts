import { assert, describe, it } from "vitest"
import loadVariants from "../../modules/load-variants/stage.ts"
import { file, rejection, rowsOf } from "../support/genome.ts"
import { runStage } from "../support/stage.ts"

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
      "7 1_100_A_C outside the sequence at hand (chr1:101-110)",
      "8 3_1_A_C outside the sequence at hand (nothing of chr3)"
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
      [["variant_id", "rs1"], {}, /'rs1' is not a variant/u, 2],
      [["a b", "1 2"], {}, /no column holds the variants/u, 1],
      [["a b", "1 2"], { columns: { variant: "snp" } }, /column 'snp' \(variant\) missing/u, 1],
      [["variant_id gene_id gwas_id pp_h4", "chr1_105_A_C G W x"], {}, /column 'pp_h4': 'x' is not a number/u, 2],
      [["chrom pos ref alt", "3 1 A C"], { outside: "error" }, /outside the sequence at hand/u, 2]
    ] as const) {
      const error = await rejection(load(rows, params))
      assert.match(error.message, message)
      assert.strictEqual(error.line, line)
    }
  })
})
