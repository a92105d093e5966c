/** The bins of an output that a model gives for a window, and where they lie on the genome. */
import * as Interval from "../genome/Interval.ts"
import type { Output, Span } from "../model/SequenceModel.ts"

export interface Bins {
  /** Where bin 0 starts on the genome, 0-based. */
  readonly origin: number
  /** Base pairs a bin. */
  readonly size: number
  readonly count: number
  /** Where bin 0 starts in the window. */
  readonly offset: number
}

export const make = (
  { resolution, offset }: Pick<Output, "resolution" | "offset">,
  { start, end }: Pick<Interval.Interval, "start" | "end">
): Bins => ({
  origin: start + offset,
  size: resolution,
  count: Math.floor((end - start - 2 * offset) / resolution),
  offset
})

/** The stretch of the genome that the bins cover. */
export const extent = ({ origin, size, count }: Bins): { readonly start: number; readonly end: number } => ({
  start: origin,
  end: origin + size * count
})

/** The bins that genomic stretches (ascending, disjoint) fall on, as spans of bins: ascending, disjoint. */
export const clip = (
  { origin, size, count }: Bins,
  spans: ReadonlyArray<{ readonly start: number; readonly end: number }>
): ReadonlyArray<Span> =>
  Interval.merge(
    spans
      .map(({ start, end }) => ({
        start: Math.max(0, Math.floor((start - origin) / size)),
        end: Math.min(count, Math.ceil((end - origin) / size))
      }))
      .filter(({ start, end }) => start < end)
  ).map(({ start, end }) => [start, end])

/** Spans of bins as stretches of the window, in base pairs. */
export const inWindow = ({ size, offset }: Bins, spans: ReadonlyArray<Span>): ReadonlyArray<Span> =>
  spans.map(([from, to]) => [offset + from * size, offset + to * size])
