/** Values of a model's output as the service sends them. */
import type { Interval } from "../../genome/Interval.ts"
import type { JunctionValues, Values } from "../SequenceModel.ts"
import * as TrackColumns from "../TrackColumns.ts"
import type { Exposure } from "./Exposure.ts"
import * as Protocol from "./Protocol.ts"
import type { Message } from "./Protocol.ts"
import * as Tensors from "./Tensors.ts"
import * as TrackMetadata from "./TrackMetadata.ts"

export interface Written {
  readonly output: Message<"Output">
  readonly chunks: ReadonlyArray<() => Message<"Chunk">>
}

/** Base pairs of the window that the bins cover, on the genome where that is known. */
const covered = (
  { offset, resolution }: Exposure["output"],
  bins: number,
  window: Interval | undefined
): Message<"Interval"> | undefined =>
  window && {
    chromosome: window.chrom,
    start: window.start + offset,
    end: window.start + offset + bins * resolution,
    strand: Protocol.strands["."]
  }

interface Rows {
  readonly junctions: ReadonlyArray<Message<"Interval">>
  readonly values: Float32Array
}

/** The donors and acceptors that can be the ends of one intron; start is the lesser side. */
const junctionRows = ({ strands, tracks }: JunctionValues, window: Interval | undefined): Rows => {
  const junctions: Array<Message<"Interval">> = []
  const rows: Array<Float32Array> = []
  const origin = window?.start ?? 0
  for (const { strand, donors, acceptors, values } of strands) {
    for (const [d, donor] of donors.entries()) {
      for (const [a, acceptor] of acceptors.entries()) {
        const [start, end] = strand === "+" ? [donor + 1, acceptor] : [acceptor + 1, donor]
        if (start >= end) continue
        const chromosome = window?.chrom ?? ""
        junctions.push({ chromosome, start: origin + start, end: origin + end, strand: Protocol.strands[strand] })
        const from = (d * acceptors.length + a) * tracks.length
        rows.push(values.subarray(from, from + tracks.length))
      }
    }
  }
  const all = new Float32Array(rows.length * tracks.length)
  for (const [at, row] of rows.entries()) all.set(row, at * tracks.length)
  return { junctions, values: all }
}

/** `tracks` of the exposure, of values that hold all bins and at least these tracks. `window` is on the genome. */
export const write = (
  { type, output, tracks }: Exposure,
  values: Values,
  window: Interval | undefined,
  chunkBytes: number
): Written => {
  const width = values.tracks.length
  const columns = TrackColumns.find(
    values.tracks,
    tracks.map(({ track }) => track),
    (missing) => {
      throw new Error(`${output.name} was computed without track ${missing}`)
    }
  )
  const metadata = tracks.map(TrackMetadata.fromTrack)
  if (values.kind === "junctions") {
    const { junctions, values: rows } = junctionRows(values, window)
    const picked = TrackColumns.pick(rows, width, columns)
    const { tensor, chunks } = Tensors.encode(picked, [junctions.length, columns.length], chunkBytes)
    const interval = window && { chromosome: window.chrom, start: window.start, end: window.end, strand: 3 }
    return {
      output: { type: Protocol.outputTypes[type], junctions: { values: tensor, metadata, junctions, interval } },
      chunks
    }
  }
  const picked = TrackColumns.pick(values.values, width, columns)
  const bins = values.kind === "contacts" ? values.bins : picked.length / Math.max(1, columns.length)
  const shape = values.kind === "contacts" ? [bins, bins, columns.length] : [bins, columns.length]
  const { tensor, chunks } = Tensors.encode(picked, shape, chunkBytes)
  const { resolution } = output
  const interval = covered(output, bins, window)
  return {
    output: { type: Protocol.outputTypes[type], tracks: { values: tensor, metadata, resolution, interval } },
    chunks
  }
}
