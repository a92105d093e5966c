import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import * as Tally from "../../src/core/Tally.ts"
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
      [lines(["1 x gene 1 2 . + . Name=a"]), /gene record has no ID attribute/u, 1],
      [lines(["#NAME CHROM STRAND TX_START TX_END", "A 1 + x 5"]), /not a row of NAME/u, 2],
      ["# nothing\n", /no gene in the file/u, undefined]
    ]
    for (const [text, message, line] of cases) {
      const error = await failure(text)
      assert.match(error.message, message)
      assert.strictEqual(error.line, line)
    }
  })

  describe("keeps what others lose", () => {
    /** Genes as `id name place strand exons`, and what was left out. */
    const summary = async (text: string) => {
      const ledger = Tally.makeLedger()
      const books = {
        genes: ledger.open("genes"),
        transcripts: ledger.open("transcripts"),
        exons: ledger.open("exons")
      }
      const genes = await Effect.runPromise(Annotation.read(file("annotation", text), books))
      return {
        genes: genes.map((gene) => `${gene.gene_id} ${gene.gene_name} ${gene.chrom} ${gene.strand} ${gene.exons}`),
        transcripts: genes.map(({ transcripts }) => transcripts),
        left: ledger
          .tallies()
          .flatMap(({ rows, leftOut }) =>
            leftOut.map(({ reason, count, example }) => `${count} ${rows} ${reason}: ${example}`)
          ),
        taken: ledger.tallies().map(({ taken }) => taken)
      }
    }
    const gtf = (...rows: ReadonlyArray<readonly [string, string, number, number, string, string]>) =>
      rows
        .map(([chrom, type, start, end, strand, attributes]) =>
          [chrom, "s", type, start, end, ".", strand, ".", attributes].join("\t")
        )
        .join("\n")
    const elsewhere = "at another place than the first of the same gene"

    it("quotes within values, and values that GFF3 has in quotes", async () => {
      const quoted = 'gene_id "G1"; gene_name "5\\"nuc; gene_type \\"x"; gene_type "lncRNA";'
      const [gene] = await read(gtf(["chr1", "gene", 101, 900, "+", quoted]))
      assert.deepStrictEqual([gene!.gene_name, gene!.gene_type], ['5"nuc; gene_type "x', "lncRNA"])
      const cut = gtf(
        ["chr1", "gene", 101, 900, "+", quoted],
        ["chr1", "exon", 101, 200, "+", 'gene_id "G1"; transcript_id "T']
      )
      const error = await failure(cut)
      assert.deepStrictEqual([error.message, error.line], ["the attributes end within quotes", 2])
      const gff = gtf(
        ["chr1", "gene", 101, 900, "+", 'ID="g1";Name="AA"'],
        ["chr1", "exon", 101, 200, "+", 'Parent="g1"']
      )
      assert.deepStrictEqual((await summary(gff)).genes, ["AA AA chr1 + 100-200"])
    })

    it("transcripts and exons of genes that are left out", async () => {
      const par = (chrom: string, id: string) => [
        [chrom, "gene", 101, 900, "+", `gene_id "${id}";`] as const,
        [chrom, "exon", 101, 900, "+", `gene_id "${id}"; transcript_id "T${chrom}";`] as const
      ]
      const { left } = await summary(gtf(...par("chrX", "ENSG01.5"), ...par("chrY", "ENSG01.5_PAR_Y")))
      const example = "ENSG01 at chrY:101-900"
      assert.deepStrictEqual(
        left,
        ["genes", "transcripts", "exons"].map((rows) => `1 ${rows} ${elsewhere}: ${example}`)
      )
    })

    it("exons of a transcript with two parents, and of one below a part", async () => {
      const { genes } = await summary(
        lines([
          "##gff-version 3",
          "chr1 . gene 101 900 . + . ID=g1;Name=A",
          "chr1 . gene 101 950 . + . ID=g2;Name=B",
          "chr1 . mRNA 101 900 . + . ID=t1;Parent=g1,g2",
          "chr1 . exon 101 200 . + . Parent=t1",
          "chr1 . exon 801 900 . + . Parent=t1",
          "chr2 . gene 1 90 . - . ID=g3;Name=C",
          "chr2 . primary_transcript 1 90 . - . ID=p;Parent=g3",
          "chr2 . miRNA 11 40 . - . ID=m;Parent=p",
          "chr2 . exon 11 40 . - . Parent=m"
        ])
      )
      assert.deepStrictEqual(genes, ["A A chr1 + 100-200,800-900", "B B chr1 + 100-200,800-900", "C C chr2 - 10-40"])
    })

    it("percent codes, in names, ids, parents and the sequence's name", async () => {
      const { genes } = await summary(
        lines([
          "chr%7C1 . gene 101 900 . + . ID=g%2C1;Name=caf%C3%A9%2C1;gene_id=A%3BB",
          "chr%7C1 . mRNA 101 900 . + . ID=t;Parent=g%2C1",
          "chr%7C1 . exon 101 200 . + . Parent=t",
          "chr1 . gene 1 2 . + . ID=g2;Name=5%25;gene_id=100%"
        ])
      )
      assert.deepStrictEqual(genes, ["100% 5% chr1 + 0-2", "A;B caf\u00e9,1 chr|1 + 100-200"])
    })

    it("ends at the sequences", async () => {
      for (const end of ["##FASTA\n>chr1\nACGT\n", ">chr1\nACGT\n"]) {
        const { genes } = await summary(`${lines(["##gff-version 3", "chr1 . gene 1 9 . + . ID=g1;Name=A"])}${end}`)
        assert.deepStrictEqual(genes, ["A A chr1 + 0-9"])
      }
    })

    it("GTF with and without quotes, whatever stands between, CR LF and a byte order mark", async () => {
      const rows = gtf(
        ["1", "gene", 1, 90, "+", "ref_gene_id Z; gene_id G1; gene_name AAA;"],
        ["1", "exon", 1, 90, "+", 'transcript_id "T;1"; gene_id "G1"; tag "gene_id"; gene_name "no"'],
        ["1", "exon", 95, 99, "+", 'note "a ; gene_id b"; gene_id "G2"']
      )
      for (const text of [rows, `\ufeff${rows.replaceAll("\n", "\r\n")}`]) {
        assert.deepStrictEqual((await summary(text)).genes, ["G1 AAA chr1 + 0-90", "G2 G2 chr1 + 94-99"])
      }
    })

    it("the first place of a gene that stands at several, by gene, by transcript and by chromosome", async () => {
      const byGene = await summary(
        gtf(
          ["chr1", "gene", 101, 900, "+", 'gene_id "A";'],
          ["chr1", "exon", 101, 900, "+", 'gene_id "A"; transcript_id "T1";'],
          ["chr1", "gene", 500_101, 500_900, "+", 'gene_id "A";'],
          ["chr1", "exon", 500_101, 500_900, "+", 'gene_id "A"; transcript_id "T1_1";']
        )
      )
      assert.deepStrictEqual(byGene.genes, ["A A chr1 + 100-900"])
      assert.deepStrictEqual(byGene.left, [
        `1 genes ${elsewhere}: A at chr1:500101-500900`,
        `1 transcripts ${elsewhere}: A at chr1:500101-500900`,
        `1 exons ${elsewhere}: A at chr1:500101-500900`
      ])
      const sameTranscript = await summary(
        gtf(
          ["chr1", "gene", 101, 900, "+", 'gene_id "A";'],
          ["chr1", "exon", 101, 300, "+", 'gene_id "A"; transcript_id "T";'],
          ["chr1", "exon", 701, 900, "+", 'gene_id "A"; transcript_id "T";'],
          ["chr1", "gene", 500_101, 500_900, "+", 'gene_id "A";'],
          ["chr1", "exon", 500_101, 500_900, "+", 'gene_id "A"; transcript_id "T";']
        )
      )
      assert.deepStrictEqual(sameTranscript.genes, ["A A chr1 + 100-300,700-900"])
      assert.deepStrictEqual(sameTranscript.transcripts, ["100-900/100-300,700-900"])
      const exonsAlone = await summary(
        gtf(
          ["chr1", "exon", 101, 300, "+", 'gene_id "A"; transcript_id "T"; exon_number "1";'],
          ["chr1", "exon", 701, 900, "+", 'gene_id "A"; transcript_id "T"; exon_number "2";'],
          ["chr1", "exon", 500_101, 500_300, "+", 'gene_id "A"; transcript_id "T"; exon_number "1";'],
          ["chr1", "exon", 500_701, 500_900, "+", 'gene_id "A"; transcript_id "T"; exon_number "2";']
        )
      )
      assert.deepStrictEqual(exonsAlone.genes, ["A A chr1 + 100-300,700-900"])
      assert.deepStrictEqual(exonsAlone.taken, [2, 1, 2])
      const gff3 = await summary(
        lines([
          "chr1 . gene 101 900 . + . ID=g;Name=A",
          "chr1 . mRNA 101 900 . + . ID=t;Parent=g",
          "chr1 . exon 101 300 . + . Parent=t",
          "chr1 . gene 500101 500900 . + . ID=g;Name=A",
          "chr1 . mRNA 500101 500900 . + . ID=t;Parent=g",
          "chr1 . exon 500101 500300 . + . Parent=t"
        ])
      )
      assert.deepStrictEqual(gff3.genes, ["A A chr1 + 100-300"])
      const byTranscript = await summary(
        gtf(
          ["chr5", "transcript", 601, 900, "+", 'gene_id "A"; transcript_id "T";'],
          ["chr5", "exon", 601, 700, "+", 'gene_id "A"; transcript_id "T";'],
          ["chr5", "exon", 801, 900, "+", 'gene_id "A"; transcript_id "T";'],
          ["chr5", "transcript", 101, 400, "+", 'gene_id "A"; transcript_id "T";'],
          ["chr5", "exon", 101, 200, "+", 'gene_id "A"; transcript_id "T";'],
          ["chr5", "exon", 301, 400, "+", 'gene_id "A"; transcript_id "T";'],
          ["chr5", "exon", 350, 420, "-", 'gene_id "A"; transcript_id "U";'],
          ["chrX", "exon", 650, 750, "+", 'gene_id "A"; transcript_id "V";']
        )
      )
      assert.deepStrictEqual(byTranscript.genes, ["A A chr5 + 600-700,800-900"])
      assert.deepStrictEqual(byTranscript.transcripts, ["600-900/600-700,800-900"])
      assert.strictEqual(byTranscript.left[0], `3 genes ${elsewhere}: A at chr5:101-400`)
      const onY = await summary(
        gtf(
          ["chrX", "gene", 1, 90, "+", 'gene_id "ENSG00000000003.2";'],
          ["chrY", "gene", 1, 90, "+", 'gene_id "ENSG00000000003.2_PAR_Y";'],
          ["chr2", "gene", 1, 90, "+", 'gene_id "ENSG00000000009.2_4";']
        )
      )
      assert.deepStrictEqual(onY.genes, [
        "ENSG00000000009 ENSG00000000009 chr2 + 0-90",
        "ENSG00000000003 ENSG00000000003 chrX + 0-90"
      ])
      assert.deepStrictEqual(onY.left, [`1 genes ${elsewhere}: ENSG00000000003 at chrY:1-90`])
    })

    it("strands: a gene has that of its parts, and is left out where none has one", async () => {
      const { genes, left } = await summary(
        gtf(
          ["chr1", "gene", 1, 90, "?", 'gene_id "A";'],
          ["chr1", "exon", 1, 90, "-", 'gene_id "A"; transcript_id "T";'],
          ["chr1", "gene", 1, 90, ".", 'gene_id "B";']
        )
      )
      assert.deepStrictEqual(genes, ["A A chr1 - 0-90"])
      assert.deepStrictEqual(left, ["1 genes without a strand: B at chr1:1-90"])
    })

    it("counts exons and transcripts outside of genes", async () => {
      const { genes, left, taken } = await summary(
        lines([
          "chr1 . gene 101 900 . + . ID=g1;Name=A",
          "chr1 . mRNA 101 900 . + . ID=t1;Parent=g1",
          "chr1 . exon 101 200 . + . Parent=t1",
          "chr1 . mRNA 101 900 . + . ID=t2;Parent=zzz",
          "chr1 . exon 301 400 . + . Parent=t2",
          "chr1 . exon 501 600 . + . ID=e"
        ])
      )
      assert.deepStrictEqual(genes, ["A A chr1 + 100-200"])
      assert.deepStrictEqual(left, ["1 transcripts without a gene: t2", "2 exons without a gene: chr1:301-400"])
      assert.deepStrictEqual(taken, [1, 1, 2])
    })

    it("says what the line lacks", async () => {
      const cases: ReadonlyArray<readonly [string, RegExp]> = [
        [
          gtf(["1", "gene", 1, 9, "+", 'gene_id "A"'], ["1", "exon", 1, 9, "+", 'gene_name "A"']),
          /exon record has no gene_id attribute/u
        ],
        [gtf(["1", "gene", 1, 9, "+", 'gene_id "";']), /gene record has no gene_id attribute/u],
        [gtf(["1", "gene", 1, 9, "+", 'Sequence "A"']), /neither GTF nor GFF3/u],
        [gtf(["1", "gene", 1, 9, "*", 'gene_id "A"']), /strand '\*'/u],
        [gtf(["1", "gene", 1, 9, "+", 'gene_id "A"']).replace("1\t9", "0x1\t9"), /'0x1' to '9'/u],
        ["1 s gene 1 9 . + . gene_id A\n", /1 fields where GTF and GFF3 have 9/u]
      ]
      for (const [text, message] of cases) assert.match((await failure(text)).message, message)
    })
  })

  it("drops versions of Ensembl ids only", () => {
    assert.deepStrictEqual(
      ["ENSG00000187583.12", "ENSG00000182378.14_PAR_Y", "ENSMUSG00000000001.4", "AC012.5"].map(Gene.withoutVersion),
      ["ENSG00000187583", "ENSG00000182378", "ENSMUSG00000000001", "AC012.5"]
    )
  })
})
