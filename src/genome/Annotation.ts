/**
 * Genes from an annotation file, plain or gzip, told apart by content:
 * - GTF (Ensembl, GENCODE, UCSC) and GFF3 (Ensembl, GENCODE, RefSeq and MANE): coordinates 1-based, both ends included.
 * - A table with the columns #NAME, CHROM, STRAND, TX_START, TX_END (transcript spans, as SpliceAI's annotation files
 *   have them): starts are 0-based, ends excluded. (FOXD4 is 9:116230-118204 there and 9:116231-118204 in Ensembl 91.)
 */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as TextLines from "../data/TextLines.ts"
import * as Gene from "./Gene.ts"
import * as GeneDraft from "./GeneDraft.ts"
import * as Gff3 from "./Gff3.ts"
import * as Gtf from "./Gtf.ts"
import * as Interval from "./Interval.ts"

type Fault = { readonly message: string; readonly hint?: string }

interface Reader {
  readonly line: (line: string) => Fault | undefined
  readonly drafts: () => Iterable<GeneDraft.Draft>
  /** Exons and transcripts that belong to no gene. */
  readonly orphans?: () => { readonly exons: ReadonlyArray<string>; readonly transcripts: ReadonlyArray<string> }
}

const wholeNumber = (text: string | undefined): number => (/^\d+$/u.test(text ?? "") ? Number(text) : Number.NaN)

/** Strands that a line may have; `?` is one that matters and is not known. */
const strands: { readonly [text: string]: GeneDraft.Feature["strand"] } = { "+": "+", "-": "-", ".": ".", "?": "." }

const parseFeature = (line: string, nameOf: (seqid: string) => string): GeneDraft.Feature | Fault => {
  const fields = line.split("\t")
  if (fields.length !== 9) {
    const message = `${fields.length} fields where GTF and GFF3 have 9`
    return fields.length < 9 && line.trim().split(/\s+/u).length >= 9
      ? { message, hint: "fields are separated by one tab, not by blanks" }
      : { message }
  }
  const [chrom, , type, first, last, , strandText, , attributes] = fields as [string, ...Array<string>]
  const [start, end] = [wholeNumber(first) - 1, wholeNumber(last)]
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || start >= end) {
    return { message: `'${first}' to '${last}' is not a stretch of positions from 1 on` }
  }
  const strand = strands[strandText!]
  if (strand === undefined) return { message: `strand '${strandText}' is none of +, -, ., ?` }
  return { chrom: Interval.chromName(nameOf(chrom)), type: type!, start, end, strand, attributes: attributes! }
}

/** Reads lines of features into a format's drafts. */
const features = (
  format: { readonly line: (feature: GeneDraft.Feature) => string | undefined } & Pick<Reader, "drafts" | "orphans">,
  nameOf: (seqid: string) => string
): Reader => {
  return {
    ...format,
    line: (line) => {
      const feature = parseFeature(line, nameOf)
      if ("message" in feature) return feature
      const message = format.line(feature)
      return message === undefined ? undefined : { message, hint: `the line has: ${feature.attributes.slice(0, 120)}` }
    }
  }
}

const spanHeader = "#NAME\tCHROM\tSTRAND\tTX_START\tTX_END"

/** Transcript spans by symbol. */
const spanTable = (): Reader => {
  const drafts = new Map<string, GeneDraft.Draft>()
  return {
    line: (line) => {
      const [name, chrom, strandText, startText, endText] = line.split("\t")
      const [start, end, strand] = [wholeNumber(startText), wholeNumber(endText), strands[strandText ?? ""]]
      if (!(start < end) || strand === undefined) {
        return { message: "not a row of NAME, CHROM, STRAND, TX_START, TX_END" }
      }
      const gene = drafts.get(name!) ?? GeneDraft.make()
      drafts.set(name!, gene)
      gene.name = name
      gene.bodies.push({ chrom: Interval.chromName(chrom!), type: "gene", start, end, strand, attributes: "" })
      return undefined
    },
    drafts: () => drafts.values()
  }
}

/** The format of a file, by its first line of fields: attributes are `ID=x;` in GFF3, `gene_id "x";` in GTF. */
const readerOf = (line: string): Reader | Fault => {
  const attributes = line.split("\t")[8] ?? ""
  if (Gtf.isGtf(attributes)) return features(Gtf.make(), (seqid) => seqid)
  if (attributes === "" || attributes === "." || attributes.includes("=")) return features(Gff3.make(), Gff3.decoded)
  return {
    message: "neither GTF nor GFF3: the attributes have no gene_id and no ID",
    hint: `GTF has gene_id "X"; and GFF3 has ID=X; the line has: ${attributes.slice(0, 120)}`
  }
}

/** Of genes of one id the one with exons stands, else the first. */
const distinct = (genes: Iterable<Gene.Gene>, books: GeneDraft.Books | undefined): ReadonlyArray<Gene.Gene> => {
  const byId = new Map<string, Gene.Gene>()
  for (const gene of genes) {
    const known = byId.get(gene.gene_id)
    const better = known === undefined || (known.region === "span" && gene.region === "exons")
    const other = better ? known : gene
    if (better) byId.set(gene.gene_id, gene)
    if (other === undefined) continue
    GeneDraft.leave(
      books,
      GeneDraft.elsewhere,
      `${other.gene_id} at ${Interval.format(other)}`,
      GeneDraft.partsOf(other)
    )
  }
  return [...byId.values()].sort(Gene.compare)
}

/**
 * Reads all genes, in genome order. The exons of a gene are those of all its transcripts, merged. The id is Ensembl's,
 * without version, where the file gives it; else the symbol. Of a gene at several places (two chromosomes, two strands, or
 * parts that do not overlap) the first stands; genes without a strand are left out.
 *
 * With books, what is left out is taken and left with its reason; the genes that are given, their transcripts and exons are
 * the caller's to keep or to leave.
 */
export const read = Effect.fnUntraced(function* (
  path: string,
  books?: GeneDraft.Books
): Effect.fn.Return<ReadonlyArray<Gene.Gene>, InputError> {
  let reader: Reader | undefined
  // GFF3 may end in the sequences.
  let ended = false
  yield* TextLines.forEach(path, (line) => {
    if (line.startsWith(spanHeader)) {
      reader = spanTable()
      return undefined
    }
    ended ||= line.startsWith("##FASTA") || (line.startsWith(">") && reader !== undefined)
    if (ended || line.trim() === "" || line.startsWith("#")) return undefined
    const found = reader ?? readerOf(line)
    if ("message" in found) return found
    reader = found
    return reader.line(line)
  })
  const drafts = [...(reader?.drafts() ?? [])]
  if (drafts.length === 0) {
    return yield* new InputError({
      message: "no gene in the file",
      file: path,
      hint: `expected: GTF, GFF3, or a table with the columns ${spanHeader.replaceAll("\t", ", ")}`
    })
  }
  const genes = drafts.flatMap((draft) => GeneDraft.finish(draft, books) ?? [])
  if (books !== undefined) {
    const { exons, transcripts } = reader!.orphans?.() ?? { exons: [], transcripts: [] }
    books.exons.take(exons.length)
    books.exons.leave("without a gene", exons[0] ?? "", exons.length)
    books.transcripts.take(transcripts.length)
    books.transcripts.leave("without a gene", transcripts[0] ?? "", transcripts.length)
  }
  return distinct(genes, books)
})
