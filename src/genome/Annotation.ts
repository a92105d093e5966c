/**
 * Genes from an annotation file, plain or gzip, told apart by content:
 * - GTF (Ensembl, GENCODE) and GFF3 (Ensembl, GENCODE, RefSeq and MANE): coordinates 1-based, both ends included.
 * - A table with the columns #NAME, CHROM, STRAND, TX_START, TX_END (transcript spans, as SpliceAI's annotation files
 *   have them): starts are 0-based, ends excluded. (FOXD4 is 9:116230-118204 there and 9:116231-118204 in Ensembl 91.)
 */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as Gene from "./Gene.ts"
import * as Interval from "./Interval.ts"
import * as TextLines from "../data/TextLines.ts"
import * as Transcript from "./Transcript.ts"

type Span = Transcript.Span

/** A gene while its lines are being read. */
interface Draft {
  id: string | undefined
  name: string | undefined
  type: string | undefined
  readonly chrom: string
  readonly strand: string
  readonly spans: Array<Span>
  readonly exons: Array<Span>
  /** By id, in the order of the file. */
  readonly transcripts: Map<string, TranscriptDraft>
}

interface TranscriptDraft {
  span: Span | undefined
  readonly exons: Array<Span>
}

interface Feature {
  readonly chrom: string
  readonly type: string
  readonly span: Span
  readonly strand: string
  readonly attributes: string
}

interface Reader {
  readonly line: (line: string) => { readonly message: string; readonly hint?: string } | undefined
  readonly genes: () => Iterable<Draft>
}

const parseFeature = (line: string): Feature | string => {
  const fields = line.split("\t")
  if (fields.length !== 9) return `${fields.length} fields where GTF and GFF3 have 9`
  const [chrom, , type, first, last, , strand, , attributes] = fields as [string, ...Array<string>]
  const span = { start: Number(first) - 1, end: Number(last) }
  return Number.isSafeInteger(span.start) && Number.isSafeInteger(span.end) && 0 <= span.start && span.start < span.end
    ? { chrom: Interval.chromName(chrom), type: type!, span, strand: strand!, attributes: attributes! }
    : `'${first}' to '${last}' is not a stretch of positions from 1 on`
}

const draft = ({ chrom, strand }: Pick<Feature, "chrom" | "strand">): Draft => ({
  id: undefined,
  name: undefined,
  type: undefined,
  chrom,
  strand,
  spans: [],
  exons: [],
  transcripts: new Map()
})

const transcriptOf = ({ transcripts }: Draft, id: string): TranscriptDraft => {
  const known = transcripts.get(id) ?? { span: undefined, exons: [] }
  transcripts.set(id, known)
  return known
}

/** GTF: each line names its gene. */
const gtf = (): Reader => {
  const drafts = new Map<string, Draft>()
  return {
    line: (line) => {
      const feature = parseFeature(line)
      if (typeof feature === "string") return { message: feature }
      if (feature.type !== "gene" && feature.type !== "transcript" && feature.type !== "exon") return undefined
      const id = /\bgene_id "([^"]*)"/u.exec(feature.attributes)?.[1]
      if (id === undefined || id === "") return { message: `a ${feature.type} without a gene_id` }
      // The same id on X and Y (old pseudoautosomal genes) is two genes; the first stands.
      const gene = drafts.get(id) ?? draft(feature)
      drafts.set(id, gene)
      if (gene.chrom !== feature.chrom) return undefined
      gene.id = id
      gene.name ??= /\bgene_name "([^"]*)"/u.exec(feature.attributes)?.[1]
      gene.type ??= /\bgene_(?:bio)?type "([^"]*)"/u.exec(feature.attributes)?.[1]
      gene.spans.push(feature.span)
      if (feature.type === "exon") gene.exons.push(feature.span)
      const transcript = /\btranscript_id "([^"]+)"/u.exec(feature.attributes)?.[1]
      if (transcript === undefined || feature.type === "gene") return undefined
      if (feature.type === "exon") transcriptOf(gene, transcript).exons.push(feature.span)
      else transcriptOf(gene, transcript).span = feature.span
      return undefined
    },
    genes: () => drafts.values()
  }
}

const percentDecoded = (text: string): string =>
  text.replaceAll(/%([0-9A-Fa-f]{2})/gu, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

/** GFF3: exons name their transcripts, transcripts their gene; parents may come later in the file. */
const gff3 = (): Reader => {
  const genes = new Map<string, Draft>()
  const parents = new Map<string, string>()
  const spans = new Map<string, Span>()
  const exons: Array<{ readonly parents: ReadonlyArray<string>; readonly span: Span }> = []
  const attributesOf = (text: string): ReadonlyMap<string, string> =>
    new Map(
      text
        .split(";")
        .map((pair) => [pair.slice(0, pair.indexOf("=")).trim(), pair.slice(pair.indexOf("=") + 1)] as const)
    )
  return {
    line: (line) => {
      const feature = parseFeature(line)
      if (typeof feature === "string") return { message: feature }
      // Parts of transcripts that say nothing of exons are most of the file.
      if (/CDS|UTR|codon|intron/u.test(feature.type)) return undefined
      const attributes = attributesOf(feature.attributes)
      const [id, parent] = [attributes.get("ID"), attributes.get("Parent")]
      if (/(?:^|_)(?:pseudo)?gene$/u.test(feature.type)) {
        if (id === undefined) return { message: "a gene without an ID" }
        const gene = genes.get(id) ?? draft(feature)
        genes.set(id, gene)
        gene.name = percentDecoded(
          attributes.get("gene_name") ?? attributes.get("Name") ?? attributes.get("gene") ?? ""
        )
        gene.id =
          attributes.get("gene_id") ?? /(?:^|,)Ensembl:(ENS[A-Z]*G\d+)/u.exec(attributes.get("Dbxref") ?? "")?.[1]
        gene.type = attributes.get("gene_type") ?? attributes.get("gene_biotype") ?? attributes.get("biotype")
        gene.spans.push(feature.span)
      } else if (feature.type === "exon") {
        if (parent !== undefined) exons.push({ parents: parent.split(","), span: feature.span })
      } else if (id !== undefined && parent !== undefined) {
        parents.set(id, parent)
        spans.set(id, feature.span)
      }
      return undefined
    },
    genes: () => {
      const geneOf = (id: string): Draft | undefined => {
        // Three levels are the deepest in use (gene, transcript, part); the bound guards against cycles.
        for (let at: string | undefined = id, level = 0; at !== undefined && level < 4; at = parents.get(at), level++) {
          const gene = genes.get(at)
          if (gene !== undefined) return gene
        }
        return undefined
      }
      for (const [id, span] of spans) {
        const gene = geneOf(id)
        if (gene !== undefined) transcriptOf(gene, id).span = span
      }
      for (const exon of exons) {
        for (const gene of new Set(exon.parents.map(geneOf))) gene?.exons.push(exon.span)
        for (const id of exon.parents) {
          const gene = spans.has(id) ? geneOf(id) : undefined
          if (gene !== undefined) transcriptOf(gene, id).exons.push(exon.span)
        }
      }
      return genes.values()
    }
  }
}

const spanHeader = "#NAME\tCHROM\tSTRAND\tTX_START\tTX_END"

/** Transcript spans by symbol. A symbol with several places keeps the first, widened by what overlaps it. */
const spanTable = (): Reader => {
  const drafts = new Map<string, Draft>()
  return {
    line: (line) => {
      const [name, chrom, strand, startText, endText] = line.split("\t")
      const span = { start: Number(startText), end: Number(endText) }
      if (endText === undefined || !Number.isSafeInteger(span.start) || !Number.isSafeInteger(span.end)) {
        return { message: "not a row of NAME, CHROM, STRAND, TX_START, TX_END" }
      }
      const gene = drafts.get(name!) ?? { ...draft({ chrom: Interval.chromName(chrom!), strand: strand! }), name }
      drafts.set(name!, gene)
      const overlaps = gene.spans.every((other) => other.start < span.end && span.start < other.end)
      if (gene.chrom === Interval.chromName(chrom!) && overlaps) gene.spans.push(span)
      return undefined
    },
    genes: () => drafts.values()
  }
}

/** A transcript that no line of its own describes reaches over its exons. */
const finishTranscript = ({ span, exons }: TranscriptDraft): Transcript.Transcript => {
  const merged = Interval.merge(exons)
  return { start: span?.start ?? merged[0]!.start, end: span?.end ?? merged.at(-1)!.end, exons: merged }
}

const finish = ({ id, name, type, chrom, strand, spans, exons, transcripts }: Draft): Gene.Gene | undefined => {
  const geneId = Gene.withoutVersion(id ?? name ?? "")
  const known = exons.length > 0
  const merged = Interval.merge(known ? exons : spans)
  const body = Interval.merge([...spans, ...exons])
  if (geneId === "" || body.length === 0) return undefined
  const [start, end] = [body[0]!.start, body.at(-1)!.end]
  return {
    gene_id: geneId,
    gene_name: name === undefined || name === "" ? geneId : name,
    chrom,
    start,
    end,
    strand: strand === "-" ? "-" : "+",
    region: known ? "exons" : "span",
    exons: known ? Gene.formatExons(merged) : `${start}-${end}`,
    gene_type: type ?? null,
    transcripts: transcripts.size === 0 ? null : Transcript.format(Array.from(transcripts.values(), finishTranscript))
  }
}

/**
 * Reads all genes, in genome order. The exons of a gene are those of all its transcripts, merged. The id is Ensembl's,
 * without version, where the file gives it; else the symbol.
 */
export const read = Effect.fnUntraced(function* (path: string): Effect.fn.Return<ReadonlyArray<Gene.Gene>, InputError> {
  let reader: Reader | undefined
  yield* TextLines.forEach(path, (line) => {
    if (line.startsWith(spanHeader)) {
      reader = spanTable()
      return undefined
    }
    if (line === "" || line.startsWith("#")) return undefined
    reader ??= /\bgene_id "/u.test(line) ? gtf() : gff3()
    return reader.line(line)
  })
  if (reader === undefined) {
    return yield* new InputError({
      message: "no gene in the file",
      file: path,
      hint: `expected: GTF, GFF3, or a table with the columns ${spanHeader.replaceAll("\t", ", ")}`
    })
  }
  return Array.from(reader.genes(), finish)
    .filter((gene) => gene !== undefined)
    .sort(Gene.compare)
})
