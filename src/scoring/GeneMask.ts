/**
 * `gene_lfc`: the log fold change of a gene's mean prediction, ln(alt + 1e-3) - ln(ref + 1e-3).
 *
 * The mean runs over the bins that overlap the gene's exons (its span where exons are unknown), each weighted by the
 * fraction of it that is overlapped; of a gene that reaches beyond the model's output, over the part inside. Tracks of
 * the strand opposite to the gene's are left out. Both alleles are read at the same bins.
 * After the gene-mask scorer of AlphaGenome (Avsec et al. 2025).
 */
import * as Result from "effect/Result"
import * as Gene from "../genome/Gene.ts"
import * as Interval from "../genome/Interval.ts"
import type { Track } from "../model/Track.ts"
import * as BinMask from "./BinMask.ts"
import type { Scorer } from "./Scorer.ts"

const pseudocount = 1e-3

export const lfc = (ref: number, alt: number): number => Math.log(alt + pseudocount) - Math.log(ref + pseudocount)

const isOpposite = (track: Track, gene: Gene.Gene): boolean => track.strand !== "." && track.strand !== gene.strand

export const geneMask: Scorer = ({ geometry, windowStart, gene, tracks }) => {
  if (gene === undefined) return Result.fail("no annotation of the gene is given")
  const exons = Gene.exons(gene)
  const mask = BinMask.make(geometry, windowStart, exons)
  if (mask.covered === 0) {
    const from = windowStart + geometry.outputOffset
    const to = from + geometry.outputLength * geometry.binSize
    return Result.fail(
      `no part of the gene's ${gene.region} (${gene.chrom}:${gene.start + 1}-${gene.end}) lies inside the model's output (${from + 1}-${to})`
    )
  }
  return Result.succeed({
    region: gene.region,
    coverage: mask.covered / exons.reduce((sum, exon) => sum + Interval.width(exon), 0),
    tracks: tracks.filter((track) => !isOpposite(track, gene)),
    aggregate: (prediction, track) => BinMask.mean(mask, prediction, geometry.tracks, track),
    score: lfc
  })
}
