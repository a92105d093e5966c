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
  description: Table.string("what was measured, in which sample"),
  strand_pair: Table.nullable(
    Table.integer("index of the same track of the other strand, where the list of tracks says so")
  )
}
type Row = Table.Row<typeof table>
export interface Track extends Omit<Row, "strand_pair"> {
  readonly strand_pair?: number | null
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

/** Tracks as rows of a table. */
export const rowsOf = (tracks: ReadonlyArray<Track>): ReadonlyArray<Row> =>
  tracks.map(({ track, name, group, strand, description, strand_pair = null }) => ({
    track,
    name,
    group,
    strand,
    description,
    strand_pair
  }))

/**
 * For each track the index of the one that measures the same thing on the other strand, or its own index: the one that
 * `strand_pair` names. Without it two tracks are such a pair when they share a group and a name up to a sign at its end,
 * and one has strand `+` and the other `-`.
 */
export const strandPartners = (tracks: ReadonlyArray<Track>): Int32Array => {
  const stranded = new Map(tracks.map((track) => [`${stem(track)}${track.strand}`, track.track]))
  const opposite: { readonly [strand: string]: string } = { "+": "-", "-": "+" }
  return Int32Array.from(
    tracks,
    (track) => track.strand_pair ?? stranded.get(`${stem(track)}${opposite[track.strand] ?? "?"}`) ?? track.track
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
  description: Table.string("assay group, a colon, sample"),
  strand_pair: Table.nullable(Table.integer("index of the same track of the other strand"))
}

/** The places of the tracks in the model's output, by the first column where it has no name or is called so. */
const indexOf = (table: Table.TextTable): ReadonlyArray<number> | string => {
  const named = /^(?:|index|unnamed: 0)$/iu.test(table.columns[0] ?? "")
  if (!named) return table.rows.map((_, row) => row)
  const lines = new Map<number, number>()
  const places: Array<number> = []
  for (const [row, [text = ""]] of table.rows.entries()) {
    const place = /^\d+$/u.test(text) ? Number(text) : Number.NaN
    const line = Table.lineOf(table, row)
    if (Number.isNaN(place)) return `line ${line}: index '${text}' is not a whole number of at least 0`
    const earlier = lines.get(place)
    if (earlier !== undefined) return `line ${line}: index ${place} is given twice (the other on line ${earlier})`
    lines.set(place, line)
    places.push(place)
  }
  const hole = places.findIndex((_, at) => !lines.has(at))
  return hole === -1
    ? places
    : `index ${hole} is missing: the indices must be those of all ${places.length} outputs, from 0`
}

/**
 * Reads the `targets.txt` of calico's Basenji, Borzoi and baskerville: the group stands before the first colon, and the
 * first column (without a name, or `index`) gives the place of a track in the model's output, in any order. `strand_pair`
 * names such a place. Indices that are given twice, or leave one out, and pairs that are not each other's are errors.
 */
export const readTargets = Effect.fnUntraced(function* (path: string) {
  const table = yield* Table.readText(path)
  const targets = yield* Table.decode(table, targetColumns)
  const fault = (message: string, hint: string) => new InputError({ message, file: path, hint })
  const places = indexOf(table)
  if (typeof places === "string") {
    return yield* fault(places, "the first column is the place of each track in the model's output")
  }
  const tracks = targets.map(({ identifier, description, strand_pair }, row): Track => {
    const colon = description.indexOf(":")
    return {
      track: places[row]!,
      name: identifier,
      group: colon === -1 ? description : description.slice(0, colon),
      strand: /[+-]$/u.exec(identifier)?.[0] ?? ".",
      description: description.slice(colon + 1),
      strand_pair
    }
  })
  const ordered = tracks.toSorted((a, b) => a.track - b.track)
  const alone = ordered.find(
    ({ track, strand_pair: pair }) => pair !== null && pair !== undefined && ordered[pair]?.strand_pair !== track
  )
  if (alone === undefined) return ordered
  return yield* fault(
    `strand_pair of track ${alone.track} ('${alone.name}') is ${alone.strand_pair}, whose own is ${ordered[alone.strand_pair!]?.strand_pair ?? "not there"}`,
    "strand_pair holds the index of the same track of the other strand, or a track's own"
  )
})
