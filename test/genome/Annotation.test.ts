import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import * as Annotation from "../../src/genome/Annotation.ts"
import * as Gene from "../../src/genome/Gene.ts"
import { file } from "../support/genome.ts"

const read = (text: string) => Effect.runPromise(Annotation.read(file("annotation", text)))
const failure = (text: string) => Effect.runPromise(Effect.flip(Annotation.read(file("annotation", text))))
const lines = (rows: ReadonlyArray<string>): string => rows.map((row) => `${row.replaceAll(" ", "\t")}\n`).join("")

describe("Annotation", () => {
  it("reads GTF: exons of all transcripts, merged", async () => {
    const attributes = (more = "") => `gene_id "ENSG00000000002.5"; gene_name "B";${more}`
    const row = (type: string, start: number, end: number, attributes: string) =>
      ["9", "src", type, start, end, ".", "-", ".", attributes].join("\t")
    const genes = await read(
      [
        "#!genome-build GRCh38",
        row("gene", 101, 400, attributes()),
        row("transcript", 101, 400, attributes()),
        row("exon", 301, 400, attributes(' transcript_id "T1";')),
        row("CDS", 301, 350, attributes()),
        row("exon", 101, 150, attributes()),
        row("exon", 351, 380, attributes(' transcript_id "T2";')),
        row("exon", 151, 160, attributes())
      ].join("\n")
    )
    assert.deepStrictEqual(genes, [
      {
        gene_id: "ENSG00000000002",
        gene_name: "B",
        chrom: "chr9",
        start: 100,
        end: 400,
        strand: "-",
        region: "exons",
        exons: "100-160,300-400",
        gene_type: null,
        // The line of a transcript names none here; exons of T1 and T2 do.
        transcripts: "300-400/300-400;350-380/350-380"
      }
    ])
    assert.deepStrictEqual(Gene.exons(genes[0]!), [
      { chrom: "chr9", start: 100, end: 160 },
      { chrom: "chr9", start: 300, end: 400 }
    ])
  })

  it("reads GFF3: Ensembl ids where given, symbols elsewhere, parents in any order", async () => {
    const genes = await read(
      lines([
        "##gff-version 3",
        "4 e exon 21 30 . - . Parent=transcript:T1,transcript:T2",
        "4 e gene 21 90 . - . ID=gene:ENSG00000173376;Name=NDNF;gene_id=ENSG00000173376",
        "4 e mRNA 21 90 . - . ID=transcript:T1;Parent=gene:ENSG00000173376",
        "4 e lnc_RNA 21 40 . - . ID=transcript:T2;Parent=gene:ENSG00000173376",
        "4 e exon 81 90 . - . Parent=transcript:T1",
        "chr1 BestRefSeq gene 5 9 . + . ID=gene-A;Dbxref=GeneID:1,HGNC:HGNC:2;Name=A",
        "chr1 BestRefSeq mRNA 5 9 . + . ID=rna-A;Parent=gene-A",
        "chr2 BestRefSeq ncRNA_gene 5 9 . + . ID=gene-B;Dbxref=Ensembl:ENSG00000000007.3,GeneID:1;Name=B%2C1"
      ])
    )
    assert.deepStrictEqual(
      genes.map(({ gene_id, gene_name, chrom, start, end, region, exons }) =>
        [gene_id, gene_name, chrom, start, end, region, exons].join(" ")
      ),
      [
        "A A chr1 4 9 span 4-9",
        "ENSG00000000007 B,1 chr2 4 9 span 4-9",
        "ENSG00000173376 NDNF chr4 20 90 exons 20-30,80-90"
      ]
    )
  })

  it("reads tables of transcript spans, whose starts are 0-based", async () => {
    const genes = await read(
      lines(["#NAME CHROM STRAND TX_START TX_END", "X1 1 + 10 20", "X1 1 + 15 30", "X1 1 + 500 600", "X2 2 - 7 9"])
    )
    assert.deepStrictEqual(
      genes.map(({ gene_id, chrom, strand, start, end, region }) => [gene_id, chrom, strand, start, end, region]),
      [
        ["X1", "chr1", "+", 10, 30, "span"],
        ["X2", "chr2", "-", 7, 9, "span"]
      ]
    )
  })

  it("names the line of a fault", async () => {
    const cases: ReadonlyArray<readonly [string, RegExp, number | undefined]> = [
      [lines(["##gff-version 3", "1 x gene 1 2"]), /5 fields where GTF and GFF3 have 9/u, 2],
      [lines(["1 x gene 0 2 . + . ID=a"]), /'0' to '2' is not a stretch/u, 1],
      [lines(["1 x gene 5 2 . + . ID=a"]), /'5' to '2'/u, 1],
      [lines(["1 x gene 1 2 . + . Name=a"]), /a gene without an ID/u, 1],
      [lines(["#NAME CHROM STRAND TX_START TX_END", "A 1 + x 5"]), /not a row of NAME/u, 2],
      ["# nothing\n", /no gene in the file/u, undefined]
    ]
    for (const [text, message, line] of cases) {
      const error = await failure(text)
      assert.match(error.message, message)
      assert.strictEqual(error.line, line)
    }
  })

  it("drops versions of Ensembl ids only", () => {
    assert.deepStrictEqual(
      ["ENSG00000187583.12", "ENSG00000182378.14_PAR_Y", "ENSMUSG00000000001.4", "AC012.5"].map(Gene.withoutVersion),
      ["ENSG00000187583", "ENSG00000182378", "ENSMUSG00000000001", "AC012.5"]
    )
  })
})
