/** Splice sites that alleles have together, as AlphaGenome counts the junctions of a variant among them. */
import type { StrandSites } from "../genome/AnnotatedSites.ts"
import * as IndelAlignment from "../genome/IndelAlignment.ts"

export interface Site {
  /** Base pair of the window. */
  readonly position: number
  readonly probability: number
}

/** Sites of each class: donors and acceptors of +, then of -. */
export type Sites = ReadonlyArray<ReadonlyArray<Site>>

/** The sites of an alternative on the places of the reference; one that a deletion has pushed out is left out. */
export const onReference = (sites: Sites, alignment: IndelAlignment.IndelAlignment): Sites =>
  sites.map((each) =>
    each.flatMap(({ position, probability }) => {
      const place = IndelAlignment.placeOf(alignment, position)
      return place === undefined ? [] : [{ position: place, probability }]
    })
  )

/** Sites that are certain, those of them that lie in one of the spans. */
export const certain = (
  sites: ReadonlyArray<StrandSites>,
  spans: ReadonlyArray<readonly [from: number, to: number]>
): Sites =>
  (["+", "-"] as const).flatMap((strand) => {
    const own = sites.filter((each) => each.strand === strand)
    return [own.flatMap(({ donors }) => donors), own.flatMap(({ acceptors }) => acceptors)].map((places) =>
      places
        .filter((place) => spans.some(([from, to]) => from <= place && place < to))
        .map((position) => ({ position, probability: 1 }))
    )
  })

/** By class the `count` places that are most probable in any of the alleles, of equals the first; ascending. */
export const union = (alleles: ReadonlyArray<Sites>, count: number): ReadonlyArray<Int32Array> =>
  alleles[0]!.map((_, siteClass) => {
    const probabilities = new Map<number, number>()
    for (const allele of alleles) {
      for (const { position, probability } of allele[siteClass]!) {
        probabilities.set(position, Math.max(probability, probabilities.get(position) ?? 0))
      }
    }
    const best = [...probabilities].sort(([p, a], [q, b]) => b - a || p - q).slice(0, count)
    return Int32Array.from(best, ([position]) => position).sort()
  })
