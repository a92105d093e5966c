/** Stretches [from, to) of base pairs or tokens. */
import type { Span } from "../../SequenceModel.ts"
import { tokenWidth } from "./Config.ts"

/** Ascending and disjoint; stretches that touch become one. */
export const union = (spans: ReadonlyArray<Span>): ReadonlyArray<Span> => {
  const merged: Array<[number, number]> = []
  for (const [from, to] of spans.filter(([from, to]) => from < to).toSorted(([a], [b]) => a - b)) {
    const last = merged.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

/** The tokens in which base pairs lie. */
export const tokensOf = (spans: ReadonlyArray<Span>): ReadonlyArray<Span> =>
  union(spans.map(([from, to]) => [Math.floor(from / tokenWidth), Math.ceil(to / tokenWidth)]))

/** With so many more at both sides, as far as there are any. */
export const widen = (spans: ReadonlyArray<Span>, by: number, end: number): ReadonlyArray<Span> =>
  union(spans.map(([from, to]) => [Math.max(0, from - by), Math.min(end, to + by)]))

/** Cut into pieces of nearly equal length, of at most `longest`. */
export const pieces = (spans: ReadonlyArray<Span>, longest: number): ReadonlyArray<Span> =>
  spans.flatMap(([from, to]) => {
    const count = Math.ceil((to - from) / longest)
    const cut = (index: number) => from + Math.floor(((to - from) * index) / count)
    return Array.from({ length: count }, (_, index): Span => [cut(index), cut(index + 1)])
  })

/** What the spans have in [from, to). */
export const within = (spans: ReadonlyArray<Span>, from: number, to: number): ReadonlyArray<Span> =>
  spans.map(([start, end]): Span => [Math.max(start, from), Math.min(end, to)]).filter(([start, end]) => start < end)
