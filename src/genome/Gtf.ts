/** GTF (Ensembl, GENCODE, UCSC): each line names its gene, in attributes like `gene_id "X";`, with or without quotes. */
import * as GeneDraft from "./GeneDraft.ts"
import type * as Transcript from "./Transcript.ts"

/** Whether quotes do not end: those within a value are written as \\". */
const isOpen = (text: string): boolean =>
  (text.includes("\\") ? text.replaceAll(/\\./gu, "") : text).split('"').length % 2 === 0

/** The value of an attribute: the first of that name that does not stand within another's quotes. */
const reader = (name: string) => {
  const pattern = new RegExp(String.raw`(?:^|;)\s*${name}\s+(?:"((?:[^"\\]|\\.)*)"|([^\s";]+))`, "gu")
  return (attributes: string): string | undefined => {
    for (const { 1: quoted, 2: bare, index } of attributes.matchAll(pattern)) {
      if (!isOpen(attributes.slice(0, index))) return quoted?.replaceAll(/\\(["\\])/gu, "$1") ?? bare
    }
    return undefined
  }
}

const geneId = reader("gene_id")
const transcriptId = reader("transcript_id")
const geneName = reader("gene_name")
const exonNumber = reader("exon_number")
const geneType = reader("gene_(?:bio)?type")

/** Whether attributes are those of GTF. */
export const isGtf = (attributes: string): boolean => /(?:^|;)\s*gene_id(?:\s|$)/u.test(attributes)

const types = new Set(["gene", "transcript", "exon"])
const overlaps = (a: Transcript.Span, b: Transcript.Span): boolean => a.start < b.end && b.start < a.end

export const make = () => {
  const drafts = new Map<string, GeneDraft.Draft>()
  /** Of each transcript of a gene its copies: the same id may stand at several places. */
  const copies = new Map<string, Array<GeneDraft.Part>>()

  /** Numbers of exons that a copy has: a number that comes again begins another copy. */
  const numbers = new WeakMap<GeneDraft.Part, Set<string>>()

  /** Whether a line belongs to a copy without a line of its own: both lie in one body of the gene, where it has bodies. */
  const belongs = (gene: GeneDraft.Draft, part: GeneDraft.Part, feature: GeneDraft.Feature) => {
    const number = feature.type === "exon" ? exonNumber(feature.attributes) : undefined
    if (number !== undefined && numbers.get(part)?.has(number) === true) return false
    const bodyOf = (span: Transcript.Span) => gene.bodies.find((body) => overlaps(body, span))
    const [here, there] = [bodyOf(feature), part.exons.map(bodyOf).find((body) => body !== undefined)]
    return here === undefined || there === undefined || overlaps(here, there)
  }

  /** The copy that a line belongs to: where it lies, else the last one whose place is not yet known. */
  const copyOf = (gene: GeneDraft.Draft, key: string, id: string | undefined, feature: GeneDraft.Feature) => {
    const { chrom, strand, type } = feature
    const there = copies.get(key) ?? []
    const found = there.findLast((part) => {
      if (part.chrom !== chrom || part.strand !== strand) return false
      if (part.span !== undefined) return overlaps(part.span, feature)
      return type === "exon" ? belongs(gene, part, feature) : part.exons.some((exon) => overlaps(exon, feature))
    })
    if (found !== undefined) return found
    const made: GeneDraft.Part = { id, chrom, strand, span: undefined, exons: [] }
    copies.set(key, [...there, made])
    gene.parts.push(made)
    return made
  }

  return {
    line: (feature: GeneDraft.Feature): string | undefined => {
      const { type, attributes, start, end } = feature
      if (!types.has(type)) return undefined
      if (isOpen(attributes)) return "the attributes end within quotes"
      const id = geneId(attributes)
      if (id === undefined || id === "") return `${type} record has no gene_id attribute`
      const gene = drafts.get(id) ?? GeneDraft.make()
      drafts.set(id, gene)
      gene.id = id
      gene.name ??= geneName(attributes)
      gene.type ??= geneType(attributes)
      if (type === "gene") {
        gene.bodies.push(feature)
        return undefined
      }
      const transcript = transcriptId(attributes) || undefined
      if (transcript === undefined && type === "transcript") {
        gene.bodies.push(feature)
        return undefined
      }
      const part = copyOf(gene, `${id}\t${transcript ?? ""}`, transcript, feature)
      if (type === "exon") {
        part.exons.push({ start, end })
        const number = transcript === undefined ? undefined : exonNumber(attributes)
        if (number !== undefined) numbers.set(part, (numbers.get(part) ?? new Set()).add(number))
      }
      if (type === "transcript")
        part.span = { start: Math.min(start, part.span?.start ?? start), end: Math.max(end, part.span?.end ?? end) }
      return undefined
    },
    drafts: (): Iterable<GeneDraft.Draft> => drafts.values()
  }
}
