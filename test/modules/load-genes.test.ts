import { assert, describe, it } from "vitest"
import loadGenes from "../../modules/load-genes/stage.ts"
import { file, rejection, rowsOf } from "../support/genome.ts"
import { runStage } from "../support/stage.ts"

const tabbed = (text: string): string => text.replaceAll(" ", "\t")
const spans = file("spans.txt", tabbed("#NAME CHROM STRAND TX_START TX_END\nA 2 + 10 20\nB 1 - 5 9\nC 1 + 1 2\n"))
const gff = file("genes.gff", tabbed("1 x gene 6 8 . - . ID=g;Name=B\n1 x exon 6 7 . - . Parent=g\n"))
const ids = file("ids.tsv", tabbed("gene_id gene_name\nENSG00000000001.3 A\nENSG00000000002 B\n"))

describe("load-genes", () => {
  it("gives genes in genome order; exons win over a span", async () => {
    const { outputs } = await runStage(loadGenes, {}, { annotations: [spans, gff], ids })
    assert.deepStrictEqual(
      rowsOf(outputs["genes"]).map((row) => Object.values(row).join(" ")),
      [
        "C C chr1 1 2 + span 1-2 NA NA",
        "ENSG00000000002 B chr1 5 8 - exons 5-7 NA NA",
        "ENSG00000000001 A chr2 10 20 + span 10-20 NA NA"
      ]
    )
  })

  it("leaves what is wrong to the account where no pairs are given", async () => {
    const row = 'chr1 StringTie exon 101 900 . . . gene_id "S.1"; transcript_id "S.1.1";\n'.replace(
      / (?!"|transcript)/gu,
      "\t"
    )
    const { account } = await runStage(loadGenes, {}, { annotations: [file("a.gtf", row)] })
    const genes = account.find(({ rows }) => rows === "genes")!
    assert.deepStrictEqual([genes.kept, genes.leftOut[0]!.reason], [0, "without a strand"])
  })

  it("keeps only the genes of the pairs", async () => {
    const pairs = file(
      "pairs.tsv",
      tabbed("variant_id gene_id\nchr2_1_A_G ENSG00000000001\nchr2_1_A_G ENSG00000000009\n")
    )
    const { outputs } = await runStage(loadGenes, {}, { annotations: [spans], ids, pairs })
    assert.deepStrictEqual(
      rowsOf(outputs["genes"]).map(({ gene_name }) => gene_name),
      ["A"]
    )
    const error = await rejection(runStage(loadGenes, {}, { annotations: [spans], pairs }))
    assert.match(error.message, /none of the 2 genes of the pairs is in the annotations/u)
    assert.match(error.hint!, /needs the input `ids`/u)
  })
})
