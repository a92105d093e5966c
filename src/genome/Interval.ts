/** A stretch of a chromosome: 0-based, half-open, in base pairs. Start may be negative and end beyond the chromosome. */
import * as Chromosome from "./Chromosome.ts"

export interface Interval {
  readonly chrom: string
  /** 0-based, included. */
  readonly start: number
  /** 0-based, excluded. */
  readonly end: number
}

/** The UCSC name of a chromosome, which all tables use: see {@link Chromosome.nameOf}. */
export const chromName = Chromosome.nameOf

/** Sorts as text: numbers by value, chromosomes with a number alone before all others. */
const order = (chrom: string): string =>
  (/^chr\d+$/u.test(chrom) ? "" : "~") + chrom.replaceAll(/\d+/gu, (digits) => digits.padStart(10, "0"))

/** Genome order: chr1, chr2, ... chr22, then the others by name; then start, then end. */
export const compare = (a: Interval, b: Interval): number => {
  if (a.chrom !== b.chrom) return order(a.chrom) < order(b.chrom) ? -1 : 1
  return a.start - b.start || a.end - b.end
}

/** Text as samtools and genome browsers write it: `chr1:101-200`, 1-based, both ends included; commas are allowed. */
export const parse = (text: string): Interval | undefined => {
  const [, chrom, first, last] = /^([^:\s]+):([\d,]+)-([\d,]+)$/u.exec(text) ?? []
  if (chrom === undefined) return undefined
  const start = Number(first!.replaceAll(",", "")) - 1
  const end = Number(last!.replaceAll(",", ""))
  return start >= 0 && end > start ? { chrom: chromName(chrom), start, end } : undefined
}

/** The inverse of {@link parse}: 1-based, both ends included. */
export const format = ({ chrom, start, end }: Interval): string => `${chrom}:${start + 1}-${end}`

/** The intervals of a chromosome, as text for messages. */
export const listed = (intervals: ReadonlyArray<Interval>, chrom: string): string =>
  intervals
    .filter((interval) => interval.chrom === chrom)
    .map(format)
    .join(", ") || `nothing of ${chrom}`

export const width = ({ start, end }: Interval): number => end - start

export const overlaps = (a: Interval, b: Interval): boolean => a.chrom === b.chrom && a.start < b.end && b.start < a.end

export const contains = (outer: Interval, inner: Interval): boolean =>
  outer.chrom === inner.chrom && outer.start <= inner.start && inner.end <= outer.end

/** Merges intervals of one chromosome that overlap or touch; ascending. */
export const merge = <I extends { readonly start: number; readonly end: number }>(
  intervals: Iterable<I>
): ReadonlyArray<{ readonly start: number; readonly end: number }> => {
  const merged: Array<{ start: number; end: number }> = []
  for (const { start, end } of Array.from(intervals).sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end)
    else merged.push({ start, end })
  }
  return merged
}
