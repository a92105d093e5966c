/**
 * Scores of genes: `gene_lfc`, `gene_active` and `gene_splicing`.
 *
 * On bins of 1 bp the alternative is first aligned ({@link IndelAlignment}) and the bins of a gene are its places. On
 * wider bins, where AlphaGenome has no rule, both alleles are read at the same bins and each bin counts by the fraction
 * of it that is the gene's. Of a gene that reaches beyond the model's output the part inside is looked at.
 * After the gene-mask scorers of AlphaGenome (Avsec et al. 2026).
 */
import * as Result from "effect/Result"
import * as Interval from "../genome/Interval.ts"
import type { TrackValues } from "../model/SequenceModel.ts"
import * as BinMask from "./BinMask.ts"
import * as Bins from "./Bins.ts"
import * as GeneRows from "./GeneRows.ts"
import * as IndelAlignment from "../genome/IndelAlignment.ts"
import * as RowReader from "./RowReader.ts"
import type { Place, Planned, Scorer, Scores, ScoreRow } from "./Scorer.ts"

/** Added to a mean before its logarithm is taken. */
const pseudocount = 1e-3

export const lfc = (ref: number, alt: number): number => Math.log(alt + pseudocount) - Math.log(ref + pseudocount)

interface Rule {
  readonly rule: "starts" | "overlaps"
  readonly regions: (place: Place) => ReadonlyArray<GeneRows.GeneRegion>
  /** Fills one gene's row of the scores; the readers give reference and aligned alternative. */
  readonly fill: (
    mask: BinMask.BinMask,
    read: { readonly ref: RowReader.RowReader; readonly alt: RowReader.RowReader },
    row: { readonly ref: Float64Array; readonly alt: Float64Array; readonly values: Float64Array }
  ) => void
  /** Whether `ref` and `alt` are what the score compares. */
  readonly alleles: boolean
}

/** Of the bases of a region, the share inside the model's output. */
const share = (covered: number, { spans }: GeneRows.GeneRegion): number =>
  covered === 0 ? 0 : covered / spans.reduce((sum, { start, end }) => sum + end - start, 0)

const plan = (place: Place, { rule, regions, fill, alleles }: Rule): Planned<TrackValues> => {
  const bins = Bins.make(place.output, place.window)
  const found = regions(place).map((region) => ({ region, mask: BinMask.make(bins, region.spans) }))
  const extent = Bins.extent(bins)
  if (found.length === 0) return Result.fail(GeneRows.absent(place, rule))
  // A gene that was asked for must be seen; one that the rule found keeps its row, as NaN.
  if (place.geneId !== undefined && found[0]!.mask.covered === 0) {
    const { gene, region } = found[0]!.region
    return Result.fail(
      `no part of the gene's ${region} (${Interval.format(gene)}) lies inside the model's output (${extent.start + 1}-${extent.end})`
    )
  }
  const genes = found.map(({ region }) => region.gene)
  const tracks = GeneRows.tracksFor(place.tracks, genes)
  const spans = Interval.merge(found.flatMap(({ region }) => region.spans))
  const alignment =
    place.output.resolution === 1 ? IndelAlignment.ofVariant(place.variant, bins.origin, bins.count) : undefined
  const wanted = Bins.clip(bins, spans)
  const rows = found.map(({ region, mask }): ScoreRow => ({
    gene: region.gene,
    region: region.region,
    coverage: share(mask.covered, region)
  }))
  return Result.succeed({
    want: {
      output: place.output.name,
      tracks: tracks.map(({ track }) => track),
      regions: Bins.inWindow(bins, alignment === undefined ? wanted : IndelAlignment.reads(alignment, wanted))
    },
    score: (refValues, altValues): Scores => {
      const width = tracks.length
      const unaligned = RowReader.make(altValues, tracks)
      const read = {
        ref: RowReader.make(refValues, tracks),
        alt: alignment === undefined ? unaligned : RowReader.aligned(unaligned, alignment, width)
      }
      const empty = () => new Float64Array(found.length * width)
      const [ref, alt, values] = [empty(), empty(), empty()]
      for (const [at, { mask }] of found.entries()) {
        const rowOf = (all: Float64Array) => all.subarray(at * width, (at + 1) * width)
        fill(mask, read, { ref: rowOf(ref), alt: rowOf(alt), values: rowOf(values) })
        for (const [i, track] of tracks.entries()) {
          if (GeneRows.isOpposite(track, genes[at]!)) values[at * width + i] = Number.NaN
        }
      }
      return { rows, tracks, values, ref: alleles ? ref : null, alt: alleles ? alt : null }
    }
  })
}

const mean = (mask: BinMask.BinMask, read: RowReader.RowReader, into: Float64Array): void => {
  const row = new Float64Array(into.length)
  for (const [at, bin] of mask.bins.entries()) {
    read(bin, row)
    const weight = mask.weights[at]!
    for (let i = 0; i < row.length; i++) into[i]! += weight * row[i]!
  }
  const total = BinMask.totalWeight(mask)
  for (let i = 0; i < into.length; i++) into[i]! /= total
}

/** The two alleles' means over a gene's exons, compared; NaN for a gene without exons in the output. */
const compareMeans =
  (compare: (ref: number, alt: number) => number): Scorer =>
  (place) =>
    plan(place, {
      rule: "starts",
      regions: GeneRows.exons,
      fill: (mask, read, { ref, alt, values }) => {
        mean(mask, read.ref, ref)
        mean(mask, read.alt, alt)
        for (let i = 0; i < values.length; i++) values[i] = compare(ref[i]!, alt[i]!)
      },
      alleles: true
    })

/** `gene_lfc`: ln(a + 1e-3) - ln(r + 1e-3) of the means over the gene's exons. */
export const geneLfc: Scorer = compareMeans(lfc)

/** `gene_active`: the greater of the two means over the gene's exons. */
export const geneActive: Scorer = compareMeans(Math.max)

/**
 * `gene_splicing`: the greatest |a - r| in the body of a gene that overlaps the variant; with a width, no further from the
 * variant's first base than half of it (AlphaGenome's published code takes a width and does not heed it).
 */
export const geneSplicing =
  (width: number | null): Scorer =>
  (place) =>
    plan(place, {
      rule: "overlaps",
      regions: (seen) => GeneRows.bodies(seen).map((region) => near(region, seen.variant.pos - 1, width)),
      fill: (mask, read, { ref: r, alt: a, values }) => {
        values.fill(mask.bins.length === 0 ? Number.NaN : 0)
        for (const bin of mask.bins) {
          read.ref(bin, r)
          read.alt(bin, a)
          for (let i = 0; i < values.length; i++) values[i] = Math.max(values[i]!, Math.abs(a[i]! - r[i]!))
        }
      },
      alleles: false
    })

const near = (region: GeneRows.GeneRegion, at: number, width: number | null): GeneRows.GeneRegion => {
  const half = width === null ? Infinity : Math.floor(width / 2)
  const spans = region.spans.map(({ start, end }) => ({
    start: Math.max(start, at - half),
    end: Math.min(end, at + half + 1)
  }))
  return { ...region, spans: spans.filter(({ start, end }) => start < end) }
}
