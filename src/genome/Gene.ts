/** A gene: where it lies, and its exons where they are known. */
import * as Table from "../data/Table.ts"
import * as Interval from "./Interval.ts"

export const table = {
  gene_id: Table.string("Ensembl gene id without version where known, else the symbol"),
  gene_name: Table.string("gene symbol"),
  chrom: Table.string("chromosome, UCSC name"),
  start: Table.integer("first base of the gene body, 0-based"),
  end: Table.integer("end of the gene body, 0-based, excluded"),
  strand: Table.string("+ or -"),
  region: Table.string("exons where the exon structure is known, else span"),
  exons: Table.string("start-end,start-end: 0-based half-open, merged, ascending; for span the one interval"),
  gene_type: Table.nullable(Table.string("protein_coding, lncRNA, ..., where the annotation says so")),
  transcripts: Table.nullable(
    Table.string(
      "each transcript as start-end/exon,exon with its exons as start-end, separated by ;: 0-based half-open"
    )
  )
}
export type Gene = Table.Row<typeof table>

/**
 * `ENSG00000187583.12` is `ENSG00000187583`: versions differ between releases, the gene does not. So are the ids of genes
 * that GENCODE has lifted to GRCh37 (`ENSG00000187583.12_5`), and on Y (`ENSG00000182378.14_PAR_Y`).
 */
export const withoutVersion = (id: string): string =>
  id.replace(/^(ENS[A-Z]*[GTPE]\d+)(?:\.\d+(?:_\d+)?)?(?:_PAR_Y)?$/u, "$1")

/** What spreadsheets make of SEPT2, MARCH1 and DEC1 (2-Sep, 1-Mar) and of 2310009E13 (2.31E+19): no gene is named so. */
export const isSpreadsheets = (name: string): boolean =>
  /^(?:\d{1,2}-(?:mar|sept?|dec|oct|apr|feb|nov)|(?:mar|sept?|dec|oct|apr|feb|nov)-\d{1,2}|\d(?:\.\d+)?e\+\d+)$/iu.test(
    name
  )

export const formatExons = (exons: ReadonlyArray<{ readonly start: number; readonly end: number }>): string =>
  exons.map(({ start, end }) => `${start}-${end}`).join(",")

/** The exons (or the one span) as intervals, ascending, 0-based half-open. */
export const exons = (gene: Pick<Gene, "chrom" | "exons">): ReadonlyArray<Interval.Interval> =>
  gene.exons.split(",").map((text) => {
    const [start, end] = text.split("-")
    return { chrom: gene.chrom, start: Number(start), end: Number(end) }
  })

/** How many transcripts the annotation gives. */
export const transcriptCount = ({ transcripts }: Pick<Gene, "transcripts">): number =>
  transcripts === null ? 0 : transcripts.split(";").length

/** From the first to the last exon: a gene's record may reach farther. Its span where exons are unknown. */
export const transcript = (gene: Pick<Gene, "chrom" | "exons">): Interval.Interval => {
  const parts = exons(gene)
  return { chrom: gene.chrom, start: parts[0]!.start, end: parts.at(-1)!.end }
}

/**
 * The first (acceptors) and last (donors) bases of exons where an intron ends or begins, 0-based, ascending: the ends of
 * the gene are none. Of a gene known as a span alone there are none.
 */
export const spliceSites = (
  gene: Pick<Gene, "chrom" | "exons" | "strand">
): { readonly acceptors: ReadonlyArray<number>; readonly donors: ReadonlyArray<number> } => {
  const parts = exons(gene)
  const starts = parts.slice(1).map(({ start }) => start)
  const ends = parts.slice(0, -1).map(({ end }) => end - 1)
  return gene.strand === "-" ? { acceptors: ends, donors: starts } : { acceptors: starts, donors: ends }
}

/** Genome order, then by id. */
export const compare = (a: Gene, b: Gene): number => Interval.compare(a, b) || (a.gene_id < b.gene_id ? -1 : 1)
