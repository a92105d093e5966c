/** Which genes a scorer looks at, and what of them. Coordinates are 0-based half-open. */
import * as Gene from "../genome/Gene.ts"
import * as Interval from "../genome/Interval.ts"
import { interval as variantInterval } from "../genome/Variant.ts"
import type { Track } from "../model/Track.ts"
import type { Place } from "./Scorer.ts"

export interface GeneRegion {
  readonly gene: Gene.Gene
  readonly region: "exons" | "span" | "body"
  /** Ascending, disjoint. */
  readonly spans: ReadonlyArray<{ readonly start: number; readonly end: number }>
}

type Seen = Pick<Place, "window" | "variant" | "genes" | "geneId">

/**
 * The exons of the gene that is asked about, all of them; else, of each gene with a transcript that starts inside the
 * window, the exons of those transcripts.
 */
export const exons = ({ window, genes, geneId }: Omit<Seen, "variant">): ReadonlyArray<GeneRegion> => {
  const regionOf = (gene: Gene.Gene) => (gene.region === "span" ? "span" : "exons")
  if (geneId === undefined) {
    return genes.startingIn(window).map(({ gene, exons: spans }) => ({ gene, region: regionOf(gene), spans }))
  }
  const gene = genes.get(geneId)
  return gene === undefined ? [] : [{ gene, region: regionOf(gene), spans: Gene.exons(gene) }]
}

/** The bodies of the gene that is asked about; else of all genes that overlap the variant, or what it inserts. */
export const bodies = ({ variant, genes, geneId }: Omit<Seen, "window">): ReadonlyArray<GeneRegion> => {
  const { chrom, start, end } = variantInterval(variant)
  const named = geneId === undefined ? undefined : genes.get(geneId)
  const found =
    geneId === undefined
      ? genes.overlapping({ chrom, start, end: Math.max(end, start + variant.alt.length) })
      : named === undefined
        ? []
        : [named]
  return found.map((gene) => ({ gene, region: "body", spans: [{ start: gene.start, end: gene.end }] }))
}

/** Why there is no gene to look at. */
export const absent = ({ window, variant, geneId }: Omit<Seen, "genes">, rule: "starts" | "overlaps"): string =>
  geneId !== undefined
    ? "no annotation of the gene is given"
    : rule === "starts"
      ? `no gene of the annotation starts in the window (${Interval.format(window)})`
      : `no gene of the annotation overlaps ${variant.variant_id}`

/** Whether the track is of the strand opposite to the gene's. */
export const isOpposite = ({ strand }: Pick<Track, "strand">, gene: Pick<Gene.Gene, "strand">): boolean =>
  strand !== "." && gene.strand !== "." && strand !== gene.strand

/** The tracks that say something about one of the genes. */
export const tracksFor = (tracks: ReadonlyArray<Track>, genes: ReadonlyArray<Gene.Gene>): ReadonlyArray<Track> =>
  tracks.filter((track) => genes.some((gene) => !isOpposite(track, gene)))
