/** Splice sites that an annotation has, in a window: base pairs of the window, 0-based. */
import type { GeneIndex } from "./GeneIndex.ts"
import type { Interval } from "./Interval.ts"

/** Of one strand; a donor is the last base of an exon, an acceptor the first. Ascending. */
export interface StrandSites {
  readonly strand: "+" | "-"
  readonly donors: ReadonlyArray<number>
  readonly acceptors: ReadonlyArray<number>
}

const ascending = (places: ReadonlySet<number>): ReadonlyArray<number> => [...places].sort((a, b) => a - b)

/** The ends of the introns [start, end) of all transcripts of genes that overlap the window. */
export const of = (genes: Pick<GeneIndex, "introns">, window: Interval): ReadonlyArray<StrandSites> =>
  (["+", "-"] as const).map((strand) => {
    const [left, right] = [new Set<number>(), new Set<number>()]
    const inside = (place: number) => place >= 0 && place < window.end - window.start
    for (const intron of genes.introns(window)) {
      if (intron.strand !== strand) continue
      const [last, first] = [intron.start - 1 - window.start, intron.end - window.start]
      if (inside(last)) left.add(last)
      if (inside(first)) right.add(first)
    }
    const [donors, acceptors] = strand === "+" ? [left, right] : [right, left]
    return { strand, donors: ascending(donors), acceptors: ascending(acceptors) }
  })

/** The same of the reverse complement of a window of `length` bases. */
export const reversed = (sites: ReadonlyArray<StrandSites>, length: number): ReadonlyArray<StrandSites> =>
  sites
    .map(({ strand, donors, acceptors }): StrandSites => {
      const turned = (places: ReadonlyArray<number>) => places.map((place) => length - 1 - place).toReversed()
      return { strand: strand === "+" ? "-" : "+", donors: turned(donors), acceptors: turned(acceptors) }
    })
    .toReversed()
