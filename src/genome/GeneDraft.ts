/** A gene while the lines of its annotation are read: its parts, put together by where they lie. */
import type { Book } from "../core/Tally.ts"
import * as Gene from "./Gene.ts"
import * as Interval from "./Interval.ts"
import * as Transcript from "./Transcript.ts"

/** A line of GTF or GFF3. */
export interface Feature extends Interval.Interval {
  readonly type: string
  /** `.` where the line has none (`.` or `?`). */
  readonly strand: "+" | "-" | "."
  readonly attributes: string
}

/** A transcript, or exons of a gene that name none. */
export interface Part {
  readonly id: string | undefined
  readonly chrom: string
  readonly strand: Feature["strand"]
  /** Of a line of its own. */
  span: Transcript.Span | undefined
  readonly exons: Array<Transcript.Span>
}

export interface Draft {
  id: string | undefined
  name: string | undefined
  type: string | undefined
  /** Lines of the gene itself. */
  readonly bodies: Array<Feature>
  readonly parts: Array<Part>
}

export const make = (): Draft => ({ id: undefined, name: undefined, type: undefined, bodies: [], parts: [] })

const extent = ({ span, exons }: Part): Transcript.Span => ({
  start: Math.min(span?.start ?? Infinity, ...exons.map(({ start }) => start)),
  end: Math.max(span?.end ?? 0, ...exons.map(({ end }) => end))
})

/** What lies together: one place of a gene. */
interface Place {
  readonly chrom: string
  strand: Feature["strand"]
  start: number
  end: number
  /** Where its first line stands among those of the gene. */
  first: number
  readonly bodies: Array<Transcript.Span>
  readonly parts: Array<Part>
}

interface Piece extends Interval.Interval {
  readonly strand: Feature["strand"]
  readonly order: number
  readonly body?: Transcript.Span
  readonly part?: Part
}

const add = (place: Place, { start, end, order, strand, body, part }: Piece): void => {
  place.start = Math.min(place.start, start)
  place.end = Math.max(place.end, end)
  place.first = Math.min(place.first, order)
  if (place.strand === ".") place.strand = strand
  if (body !== undefined) place.bodies.push(body)
  if (part !== undefined) place.parts.push(part)
}

const placeOf = (piece: Piece): Place => {
  const { chrom, strand, start, end, order } = piece
  const place: Place = { chrom, strand, start, end, first: order, bodies: [], parts: [] }
  add(place, piece)
  return place
}

/**
 * The places of a gene, the one that stands first in the file first. Parts that overlap on one strand are one place; what
 * has no strand belongs to where it lies.
 */
const placesOf = ({ bodies, parts }: Draft): ReadonlyArray<Place> => {
  const pieces: ReadonlyArray<Piece> = [
    ...bodies.map((body, order) => ({ ...body, order, body })),
    ...parts.map((part, at) => ({
      ...extent(part),
      chrom: part.chrom,
      strand: part.strand,
      order: bodies.length + at,
      part
    }))
  ]
  const places: Array<Place> = []
  const ordered = pieces.toSorted(
    (a, b) => Number(a.strand === ".") - Number(b.strand === ".") || a.start - b.start || a.order - b.order
  )
  for (const piece of ordered) {
    const there = places.find(
      (place) => Interval.overlaps(place, piece) && (piece.strand === "." || place.strand === piece.strand)
    )
    if (there === undefined) places.push(placeOf(piece))
    else add(there, piece)
  }
  return places.sort((a, b) => a.first - b.first)
}

const finishTranscript = (part: Part): Transcript.Transcript => ({
  ...(part.span ?? extent(part)),
  exons: Interval.merge(part.exons)
})

const geneOf = ({ id, name, type }: Draft, place: Place): Gene.Gene => {
  const geneId = Gene.withoutVersion(id ?? name ?? "")
  const all = place.parts.flatMap(({ exons }) => exons)
  const exons = Interval.merge(all)
  const transcripts = place.parts.filter((part) => part.id !== undefined)
  return {
    gene_id: geneId,
    gene_name: name === undefined || name === "" ? geneId : name,
    chrom: place.chrom,
    start: place.start,
    end: place.end,
    strand: place.strand,
    region: exons.length > 0 ? "exons" : "span",
    exons: exons.length > 0 ? Gene.formatExons(exons) : `${place.start}-${place.end}`,
    gene_type: type ?? null,
    transcripts: transcripts.length === 0 ? null : Transcript.format(transcripts.map(finishTranscript))
  }
}

export interface Books {
  readonly genes: Book
  readonly transcripts: Book
  readonly exons: Book
}

/** Lines of exons in parts: a line of GFF3 may stand in several. */
const linesOf = (places: ReadonlyArray<Place>): ReadonlySet<Transcript.Span> =>
  new Set(places.flatMap(({ parts }) => parts.flatMap(({ exons }) => exons)))

const exonLines = new WeakMap<Gene.Gene, number>()

/** Leaves a gene out, with its transcripts and exons. */
export const leave = (
  books: Books | undefined,
  reason: string,
  example: string,
  { transcripts, exons }: Parts
): void => {
  books?.genes.leave(reason, example)
  books?.transcripts.take(transcripts)
  books?.transcripts.leave(reason, example, transcripts)
  books?.exons.take(exons)
  books?.exons.leave(reason, example, exons)
}

/** What a gene brings into the books. */
export interface Parts {
  readonly transcripts: number
  readonly exons: number
}

export const partsOf = (gene: Gene.Gene): Parts => ({
  transcripts: Gene.transcriptCount(gene),
  exons: exonLines.get(gene) ?? 0
})

/**
 * The gene of a draft, or nothing where it has no id or no strand. Of a gene at several places the first stands. All places
 * are taken into the books, and those that are left out are left; the gene that is given, with its transcripts and exons, is
 * the caller's.
 */
export const finish = (draft: Draft, books: Books | undefined): Gene.Gene | undefined => {
  const [first, ...others] = placesOf(draft)
  const name = draft.id ?? draft.name ?? ""
  const example = (place: Place) => `${name} at ${Interval.format(place)}`
  const transcriptsOf = ({ parts }: Place): number => parts.filter(({ id }) => id !== undefined).length
  books?.genes.take(1 + others.length)
  const own = linesOf([first!])
  const counted = new Set(own)
  for (const place of others) {
    const lines = [...linesOf([place])].filter((line) => !counted.has(line))
    for (const line of lines) counted.add(line)
    leave(books, elsewhere, example(place), { transcripts: transcriptsOf(place), exons: lines.length })
  }
  const reason =
    Gene.withoutVersion(name) === "" ? "without a name" : first!.strand === "." ? "without a strand" : undefined
  if (reason === undefined) {
    const gene = geneOf(draft, first!)
    exonLines.set(gene, own.size)
    return gene
  }
  leave(books, reason, example(first!), { transcripts: transcriptsOf(first!), exons: own.size })
  return undefined
}

/** Why a place of a gene is left out. */
export const elsewhere = "at another place than the first of the same gene"
