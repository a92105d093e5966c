/** What models answer: the part that is wanted of the whole, the other strand turned back, means. */
import type { Output, Span, TrackValues, Values, Want } from "./SequenceModel.ts"
import { binCount } from "./SequenceModel.ts"

/** The bins of a window that overlap one of the regions: ascending, disjoint, none touching the next. */
export const binsOf = (output: Output, length: number, regions: Want["regions"]): ReadonlyArray<Span> => {
  const count = binCount(output, length)
  if (regions === undefined) return [[0, count]]
  const spans: Array<[number, number]> = []
  for (const [from, to] of regions) {
    const first = Math.max(0, Math.floor((from - output.offset) / output.resolution))
    const end = Math.min(count, Math.ceil((to - output.offset) / output.resolution))
    const last = spans.at(-1)
    if (end <= first) continue
    if (last !== undefined && first <= last[1]) last[1] = Math.max(last[1], end)
    else spans.push([first, end])
  }
  return spans
}

export const rowCount = (bins: ReadonlyArray<Span>): number => bins.reduce((sum, [from, to]) => sum + to - from, 0)

/** What is wanted of the whole output, `all` [bins, tracks]; the same memory where that is all of it. */
export const select = (output: Output, length: number, all: Float32Array, want: Want): TrackValues => {
  const bins = binsOf(output, length, want.regions)
  const width = output.tracks.length
  const tracks = want.tracks ?? output.tracks.map((_, track) => track)
  if (want.tracks === undefined && want.regions === undefined) return { kind: "tracks", tracks, bins, values: all }
  const values = new Float32Array(rowCount(bins) * tracks.length)
  let at = 0
  for (const [from, to] of bins) {
    for (let bin = from; bin < to; bin++) for (const track of tracks) values[at++] = all[bin * width + track]!
  }
  return { kind: "tracks", tracks, bins, values }
}

/** For each of the bins the value of the one before it; 0 for bin 0. */
const moveRight = ({ tracks, bins: given, values }: TrackValues, bins: ReadonlyArray<Span>): TrackValues => {
  const width = tracks.length
  const rowOf = new Map<number, number>()
  for (const [from, to] of given) for (let bin = from; bin < to; bin++) rowOf.set(bin, rowOf.size)
  const moved = new Float32Array(rowCount(bins) * width)
  let at = 0
  for (const [from, to] of bins) {
    for (let bin = from; bin < to; bin++, at += width) {
      const row = rowOf.get(bin - 1)
      if (row !== undefined) moved.set(values.subarray(row * width, (row + 1) * width), at)
    }
  }
  return { kind: "tracks", tracks, bins, values: moved }
}

const opposite = { "+": "-", "-": "+" } as const

/**
 * What a model says of a reverse complement of `length` bp, as of the forward strand: places in reverse, tracks by their
 * partners on the other strand ({@link Track.strandPartners}). The partners' columns are in the order of the wanted tracks
 * of the forward strand; all by default. Of cuts the bin to the left of the wanted regions must be given as well.
 */
export const flip = (
  values: Values,
  output: Output,
  length: number,
  partners: Int32Array,
  wanted: Pick<Want, "tracks" | "regions">
): Values => {
  const tracks = wanted.tracks ?? values.tracks
  const columns = tracks.map((track) => values.tracks.indexOf(partners[track]!))
  const width = columns.length
  /** Of [places, tracks]; reversing both axes of a map of places by places is reversing its rows. */
  const turned = (from: Float32Array): Float32Array => {
    const to = new Float32Array(from.length)
    const rows = from.length / width
    for (let row = 0; row < rows; row++) {
      const start = (rows - 1 - row) * width
      for (let column = 0; column < width; column++) to[row * width + column] = from[start + columns[column]!]!
    }
    return to
  }
  switch (values.kind) {
    case "tracks": {
      const count = binCount(output, length)
      const bins = values.bins.map(([from, to]): Span => [count - to, count - from]).toReversed()
      const there = { kind: "tracks", tracks, bins, values: turned(values.values) } as const
      return output.cuts === true ? moveRight(there, binsOf(output, length, wanted.regions)) : there
    }
    case "contacts":
      return { ...values, tracks, values: turned(values.values) }
    case "junctions": {
      const places = (sites: Int32Array) => sites.map((site) => length - 1 - site).toReversed()
      const strands = values.strands.map(({ strand, donors, acceptors, values: counts }) => ({
        strand: opposite[strand],
        donors: places(donors),
        acceptors: places(acceptors),
        values: turned(counts)
      }))
      return { kind: "junctions", tracks, strands: strands.toReversed() }
    }
  }
}

/** Of arrays of one shape; summed in float64. */
export const mean = (arrays: ReadonlyArray<Float32Array>): Float32Array => {
  const [first, ...rest] = arrays
  if (rest.length === 0) return first!
  const out = new Float32Array(first!.length)
  for (let i = 0; i < out.length; i++) {
    let sum = first![i]!
    for (const other of rest) sum += other[i]!
    out[i] = sum / arrays.length
  }
  return out
}

/** Where the first number is that is NaN or infinite; -1 where none is. */
export const firstNotFinite = (data: Float32Array): number => {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i]!)) return i
  return -1
}
