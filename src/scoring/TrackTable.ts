/** The tracks that scores were made for, one row each, with what a model's authors say of them in their columns' names. */
import * as Table from "../data/Table.ts"
import type { Output } from "../model/SequenceModel.ts"
import type { Track } from "../model/Track.ts"

/** As AlphaGenome's tables name them. */
export const metadata = {
  "Assay title": Table.nullable(Table.string("subtype of the assay: total RNA-seq, ...")),
  ontology_curie: Table.nullable(Table.string("ontology term of the sample: UBERON:0002048, ...")),
  biosample_name: Table.nullable(Table.string("name of the sample")),
  biosample_type: Table.nullable(Table.string("tissue, primary_cell, cell_line, ...")),
  biosample_life_stage: Table.nullable(Table.string("adult, embryonic, ...")),
  gtex_tissue: Table.nullable(Table.string("tissue of GTEx")),
  transcription_factor: Table.nullable(Table.string("target of a TF ChIP-seq")),
  histone_mark: Table.nullable(Table.string("target of a histone ChIP-seq")),
  data_source: Table.nullable(Table.string("encode, gtex, fantom, ...")),
  endedness: Table.nullable(Table.string("single or paired")),
  genetically_modified: Table.nullable(Table.boolean("whether the sample was"))
}

export const table = {
  output: Table.string("the model's output"),
  track: Table.integer("index of the track in its output"),
  name: Table.string("name of the track"),
  group: Table.string("assay group of the track"),
  strand: Table.string("+ or - for a stranded track, . for an unstranded one"),
  description: Table.string("what was measured, in which sample"),
  ...metadata
}
export type TrackRow = Table.Row<typeof table>

const cell = (track: Track, column: keyof typeof metadata) => {
  const value = track.metadata?.[column]
  const { type } = metadata[column]
  return value === undefined || value === null || value === "" || (type === "boolean" && typeof value !== "boolean")
    ? null
    : type === "string"
      ? String(value)
      : value
}

export const rows = (outputs: ReadonlyArray<Pick<Output, "name" | "tracks">>): ReadonlyArray<TrackRow> =>
  outputs.flatMap(({ name: output, tracks }) =>
    tracks.map((track) => {
      const described = Object.fromEntries(
        (Object.keys(metadata) as ReadonlyArray<keyof typeof metadata>).map((column) => [column, cell(track, column)])
      )
      const { track: index, name, group, strand, description } = track
      // Not every model describes every track.
      return { output, track: index, name, group, strand, description: description || name, ...described } as TrackRow
    })
  )
