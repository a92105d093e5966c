/** A model whose answers follow from the letters alone: outputs of every kind, with what tracks may say of themselves. */
import * as Effect from "effect/Effect"
import * as SequenceModel from "../../src/model/SequenceModel.ts"
import type { Track } from "../../src/model/Track.ts"
import * as Values from "../../src/model/Values.ts"

const track = (index: number, group: string, strand: string, metadata: Track["metadata"]): Track => ({
  track: index,
  // As in the service: the two strands of a sample share a name.
  name: `${String(metadata?.["biosample_name"])} ${group}`,
  group,
  strand,
  description: `${group} number ${index}`,
  ...(metadata && { metadata })
})

const heart = { ontology_curie: "UBERON:0000948", biosample_name: "heart", biosample_type: "tissue" }
const blood = { ontology_curie: "CL:0000081", biosample_name: "blood cell", biosample_type: "primary_cell" }

export const outputs: ReadonlyArray<SequenceModel.Output> = [
  {
    name: "RNA_SEQ",
    kind: "tracks",
    resolution: 1,
    offset: 0,
    tracks: [
      track(0, "RNA_SEQ", "+", { ...heart, "Assay title": "total RNA-seq", gtex_tissue: "Heart", nonzero_mean: 0.5 }),
      track(1, "RNA_SEQ", "-", { ...heart, data_source: "gtex", endedness: "paired", genetically_modified: false }),
      track(2, "RNA_SEQ", ".", { ...blood, biosample_life_stage: "adult" })
    ]
  },
  {
    name: "CHIP_TF",
    kind: "tracks",
    resolution: 128,
    offset: 256,
    tracks: [
      track(0, "CHIP_TF", ".", { ...blood, transcription_factor: "SPI1" }),
      track(1, "CHIP_TF", ".", { ...heart, transcription_factor: "GATA4" })
    ]
  },
  {
    name: "CONTACT_MAPS",
    kind: "contacts",
    resolution: 512,
    offset: 0,
    tracks: [track(0, "CONTACT_MAPS", ".", blood)]
  },
  {
    name: "SPLICE_JUNCTIONS",
    kind: "junctions",
    resolution: 1,
    offset: 0,
    tracks: [track(0, "SPLICE_JUNCTIONS", ".", heart), track(1, "SPLICE_JUNCTIONS", ".", blood)]
  }
]

/** Sum of letters' codes (A 1, C 2, G 3, T 4, N 0) times 1 + place mod 5. */
const weigh = (sequence: string, from: number, to: number): number => {
  let sum = 0
  for (let i = from; i < to; i++) sum += ("ACGT".indexOf(sequence[i]!) + 1) * (1 + (i % 5))
  return sum
}

const whole = (output: SequenceModel.Output, sequence: string): SequenceModel.Values => {
  const { length } = sequence
  const bins = SequenceModel.binCount(output, length)
  const tracks = output.tracks.map((each) => each.track)
  const weights = Float32Array.from({ length: bins }, (_, bin) => {
    const from = output.offset + bin * output.resolution
    return weigh(sequence, from, from + output.resolution)
  })
  switch (output.kind) {
    case "tracks": {
      const values = Float32Array.from(
        { length: bins * tracks.length },
        (_, i) => weights[Math.floor(i / tracks.length)]! / (1 + (i % tracks.length))
      )
      return { kind: "tracks", tracks, bins: [[0, bins]], values }
    }
    case "contacts": {
      const values = Float32Array.from(
        { length: bins * bins },
        (_, i) => weights[Math.floor(i / bins)]! * weights[i % bins]!
      )
      return { kind: "contacts", tracks, bins, values }
    }
    case "junctions": {
      const at = sequence.indexOf("GT")
      const strand = (name: "+" | "-", donors: ReadonlyArray<number>, acceptors: ReadonlyArray<number>) => ({
        strand: name,
        donors: Int32Array.from(donors),
        acceptors: Int32Array.from(acceptors),
        values: Float32Array.from({ length: donors.length * acceptors.length * tracks.length }, (_, i) => at + i)
      })
      return {
        kind: "junctions",
        tracks,
        strands: [strand("+", [at, at + 40], [at + 90]), strand("-", [at + 300], [at + 150])]
      }
    }
  }
}

const pick = (output: SequenceModel.Output, sequence: string, want: SequenceModel.Want): SequenceModel.Values => {
  const all = whole(output, sequence)
  return all.kind === "tracks" ? Values.select(output, sequence.length, all.values, want) : all
}

/** Reads multiples of 512 bp. `asked` hears of every sequence. */
export const countingModel = (asked: (sequence: string) => void = () => undefined): SequenceModel.SequenceModel => {
  const info: SequenceModel.ModelInfo = {
    name: "counting",
    summary: "counts letters",
    licence: "CC0-1.0",
    citation: "none – it only counts",
    organisms: ["human"],
    lengths: { preferred: 2048, min: 1024, max: 131_072, multiple: 512 },
    outputs: (organism) => (organism === "human" ? outputs : [])
  }
  const predict: SequenceModel.SequenceModel["predict"] = (organism, sequences, wants) =>
    Effect.map(SequenceModel.wanted(info, organism, wants), (wanted) =>
      sequences.map((sequence) => {
        asked(sequence)
        return new Map(wanted.map(({ want, output }) => [output.name, pick(output, sequence, want)]))
      })
    )
  return { info, prepare: () => Effect.succeed(2), predict, predictVariants: SequenceModel.predictVariants(predict) }
}
