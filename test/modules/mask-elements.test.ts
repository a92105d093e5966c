import { assert, describe, it } from "vitest"
import buildWindows from "../../modules/build-windows/stage.ts"
import maskElements from "../../modules/mask-elements/stage.ts"
import * as Table from "../../src/data/Table.ts"
import * as Variant from "../../src/genome/Variant.ts"
import * as Window from "../../src/genome/Window.ts"
import { rejection } from "../support/genome.ts"
import { runPromise, runStage } from "../support/stage.ts"
import { textFile } from "../support/synthetic.ts"

const sequence = "ACGTTGCAAC".repeat(20)
const reference = textFile("reference.fa", [[">chr1:1001-1200"], [sequence]])

describe("mask-elements", () => {
  it("puts N in the place of each element inside the sequence, by its name, once", async () => {
    const elements = textFile("elements.tsv", [
      ["element_id", "chrom", "start", "end"],
      ["second", "chr1", 1050, 1053],
      ["first", "1", 1000, 1004],
      ["second", "chr1", 1050, 1053],
      ["beyond", "chr1", 1198, 1202]
    ])
    const { outputs } = await runStage(maskElements, {}, { reference, elements })
    const variants = await runPromise(Table.read(outputs["variants"]!, Variant.variants))
    assert.deepStrictEqual(variants, [
      { variant_id: "first", chrom: "chr1", pos: 1001, ref: "ACGT", alt: "NNNN" },
      { variant_id: "second", chrom: "chr1", pos: 1051, ref: "ACG", alt: "NNN" }
    ])
    const dropped = await runPromise(Table.readText(outputs["dropped"]!))
    assert.deepStrictEqual(
      dropped.rows.map(([id]) => id),
      ["beyond"]
    )

    // Windows of pairs find them by their names.
    const windows = await runStage(
      buildWindows,
      { mode: "pairs", width: 128 },
      {
        reference,
        variants: outputs["variants"]!,
        pairs: textFile("pairs.tsv", [
          ["variant_id", "gene_id"],
          ["second", "G"]
        ]),
        genes: textFile("genes.tsv", [
          ["gene_id", "gene_name", "chrom", "start", "end", "strand", "region", "exons"],
          ["G", "G", "chr1", 1080, 1100, "+", "span", "1080-1100"]
        ])
      }
    )
    const [window] = await runPromise(Table.read(windows.outputs["windows"]!, Window.table))
    assert.strictEqual(window!.variant_id, "second")
    assert.isTrue(window!.start <= 1050 && window!.end >= 1100)
  })

  it("names the row of an element that is none", async () => {
    const elements = textFile("elements.tsv", [
      ["element_id", "chrom", "start", "end"],
      ["odd", "chr1", 1004, 1004]
    ])
    const failure: { message: string; line?: number } = await runStage(maskElements, {}, { reference, elements }).then(
      () => assert.fail("it did not fail"),
      (error: { message: string }) => error
    )
    assert.deepStrictEqual([failure.message, failure.line], ["element 'odd': 1004 to 1004 is no stretch of bases", 2])
  })

  it("accounts for elements, and does not take one that stands at two places", async () => {
    const holed = textFile("reference.fa", [[">chr1"], [`${"N".repeat(40)}${"ACGR".repeat(10)}`]])
    const rows = (...rows: ReadonlyArray<ReadonlyArray<string | number>>) =>
      textFile("elements.tsv", [["element_id", "chrom", "start", "end"], ...rows])
    const elements = rows(["gap", "chr1", 3, 9], ["e", "chr1", 40, 44], ["far", "chr7", 40, 44])
    const { outputs, account } = await runStage(maskElements, {}, { reference: holed, elements })
    const variants = await runPromise(Table.read(outputs["variants"]!, Variant.variants))
    assert.deepStrictEqual(
      variants.map(({ ref }) => ref),
      ["ACGN"]
    )
    assert.deepStrictEqual(account[0], {
      rows: "elements",
      taken: 3,
      kept: 1,
      leftOut: [
        { reason: "it is N already", count: 1, example: "gap" },
        { reason: "it lies outside the reference", count: 1, example: "far" }
      ],
      notes: []
    })
    const twice = rows(["e", "chr1", 40, 44], ["e", "chr1", 50, 54])
    const error = await rejection(runStage(maskElements, {}, { reference: holed, elements: twice }))
    assert.match(error.message, /element 'e': it stands at two places/u)
  })
})
