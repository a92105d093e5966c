/** Genes by where they lie, with their transcripts. Coordinates are 0-based half-open. */
import { groupBy } from "../core/GroupBy.ts"
import * as Gene from "./Gene.ts"
import * as Interval from "./Interval.ts"
import * as Transcript from "./Transcript.ts"

export interface GeneIndex {
  readonly get: (geneId: string) => Gene.Gene | undefined
  /** Genes of a chromosome whose body overlaps the interval, in genome order. */
  readonly overlapping: (interval: Interval.Interval) => ReadonlyArray<Gene.Gene>
  /**
   * Genes with a transcript that starts inside the interval, in genome order, each with the union of the exons of those
   * transcripts: no exons where they are not known. Transcription starts at the start on `+` and at the end, a position of
   * no width, on `-`; both ends count as inside where the interval holds them (start <= position < end).
   */
  readonly startingIn: (interval: Interval.Interval) => ReadonlyArray<Started>
  /** Between the exons of the transcripts of genes that overlap the interval; none of genes without transcripts. */
  readonly introns: (interval: Interval.Interval) => ReadonlyArray<Intron>
}

export interface Intron extends Transcript.Span {
  readonly strand: string
}

export interface Started {
  readonly gene: Gene.Gene
  readonly exons: ReadonlyArray<Transcript.Span>
}

/** A gene of an annotation without transcripts counts as one transcript with all exons, or with its span. */
const transcriptsOf = (gene: Gene.Gene): ReadonlyArray<Transcript.Transcript> =>
  gene.transcripts === null
    ? [{ start: gene.start, end: gene.end, exons: Gene.exons(gene) }]
    : Transcript.parse(gene.transcripts)

export const make = (genes: Iterable<Gene.Gene>): GeneIndex => {
  const sorted = [...genes].sort(Gene.compare)
  const byId = new Map(sorted.map((gene) => [gene.gene_id, gene]))
  const byChromosome = groupBy(sorted, ({ chrom }) => chrom)
  const parsed = new Map<Gene.Gene, ReadonlyArray<Transcript.Transcript>>()
  const transcripts = (gene: Gene.Gene) => {
    const known = parsed.get(gene) ?? transcriptsOf(gene)
    parsed.set(gene, known)
    return known
  }
  const overlapping = (interval: Interval.Interval) =>
    (byChromosome.get(interval.chrom) ?? []).filter((gene) => Interval.overlaps(gene, interval))
  return {
    get: (geneId) => byId.get(Gene.withoutVersion(geneId)),
    overlapping,
    introns: (interval) =>
      overlapping(interval).flatMap((gene) =>
        gene.transcripts === null
          ? []
          : transcripts(gene).flatMap(({ exons }) =>
              exons.slice(1).map(({ start }, i) => ({ strand: gene.strand, start: exons[i]!.end, end: start }))
            )
      ),
    startingIn: (interval) =>
      // A gene that ends where the interval starts does not overlap it, and yet may start there.
      overlapping({ ...interval, start: interval.start - 1 }).flatMap((gene) => {
        const inside = transcripts(gene).filter((transcript) => {
          const at = Transcript.start(transcript, gene.strand)
          return interval.start <= at && at < interval.end
        })
        return inside.length === 0 ? [] : [{ gene, exons: Interval.merge(inside.flatMap(({ exons }) => exons)) }]
      })
  }
}
