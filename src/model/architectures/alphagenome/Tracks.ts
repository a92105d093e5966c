/** The tracks of the network's outputs, from the metadata that go with its weights. */
import * as Schema from "effect/Schema"
import type { Organism, Output } from "../../SequenceModel.ts"
import type { Track } from "../../Track.ts"
import { bins } from "./Config.ts"
import { heads, type Head } from "./Heads.ts"

/** A row of the official metadata: more columns than these are kept as they are. */
const Row = Schema.Record(Schema.String, Schema.NullOr(Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])))
type Row = typeof Row.Type

/** By organism, by head in lower case (`rna_seq`): a row for each of the head's tracks, padding too. */
export const Metadata = Schema.Record(Schema.String, Schema.Record(Schema.String, Schema.Array(Row)))
export type Metadata = typeof Metadata.Type

const organismNames: { readonly [O in Organism]: string } = { human: "HOMO_SAPIENS", mouse: "MUS_MUSCULUS" }

/** An output with the places of its tracks among the columns of its head: tracks that only pad the head are left out. */
export interface HeadOutput {
  readonly output: Output
  /** Undefined for junctions. */
  readonly head: Head | undefined
  readonly columns: ReadonlyArray<number>
  /** Mean nonzero count of each track; NaN where the metadata have none. */
  readonly means: ReadonlyArray<number>
}

const text = (row: Row, key: string): string => (typeof row[key] === "string" ? (row[key] as string) : "")

const trackOf = (row: Row, track: number, group: string): Track => ({
  track,
  name: text(row, "name"),
  group,
  strand: text(row, "strand") || ".",
  description: text(row, "biosample_name") || text(row, "ontology_curie"),
  metadata: row
})

const isPadding = (row: Row): boolean => text(row, "name").toLowerCase() === "padding"

/** What the network can be asked for; outputs without tracks for the organism are left out. */
export const outputs = (metadata: Metadata, organism: Organism): ReadonlyArray<HeadOutput> => {
  const tables = metadata[organismNames[organism]] ?? {}
  const of = (
    name: string,
    key: string,
    kind: Output["kind"],
    resolution: number,
    head: Head | undefined
  ): ReadonlyArray<HeadOutput> => {
    const rows = (tables[key] ?? []).map((row, column) => ({ row, column })).filter(({ row }) => !isPadding(row))
    if (rows.length === 0) return []
    const tracks = rows.map(({ row }, track) => trackOf(row, track, name))
    const means = rows.map(({ row }) => (typeof row["nonzero_mean"] === "number" ? row["nonzero_mean"] : NaN))
    const columns = rows.map(({ column }) => column)
    const cuts = name === "DNASE" ? { cuts: true } : {}
    return [{ output: { name, kind, resolution, offset: 0, ...cuts, tracks }, head, columns, means }]
  }
  return [
    ...heads.flatMap((head) =>
      of(head.output, head.tracks, head.kind === "contacts" ? "contacts" : "tracks", head.resolution, head)
    ),
    ...of("SPLICE_JUNCTIONS", "splice_junctions", "junctions", bins[0], undefined)
  ]
}
