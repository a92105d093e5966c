/** An answer of the service as values of the model's outputs. */
import type { Output, Values as OutputValues, Want, JunctionValues } from "../SequenceModel.ts"
import { binCount } from "../SequenceModel.ts"
import * as Values from "../Values.ts"
import * as TrackColumns from "../TrackColumns.ts"
import type { Message } from "./Protocol.ts"
import type { NumberArray } from "./Reading.ts"
import * as TrackMetadata from "./TrackMetadata.ts"

/** Which track of the output each column is, -1 for one that nobody knows; equal tracks are told apart by their order. */
const tracksOf = (
  output: Output,
  rows: ReadonlyArray<{ readonly name: string; readonly strand: string }>
): ReadonlyArray<number> => {
  const known = new Map<string, Array<number>>()
  for (const track of output.tracks) {
    const key = TrackMetadata.identity(track)
    known.set(key, [...(known.get(key) ?? []), track.track])
  }
  return rows.map((row) => known.get(TrackMetadata.identity(row))?.shift() ?? -1)
}

const requireShape = (output: Output, { shape }: NumberArray, expected: ReadonlyArray<number>): void => {
  if (shape.join(" x ") !== expected.join(" x ")) {
    throw new Error(`${output.name} has the shape ${shape.join(" x ")}, expected ${expected.join(" x ")}`)
  }
}

const columnsOf = (output: Output, given: ReadonlyArray<number>, want: Want): ReadonlyArray<number> =>
  TrackColumns.find(given, want.tracks ?? output.tracks.map(({ track }) => track), (missing) => {
    throw new Error(`${output.name} lacks the track '${output.tracks[missing]?.name ?? missing}'`)
  })

interface Junction {
  readonly strand: "+" | "-"
  readonly donor: number
  readonly acceptor: number
}

/** Start is after the donor's base on +, after the acceptor's on -; end is the other site's. */
const junctionOf = ({ start, end, strand }: Message<"Interval">, origin: number): Junction =>
  strand === 2
    ? { strand: "-", donor: end - origin, acceptor: start - 1 - origin }
    : { strand: "+", donor: start - 1 - origin, acceptor: end - origin }

const ascending = (places: Iterable<number>): Int32Array => Int32Array.from(new Set(places)).sort()

const junctionValues = (
  data: Message<"JunctionData">,
  columns: ReadonlyArray<number>,
  tracks: ReadonlyArray<number>,
  values: Float32Array
): JunctionValues => {
  const given = data.metadata.length
  const origin = data.interval?.start ?? 0
  const all = data.junctions.map((each) => junctionOf(each, origin))
  const strands = (["+", "-"] as const).map((strand) => {
    const own = all.filter((each) => each.strand === strand)
    const donors = ascending(own.map(({ donor }) => donor))
    const acceptors = ascending(own.map(({ acceptor }) => acceptor))
    const out = new Float32Array(donors.length * acceptors.length * columns.length)
    for (const [row, junction] of all.entries()) {
      if (junction.strand !== strand) continue
      const cell = donors.indexOf(junction.donor) * acceptors.length + acceptors.indexOf(junction.acceptor)
      for (const [at, column] of columns.entries()) out[cell * columns.length + at] = values[row * given + column]!
    }
    return { strand, donors, acceptors, values: out }
  })
  return { kind: "junctions", tracks, strands }
}

/** What is wanted of an output that was answered for `length` bp. Throws with what does not fit. */
export const toValues = (
  output: Output,
  length: number,
  want: Want,
  answer: Message<"Output">,
  array: NumberArray
): OutputValues => {
  const { tracks: trackData, junctions } = answer
  if (output.kind === "junctions") {
    if (junctions == null) throw new Error(`${output.name} comes without junctions`)
    const given = tracksOf(
      output,
      junctions.metadata.map(({ name }) => ({ name, strand: "." }))
    )
    requireShape(output, array, [junctions.junctions.length, given.length])
    const columns = columnsOf(output, given, want)
    return junctionValues(
      junctions,
      columns,
      columns.map((column) => given[column]!),
      array.values
    )
  }
  if (trackData == null) throw new Error(`${output.name} comes without tracks`)
  const given = tracksOf(
    output,
    trackData.metadata.map((row) => TrackMetadata.toTrack(row, output.name, 0))
  )
  const columns = columnsOf(output, given, want)
  const tracks = columns.map((column) => given[column]!)
  const bins = binCount(output, length)
  if (output.kind === "contacts") {
    requireShape(output, array, [bins, bins, given.length])
    return { kind: "contacts", tracks, bins, values: TrackColumns.pick(array.values, given.length, columns) }
  }
  requireShape(output, array, [bins, given.length])
  const picked = TrackColumns.pick(array.values, given.length, columns)
  const answered: Output = { ...output, tracks: tracks.map((track) => output.tracks[track]!) }
  const { output: name, regions } = want
  return { ...Values.select(answered, length, picked, { output: name, ...(regions && { regions }) }), tracks }
}
