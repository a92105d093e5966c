/** Reads bins of track values, whichever of an output's bins and tracks they hold. */
import type { Span, TrackValues } from "../model/SequenceModel.ts"
import type { Track } from "../model/Track.ts"
import { source, type IndelAlignment } from "../genome/IndelAlignment.ts"

/** Writes the values of one bin, track by track; NaN where the bin or the track was not given. */
export type RowReader = (bin: number, into: Float64Array) => void

/** Where a bin stands among the given ones; -1 when it is not there. */
const finder = (bins: ReadonlyArray<Span>): ((bin: number) => number) => {
  const before: Array<number> = []
  let total = 0
  for (const [from, to] of bins) {
    before.push(total)
    total += to - from
  }
  // Bins are mostly asked for in ascending order: the span of the last one is tried first.
  let at = 0
  return (bin) => {
    while (at > 0 && bin < bins[at]![0]) at--
    while (at < bins.length - 1 && bin >= bins[at]![1]) at++
    const span = bins[at]
    return span !== undefined && span[0] <= bin && bin < span[1] ? before[at]! + bin - span[0] : -1
  }
}

/** Where each track stands in values of the tracks given; -1 when it is not there. */
export const columns = (given: ReadonlyArray<number>, tracks: ReadonlyArray<Track>): Int32Array => {
  const at = new Map(given.map((track, column) => [track, column]))
  return Int32Array.from(tracks, ({ track }) => at.get(track) ?? -1)
}

export const make = ({ tracks: given, bins, values }: TrackValues, tracks: ReadonlyArray<Track>): RowReader => {
  const find = finder(bins)
  const column = columns(given, tracks)
  return (bin, into) => {
    const row = find(bin)
    for (let i = 0; i < column.length; i++) {
      into[i] = row === -1 || column[i] === -1 ? Number.NaN : values[row * given.length + column[i]!]!
    }
  }
}

/** The same of an alternative sequence, by the places of the reference. */
export const aligned = (read: RowReader, alignment: IndelAlignment, tracks: number): RowReader => {
  const other = new Float64Array(tracks)
  return (place, into) => {
    const [from, to] = source(alignment, place)
    if (from >= to) {
      into.fill(0)
      return
    }
    read(from, into)
    for (let at = from + 1; at < to; at++) {
      read(at, other)
      for (let i = 0; i < tracks; i++) into[i] = Math.max(into[i]!, other[i]!)
    }
  }
}
