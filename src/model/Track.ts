/** The outputs of a model, one row a track: which assay, which strand, which sample. */
import * as Table from "../data/Table.ts"

export const table = {
  track: Table.integer("index of the track in the model's output, from 0"),
  name: Table.string("identifier of the track"),
  group: Table.string("assay group: RNA, CAGE, DNASE, ATAC, ..."),
  strand: Table.string("+ or - for a stranded track, . for an unstranded one"),
  description: Table.string("what was measured, in which sample")
}
export type Track = Table.Row<typeof table>

/** Tracks whose meaning is not known: `track_0`, `track_1`, ... of group `track`. */
export const generic = (count: number): ReadonlyArray<Track> =>
  Array.from({ length: count }, (_, track) => ({
    track,
    name: `track_${track}`,
    group: "track",
    strand: ".",
    description: "unnamed output of the model"
  }))

const stem = (track: Track): string => `${track.group}/${track.name.replace(/[+-]$/u, "")}`

/**
 * For each track the index of the one that measures the same thing on the other strand, or its own index. Two tracks are
 * such a pair when they share a group and a name up to a sign at its end, and one has strand `+` and the other `-`.
 */
export const strandPartners = (tracks: ReadonlyArray<Track>): Int32Array => {
  const stranded = new Map(tracks.map((track) => [`${stem(track)}${track.strand}`, track.track]))
  const opposite: { readonly [strand: string]: string } = { "+": "-", "-": "+" }
  return Int32Array.from(
    tracks,
    (track) => stranded.get(`${stem(track)}${opposite[track.strand] ?? "?"}`) ?? track.track
  )
}
