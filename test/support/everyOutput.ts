/** A model that gives every kind of output, computed from the sequence alone: each place's values from the bases there. */
import * as Effect from "effect/Effect"
import type { Output, Prediction, SequenceModel, Values, Want } from "../../src/model/SequenceModel.ts"
import { lengthFault, predictVariants } from "../../src/model/SequenceModel.ts"
import * as ModelValues from "../../src/model/Values.ts"

export const length = 4096

const outputOf = (name: string, kind: Output["kind"], resolution: number, strands: string): Output => ({
  name,
  kind,
  resolution,
  offset: 0,
  tracks: Array.from(strands, (strand, track) => ({
    track,
    name: `${name} ${track}`,
    group: name,
    strand,
    description: "",
    metadata: { biosample_name: `sample ${track}` }
  }))
})

export const outputs: ReadonlyArray<Output> = [
  outputOf("ATAC", "tracks", 1, "."),
  outputOf("DNASE", "tracks", 1, ".."),
  outputOf("PROCAP", "tracks", 1, "+-"),
  outputOf("CAGE", "tracks", 1, "+-"),
  outputOf("RNA_SEQ", "tracks", 1, "+-."),
  outputOf("CHIP_TF", "tracks", 128, ".."),
  outputOf("CHIP_HISTONE", "tracks", 128, "."),
  outputOf("CONTACT_MAPS", "contacts", 512, ".."),
  outputOf("SPLICE_SITES", "tracks", 1, "++--."),
  outputOf("SPLICE_SITE_USAGE", "tracks", 1, "+-"),
  outputOf("SPLICE_JUNCTIONS", "junctions", 1, "..")
]

/** Splice sites of either strand, in the window: on + the first two are donors, on - the last two. */
export const sites = [1099, 1299, 1500, 2041] as const

const code = (base: string | undefined): number => 1 + "ACGT".indexOf(base ?? "A")

/** Of a bin and track: what stands at the bin's start and a little further. */
const valueAt = (sequence: string, place: number, track: number): number =>
  (code(sequence[place]) * (track + 1) + code(sequence[place + 7 + track])) / 8

const whole = (sequence: string, output: Output): Values => {
  const tracks = output.tracks.map(({ track }) => track)
  const width = tracks.length
  if (output.kind === "tracks") {
    const count = Math.floor(sequence.length / output.resolution)
    const values = Float32Array.from({ length: count * width }, (_, i) =>
      valueAt(sequence, Math.floor(i / width) * output.resolution, i % width)
    )
    return { kind: "tracks", tracks, bins: [[0, count]], values }
  }
  if (output.kind === "contacts") {
    const bins = Math.floor(sequence.length / output.resolution)
    const values = Float32Array.from({ length: bins * bins * width }, (_, i) => {
      const [row, column] = [Math.floor(i / width / bins), Math.floor(i / width) % bins]
      const at = (bin: number) => valueAt(sequence, bin * output.resolution, i % width)
      return at(row) * at(column)
    })
    return { kind: "contacts", tracks, bins, values }
  }
  return {
    kind: "junctions",
    tracks,
    strands: (["+", "-"] as const).map((strand) => {
      const [a, b, c, d] = sites
      const [donors, acceptors] =
        strand === "+"
          ? [
              [a, b],
              [c, d]
            ]
          : [
              [c, d],
              [a, b]
            ]
      return {
        strand,
        donors: Int32Array.from(donors!),
        acceptors: Int32Array.from(acceptors!),
        values: Float32Array.from(
          donors!.flatMap((donor) =>
            acceptors!.flatMap((acceptor) =>
              tracks.map((track) => valueAt(sequence, donor, track) * valueAt(sequence, acceptor, track))
            )
          )
        )
      }
    })
  }
}

/** `asked` is told what is wanted; with `everything` the model gives all tracks and bins whatever is wanted. */
export const model = (asked: (wants: ReadonlyArray<Want>) => void, everything: boolean): SequenceModel => {
  const predict: SequenceModel["predict"] = (_, sequences, wants) =>
    Effect.sync(() => {
      asked(wants)
      return sequences.map(
        (sequence): Prediction =>
          new Map(
            wants.map((want) => {
              const output = outputs.find(({ name }) => name === want.output)!
              const all = whole(sequence, output)
              const part =
                everything || all.kind !== "tracks"
                  ? all
                  : ModelValues.select(output, sequence.length, all.values, want)
              return [want.output, part]
            })
          )
      )
    })
  const info: SequenceModel["info"] = {
    name: "every-output",
    summary: "",
    licence: "",
    citation: "",
    organisms: ["human", "mouse"],
    lengths: { preferred: length, min: length, max: length, multiple: length },
    outputs: () => outputs
  }
  return {
    info,
    prepare: (asked) => Effect.sync(() => (lengthFault(info, asked) === undefined ? 1 : 0)),
    predict,
    predictVariants: predictVariants(predict)
  }
}
