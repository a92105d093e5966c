/**
 * Where to put a window so that a model sees a variant and predicts a gene.
 *
 * A model reads `width` bases and predicts the `outputWidth` bases at their centre. Among the windows that hold the
 * variant, the best one has, in this order: the most exon bases in the predicted part; the fewest bases outside the
 * reference (they would be N); its centre nearest the midpoint of variant and gene; the lower start. All three
 * measures are piecewise linear in the start, so only their break points need to be looked at: the choice is exact.
 */
import * as Result from "effect/Result"
import * as Gene from "./Gene.ts"
import * as Interval from "./Interval.ts"
import * as Variant from "./Variant.ts"

export interface Shape {
  /** Bases that the model reads. */
  readonly width: number
  /** Bases that it predicts, at the centre. */
  readonly outputWidth: number
}

/** Bases kept between the variant and the ends of the window; a 64th of the window where that is less. */
const margin = 128

/** The window whose middle base (index width / 2, rounded down) is `position` (0-based). */
export const centred = (chrom: string, position: number, { width }: Shape): Interval.Interval => {
  const start = position - Math.floor(width / 2)
  return { chrom, start, end: start + width }
}

const count = (value: number): string => value.toLocaleString("en-US")

/** Bases of [start, start + width) that the spans hold; spans do not overlap. */
const held = (spans: ReadonlyArray<Omit<Interval.Interval, "chrom">>, start: number, width: number): number => {
  let sum = 0
  for (const span of spans) sum += Math.max(0, Math.min(span.end, start + width) - Math.max(span.start, start))
  return sum
}

/** Bases of a window that the reference does not hold. */
export const padded = (window: Interval.Interval, pieces: ReadonlyArray<Interval.Interval>): number => {
  const same = Interval.merge(pieces.filter(({ chrom }) => chrom === window.chrom))
  return Interval.width(window) - held(same, window.start, Interval.width(window))
}

const clip = (
  spans: ReadonlyArray<Interval.Interval>,
  pieces: ReadonlyArray<Interval.Interval>
): ReadonlyArray<Interval.Interval> =>
  spans.flatMap((span) =>
    pieces
      .filter((piece) => Interval.overlaps(span, piece))
      .map((piece) => ({ ...span, start: Math.max(span.start, piece.start), end: Math.min(span.end, piece.end) }))
  )

/** What the reasons of {@link place} have in common, without their figures. */
export const categoryOf = (reason: string): string =>
  /^(?:the variant lies outside the reference|the gene body lies outside the reference)/u.exec(reason)?.[0] ??
  (reason.startsWith("the variant is on ")
    ? "variant and gene are on two chromosomes"
    : reason.startsWith("the variant spans ")
      ? "the variant is longer than the window"
      : "variant and gene are too far apart for the window")

/** The window for a variant and a gene; the failure says in plain words why there is none. */
export const place = (
  variant: Variant.Variant,
  gene: Gene.Gene,
  shape: Shape,
  /** What the reference holds, all chromosomes. */
  reference: ReadonlyArray<Interval.Interval>
): Result.Result<Interval.Interval, string> => {
  const { width, outputWidth } = shape
  const { chrom } = variant
  if (gene.chrom !== chrom) return Result.fail(`the variant is on ${chrom}, the gene on ${gene.chrom}`)
  const pieces = Interval.merge(reference.filter((piece) => piece.chrom === chrom)).map((span) => ({ chrom, ...span }))
  const site = Variant.interval(variant)
  if (!pieces.some((piece) => Interval.contains(piece, site))) {
    return Result.fail(`the variant lies outside the reference (it has ${Interval.listed(pieces, chrom)})`)
  }
  const exons = clip(Gene.exons(gene), pieces)
  if (exons.length === 0) {
    return Result.fail(`the gene body lies outside the reference (it has ${Interval.listed(pieces, chrom)})`)
  }
  if (Interval.width(site) > width) {
    return Result.fail(`the variant spans ${count(Interval.width(site))} bp; the window holds ${count(width)}`)
  }

  const crop = (width - outputWidth) / 2
  const room = Math.floor(Math.min(margin, width / 64, (width - Interval.width(site)) / 2))
  const first = site.end + room - width
  const last = site.start - room
  const body = { start: exons[0]!.start, end: exons.at(-1)!.end }
  const middle = Math.floor((Math.min(site.start, body.start) + Math.max(site.end, body.end)) / 2)
  const centre = middle - Math.floor(width / 2)

  const edges = (spans: ReadonlyArray<Interval.Interval>, offset: number, wide: number): ReadonlyArray<number> =>
    spans.flatMap(({ start, end }) => [start, end].flatMap((edge) => [edge - offset, edge - offset - wide]))
  const starts = [first, last, centre, ...edges(exons, crop, outputWidth), ...edges(pieces, 0, width)]
  const [best] = starts
    .filter((start) => first <= start && start <= last)
    .map((start) => ({
      start,
      exonBases: held(exons, start + crop, outputWidth),
      real: held(pieces, start, width),
      shift: Math.abs(start - centre)
    }))
    .sort((a, b) => b.exonBases - a.exonBases || b.real - a.real || a.shift - b.shift || a.start - b.start)

  if (best!.exonBases === 0) {
    const gaps = exons.map((exon) => Math.max(exon.start - site.end, site.start - exon.end, 0))
    const centre = outputWidth === width ? "" : `, of which the model predicts the central ${count(outputWidth)}`
    return Result.fail(
      `variant and gene are ${count(Math.min(...gaps))} bp apart; the window holds ${count(width)}${centre}`
    )
  }
  return Result.succeed({ chrom, start: best!.start, end: best!.start + width })
}
