/** The outputs of a model, one row a track: which assay, which strand, which sample. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as Table from "../data/Table.ts"
import { groupBy } from "../core/GroupBy.ts"

export const table = {
  track: Table.integer("index of the track in the model's output, from 0"),
  name: Table.string("identifier of the track"),
  group: Table.string("assay group: RNA, CAGE, DNASE, ATAC, ..."),
  strand: Table.string("+ or - for a stranded track, . for an unstranded one"),
  description: Table.string("what was measured, in which sample")
}
export interface Track extends Table.Row<typeof table> {
  /** What more its authors say of it, by the names of their columns: `biosample_name`, `ontology_curie`, ... */
  readonly metadata?: Readonly<Record<string, string | number | boolean | null>>
}

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

/** Checks that a track table describes a model's outputs, one row each, in order. */
export const check = (
  tracks: ReadonlyArray<Track>,
  count: number,
  file: string
): Effect.Effect<ReadonlyArray<Track>, InputError> => {
  const wrong = tracks.findIndex(({ track }, index) => track !== index)
  const message =
    tracks.length !== count
      ? `${tracks.length} tracks where the model has ${count}`
      : wrong === -1
        ? undefined
        : `row ${wrong + 1} is track ${tracks[wrong]!.track}: rows must be tracks 0, 1, 2, ... in order`
  return message === undefined ? Effect.succeed(tracks) : Effect.fail(new InputError({ message, file }))
}

/** The outputs with the tracks of a table: of a model with several outputs, each one's are those of the group of its name. */
export const assign = Effect.fnUntraced(function* <
  O extends { readonly name: string; readonly tracks: ReadonlyArray<Track> }
>(
  outputs: ReadonlyArray<O>,
  tracks: ReadonlyArray<Track>,
  file: string
): Effect.fn.Return<ReadonlyArray<O>, InputError> {
  const groups = groupBy(tracks, ({ group }) => group)
  const [only, ...others] = outputs
  const named =
    others.length === 0
      ? [[only!, tracks] as const]
      : outputs.map((each) => [each, groups.get(each.name) ?? []] as const)
  return yield* Effect.forEach(named, ([output, rows]) =>
    Effect.map(check(rows, output.tracks.length, file), (tracks) => ({ ...output, tracks }))
  )
})

const targetColumns = {
  identifier: Table.string("name, with a sign at its end for a stranded track"),
  description: Table.string("assay group, a colon, sample")
}

/** Reads the `targets.txt` of calico's Basenji and baskerville: tracks in order, the group before the first colon. */
export const readTargets = Effect.fnUntraced(function* (path: string) {
  const targets = yield* Table.read(path, targetColumns)
  return targets.map(({ identifier, description }, track): Track => {
    const colon = description.indexOf(":")
    return {
      track,
      name: identifier,
      group: colon === -1 ? description : description.slice(0, colon),
      strand: /[+-]$/u.exec(identifier)?.[0] ?? ".",
      description: description.slice(colon + 1)
    }
  })
})
