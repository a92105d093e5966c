/**
 * Where the bins of an alternative sequence stand on the reference: 1-bp predictions right of an insertion or a deletion
 * are moved back to the reference's places, as SpliceAI and AlphaGenome do (Jaganathan et al. 2019, Avsec et al. 2026).
 *
 * Let `at` be the last place that both alleles have (the variant is left-aligned, its first bases are the same). Of n
 * inserted bases the maximum over places at ... at + n of the alternative stands at `at`, or 0 where they do not all fit;
 * what follows moves n to the left, and the last n places are 0. Of n deleted bases the n places after `at` are 0 and
 * what follows moves n to the right; the last n are lost.
 */
import * as Interval from "./Interval.ts"

type Span = readonly [from: number, to: number]

export interface IndelAlignment {
  readonly at: number
  /** Above 0 for an insertion, below 0 for a deletion. */
  readonly shift: number
  readonly length: number
}

/** Of `removed` bases from place `at` on giving way to `inserted` others, in a stretch of `length` places of 1 bp. */
export const make = (
  edit: { readonly at: number; readonly removed: number; readonly inserted: number },
  length: number
): IndelAlignment => ({
  at: edit.at + Math.min(edit.removed, edit.inserted) - 1,
  shift: edit.inserted - edit.removed,
  length
})

/** Of a variant, in `length` bases of the genome from `start` (0-based) on. */
export const ofVariant = (
  { pos, ref, alt }: { readonly pos: number; readonly ref: string; readonly alt: string },
  start: number,
  length: number
): IndelAlignment => make({ at: pos - 1 - start, removed: ref.length, inserted: alt.length }, length)

/** The places of the alternative, from and to before, whose maximum stands at place `i` of the reference; none: 0. */
export const source = ({ at, shift, length }: IndelAlignment, i: number): readonly [from: number, to: number] => {
  if (shift === 0 || i < at) return [i, i + 1]
  const last = at + Math.max(0, shift)
  if (i === at) return last < length ? [at, last + 1] : [0, 0]
  const from = i + shift
  return from <= at || from >= length ? [0, 0] : [from, from + 1]
}

/** Where place `i` of the alternative stands on the reference, the inverse of {@link source}; undefined for what is lost. */
export const placeOf = ({ at, shift, length }: IndelAlignment, i: number): number | undefined => {
  if (shift === 0 || i <= at) return i
  const place = i <= at + shift ? at : i - shift
  return place < length ? place : undefined
}

/** All that is read, of the reference and of the alternative, for stretches of places. */
export const reads = ({ at, shift, length }: IndelAlignment, spans: ReadonlyArray<Span>): ReadonlyArray<Span> => {
  if (shift === 0) return spans
  const moved = spans.flatMap(([from, to]): ReadonlyArray<Span> =>
    to > at ? [[Math.max(at, from) + shift, to + shift]] : []
  )
  const peak: ReadonlyArray<Span> = shift > 0 ? [[at, at + shift + 1]] : []
  const all = [...spans, ...moved, ...peak].map(([from, to]) => ({
    start: Math.max(0, from),
    end: Math.min(length, to)
  }))
  return Interval.merge(all.filter(({ start, end }) => start < end)).map(({ start, end }) => [start, end])
}

/** [length, channels] of an alternative sequence on the places of the reference. */
export const align = (alignment: IndelAlignment, values: Float32Array, channels: number): Float32Array => {
  const aligned = new Float32Array(values.length)
  for (let i = 0; i < alignment.length; i++) {
    const [from, to] = source(alignment, i)
    for (let channel = 0; channel < channels; channel++) {
      let greatest = from < to ? -Infinity : 0
      for (let at = from; at < to; at++) greatest = Math.max(greatest, values[at * channels + channel]!)
      aligned[i * channels + channel] = greatest
    }
  }
  return aligned
}
