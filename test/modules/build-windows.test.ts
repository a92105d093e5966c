import { assert, describe, it } from "vitest"
import buildWindows from "../../modules/build-windows/stage.ts"
import { file, rejection, rowsOf } from "../support/genome.ts"
import { runStage } from "../support/stage.ts"

const reference = file("ref.fa", `>chr1:101-300\n${"ACGT".repeat(50)}\n>chr2\n${"ACGT".repeat(10)}\n`)
const table = (rows: ReadonlyArray<string>): string => file("t.tsv", `${rows.join("\n").replaceAll(" ", "\t")}\n`)
const texts = (path: string | undefined) => rowsOf(path).map((row) => Object.values(row).join(" "))
const build = (params: object, inputs = {}) => runStage(buildWindows, params, { reference, ...inputs })

describe("build-windows", () => {
  it("centres windows on variants, over the end of the sequence", async () => {
    const variants = table(["variant_id chrom pos ref alt", "chr1_111_G_A chr1 111 G A", "chr1_50_G_A chr1 50 G A"])
    const { outputs } = await build({ mode: "variants", width: 40 }, { variants })
    // Position 111 is index 110 and stands at index 20 of the window.
    assert.deepStrictEqual(texts(outputs["windows"]), ["chr1_111_G_A chr1 90 130 + chr1_111_G_A NA 10"])
    assert.deepStrictEqual(texts(outputs["unscored"]), [
      "chr1_50_G_A NA the variant lies outside the reference (it has chr1:101-300)"
    ])
  })

  it("places pairs, and lists those it cannot place", async () => {
    const genes = table([
      "gene_id gene_name chrom start end strand region exons",
      "G1 G1 chr1 190 210 + exons 190-195,205-210",
      "G2 G2 chr1 400 500 + span 400-500"
    ])
    const pairs = table([
      "variant_id gene_id",
      "chr1_181_A_G G1",
      "chr1_281_A_G G1",
      "chr1_181_A_G G2",
      "chr1_181_A_G G3",
      "chr2_5_A_G G1"
    ])
    const { outputs } = await build({ mode: "pairs", width: 60, output_width: 30 }, { pairs, genes })
    assert.deepStrictEqual(texts(outputs["windows"]), ["chr1_181_A_G:G1 chr1 165 225 + chr1_181_A_G G1 0"])
    assert.deepStrictEqual(texts(outputs["unscored"]), [
      "chr1_281_A_G G1 variant and gene are 70 bp apart; the window holds 60, of which the model predicts the central 30",
      "chr1_181_A_G G2 the gene body lies outside the reference (it has chr1:101-300)",
      "chr1_181_A_G G3 no annotation for the gene",
      "chr2_5_A_G G1 the variant is on chr2, the gene on chr1"
    ])
  })

  it("tiles the reference with whole windows whose predicted parts touch", async () => {
    const { outputs } = await build({ mode: "tiles", width: 80, output_width: 40 })
    assert.deepStrictEqual(
      rowsOf(outputs["windows"]).map(({ window_id, start, end }) => [window_id, start, end]),
      [
        ["chr1:101-180", "100", "180"],
        ["chr1:141-220", "140", "220"],
        ["chr1:181-260", "180", "260"],
        ["chr1:221-300", "220", "300"]
      ]
    )
    const stepped = await build({ mode: "tiles", width: 80, step: 100, strand: "both" })
    assert.deepStrictEqual(
      rowsOf(stepped.outputs["windows"]).map(({ window_id, strand }) => [window_id, strand]),
      [
        ["chr1:101-180:+", "+"],
        ["chr1:101-180:-", "-"],
        ["chr1:201-280:+", "+"],
        ["chr1:201-280:-", "-"]
      ]
    )
  })

  it("centres windows on intervals", async () => {
    const intervals = file("i.bed", "chr1\t120\t131\tpeak\n1\t200\t210\tpeak\nchr2\t0\t2\n")
    const { outputs } = await build({ mode: "intervals", width: 20 }, { intervals })
    assert.deepStrictEqual(
      rowsOf(outputs["windows"]).map(({ window_id, chrom, start, end }) => [window_id, chrom, start, end].join(" ")),
      ["peak chr1 115 135", "peak#2 chr1 195 215", "chr2:1-2 chr2 -9 11"]
    )
  })

  it("lists intervals that the reference does not hold, and accounts for all", async () => {
    const rows = ["chr1\t120\t131\tpeak", "chr1\t90\t120\tbefore", "chr1\t290\t301\tover", "chr9\t1\t2"]
    const intervals = file("i.bed", `${rows.join("\n")}\n`)
    const { outputs, account } = await build({ mode: "intervals", width: 20 }, { intervals })
    assert.deepStrictEqual(
      rowsOf(outputs["windows"]).map(({ window_id }) => window_id),
      ["peak"]
    )
    assert.deepStrictEqual(texts(outputs["unscored"]), [
      "before NA the interval lies outside the reference (it has chr1:101-300)",
      "over NA the interval lies outside the reference (it has chr1:101-300)",
      "chr9:2-2 NA the interval lies outside the reference (it has nothing of chr9)"
    ])
    assert.deepStrictEqual(account, [
      {
        rows: "intervals",
        taken: 4,
        kept: 1,
        leftOut: [{ reason: "the interval lies outside the reference", count: 3, example: "before" }],
        notes: []
      }
    ])
  })

  it("accounts for variants, pairs and contigs", async () => {
    const variants = table(["variant_id chrom pos ref alt", "chr1_111_G_A chr1 111 G A", "chr1_50_G_A chr1 50 G A"])
    const tally = async (params: object, inputs = {}) => {
      const { rows, taken, kept, leftOut } = (await build(params, inputs)).account[0]!
      return [rows, taken, kept, ...leftOut.map(({ reason }) => reason)]
    }
    assert.deepStrictEqual(await tally({ mode: "variants", width: 40 }, { variants }), [
      "variants",
      2,
      1,
      "the variant lies outside the reference"
    ])
    assert.deepStrictEqual(await tally({ mode: "tiles", width: 80 }), ["contigs", 2, 1, "shorter than a window"])
    const genes = table([
      "gene_id gene_name chrom start end strand region exons",
      "G1 G1 chr1 190 210 + exons 190-195,205-210"
    ])
    const pairs = table([
      "variant_id gene_id",
      "chr1_181_A_G G1",
      "chr1_281_A_G G1",
      "chr1_5_A_G G1",
      "chr1_181_A_G G3",
      "chr2_5_A_G G1"
    ])
    assert.deepStrictEqual(await tally({ mode: "pairs", width: 60, output_width: 30 }, { pairs, genes }), [
      "pairs",
      5,
      1,
      "variant and gene are too far apart for the window",
      "the variant lies outside the reference",
      "no annotation for the gene",
      "variant and gene are on two chromosomes"
    ])
  })

  it("says what is missing", async () => {
    assert.match((await rejection(build({ mode: "pairs", width: 60 }))).message, /mode pairs needs the input genes/u)
    assert.match((await rejection(build({ mode: "variants", width: 60 }))).message, /needs the input variants/u)
    const odd = await rejection(build({ mode: "tiles", width: 60, output_width: 31 }))
    assert.match(odd.message, /output_width 31 does not lie at the centre of width 60/u)
    assert.match((await rejection(build({ mode: "tiles", width: 0 }))).message, /width/u)
  })
})
