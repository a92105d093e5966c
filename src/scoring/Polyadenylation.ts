/**
 * `polyadenylation`: how much a variant shifts where a gene's transcripts end.
 *
 * The coverage of a polyadenylation site is the sum of RNA + 0.01 over the 400 bp that end at it on its strand. With the
 * ratios q_i = alt / ref of the coverages of a gene's K sites, in the order of the table of sites, the score is the
 * greatest over k = 1 ... K - 1 of |log2((K - k) / k * (q_1 + ... + q_k) / (q_k+1 + ... + q_K))|; what is not finite is 0.
 * Looked at are genes that overlap the variant of which at least 80 % of the sites on the gene's strand, and more than
 * one, lie in the output. Tracks of either strand are given. After AlphaGenome (Avsec et al. 2026).
 */
import * as Result from "effect/Result"
import * as Interval from "../genome/Interval.ts"
import type { PolyaSite } from "../genome/PolyaSite.ts"
import * as Bins from "./Bins.ts"
import * as GeneRows from "./GeneRows.ts"
import * as IndelAlignment from "../genome/IndelAlignment.ts"
import * as RowReader from "./RowReader.ts"
import type { Scorer, ScoreRow } from "./Scorer.ts"

/** Base pairs of transcript before a site. */
const reach = 400
/** Added to the RNA of each base. */
const pseudocount = 0.01
/** Of a gene's sites at least this share must be inside. */
const leastShare = 0.8

/** The bases whose coverage a site has. */
const before = ({ Start, pas_strand }: PolyaSite) =>
  pas_strand === "-" ? { start: Start, end: Start + reach } : { start: Start + 1 - reach, end: Start + 1 }

/** Before the alternative is aligned: what an indel leaves empty counts nothing. */
const raised =
  (read: RowReader.RowReader): RowReader.RowReader =>
  (bin, into) => {
    read(bin, into)
    for (let i = 0; i < into.length; i++) into[i]! += pseudocount
  }

const finite = (value: number): number => (Number.isFinite(value) ? value : 0)

/** The greatest shift between the first k sites and the rest. `ratios` as in the module's text. */
export const shift = (ratios: ReadonlyArray<number>): number => {
  const sum = (part: ReadonlyArray<number>) => part.reduce((total, ratio) => total + ratio, 0)
  let greatest = 0
  for (let k = 1; k < ratios.length; k++) {
    const ratio = (((ratios.length - k) / k) * sum(ratios.slice(0, k))) / sum(ratios.slice(k))
    greatest = Math.max(greatest, finite(Math.abs(Math.log2(ratio))))
  }
  return greatest
}

export const polyadenylation: Scorer = (place) => {
  const { output, tracks, window, variant, polyaSites } = place
  if (polyaSites.size === 0) return Result.fail("no table of polyadenylation sites is given")
  const bins = Bins.make(output, window)
  const extent = { chrom: window.chrom, ...Bins.extent(bins) }
  const overlapping = GeneRows.bodies(place)
  if (overlapping.length === 0) return Result.fail(GeneRows.absent(place, "overlaps"))
  const found = overlapping.flatMap(({ gene }) => {
    const sites = (polyaSites.get(gene.gene_id) ?? []).filter(
      ({ Chromosome, pas_strand }) => Interval.chromName(Chromosome) === gene.chrom && pas_strand === gene.strand
    )
    const inside = sites.filter(({ Start }) => extent.start <= Start && Start < extent.end)
    return inside.length > 1 && inside.length >= leastShare * sites.length ? [{ gene, sites: inside }] : []
  })
  if (found.length === 0) {
    return Result.fail(
      `no gene that overlaps the variant has 2 or more polyadenylation sites with 80 % of them in the model's output (${Interval.format(extent)})`
    )
  }
  const alignment = IndelAlignment.ofVariant(variant, bins.origin, bins.count)
  const windows = Bins.clip(bins, Interval.merge(found.flatMap(({ sites }) => sites.map(before))))
  const rows = found.map(({ gene, sites }): ScoreRow => ({
    gene,
    region: "body",
    polya: { sites: sites.length, distance: Math.min(...sites.map(({ Start }) => Math.abs(Start - variant.pos))) }
  }))
  return Result.succeed({
    want: {
      output: output.name,
      tracks: tracks.map(({ track }) => track),
      regions: Bins.inWindow(bins, IndelAlignment.reads(alignment, windows))
    },
    score: (refValues, altValues) => {
      const width = tracks.length
      const readRef = raised(RowReader.make(refValues, tracks))
      const readAlt = RowReader.aligned(raised(RowReader.make(altValues, tracks)), alignment, width)
      const row = new Float64Array(width)
      const coverage = (read: RowReader.RowReader, site: PolyaSite): Float64Array => {
        const sums = new Float64Array(width)
        for (const [from, to] of Bins.clip(bins, [before(site)])) {
          for (let bin = from; bin < to; bin++) {
            read(bin, row)
            for (let i = 0; i < width; i++) sums[i]! += row[i]!
          }
        }
        return sums
      }
      const values = new Float64Array(found.length * width)
      for (const [at, { sites }] of found.entries()) {
        const ratios = sites.map((site) => {
          const ref = coverage(readRef, site)
          return coverage(readAlt, site).map((alt, i) => finite(alt / ref[i]!))
        })
        for (let i = 0; i < width; i++) values[at * width + i] = shift(ratios.map((ratio) => ratio[i]!))
      }
      return { rows, tracks, values, ref: null, alt: null }
    }
  })
}
