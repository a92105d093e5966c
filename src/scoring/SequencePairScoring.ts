/** Scores of pairs of sequences that stand by themselves: what a model says of the one and of the other. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Table from "../data/Table.ts"
import * as Sequence from "../genome/Sequence.ts"
import type { SequencePair } from "../genome/SequencePair.ts"
import type { ModelFailure } from "../model/ModelError.ts"
import type { OrientedModel } from "../model/Orientation.ts"
import type { Track } from "../model/Track.ts"

export const measures = ["log2_change", "log_odds"] as const
export type Measure = (typeof measures)[number]

const of: { readonly [M in Measure]: (sum: number) => number } = {
  log2_change: (sum) => Math.log2(1 + sum),
  log_odds: (sum) => Math.log(sum / (1 - sum))
}

export const table = {
  pair_id: Table.string("the pair"),
  track: Table.integer("index of the track in the model's output"),
  track_name: Table.string("name of the track"),
  group: Table.string("group of the track"),
  ref: Table.number("sum of the prediction over the region, for the sequence `ref`"),
  alt: Table.number("the same for `alt`"),
  score: Table.number("of alt minus of ref: log2(1 + sum), or with log_odds ln(sum / (1 - sum))")
}
export type Score = Table.Row<typeof table>

/** A sequence in the middle of `length` bp of N (one more N at the right where they are odd), as models are given it. */
export const place = (
  sequence: string,
  length: number
): Result.Result<{ readonly bases: string; readonly unclear: number }, string> => {
  const free = length - sequence.length
  const { bases, unclear, illegal } = Sequence.plain(sequence)
  return free < 0
    ? Result.fail(`it has ${sequence.length} bp; the model is given ${length}`)
    : illegal >= 0
      ? Result.fail(`'${sequence[illegal]}' is no base`)
      : Result.succeed({ bases: "N".repeat(Math.floor(free / 2)) + bases + "N".repeat(Math.ceil(free / 2)), unclear })
}

/** The different sequences of the pairs, in order of appearance. */
export const distinct = (pairs: ReadonlyArray<SequencePair>): ReadonlyArray<string> => [
  ...new Set(pairs.flatMap(({ ref, alt }) => [ref, alt]))
]

/** Of each sequence (of the model's length), the sum over the wanted bins, track by track. Orientation: as it is read. */
export const sums = (
  model: OrientedModel,
  output: string,
  sequences: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<Float64Array>, ModelFailure> =>
  Effect.map(model.predict(sequences.map((sequence) => ({ sequence, strand: "+" }))), (predictions) =>
    predictions.map((prediction) => {
      const values = prediction.get(output)!
      const totals = new Float64Array(values.tracks.length)
      if (values.kind !== "tracks") return totals
      for (const [i, value] of values.values.entries()) totals[i % totals.length]! += value
      return totals
    })
  )

/** Pairs in order, of each the tracks. `sumsOf` has the sums of both sequences. */
export const scores = (
  pairs: ReadonlyArray<SequencePair>,
  tracks: ReadonlyArray<Track>,
  sumsOf: ReadonlyMap<string, Float64Array>,
  measure: Measure
): ReadonlyArray<Score> =>
  pairs.flatMap(({ pair_id, ref, alt }) =>
    tracks.map(({ track, name, group }, at): Score => {
      const [before, after] = [sumsOf.get(ref)![at]!, sumsOf.get(alt)![at]!]
      const score = of[measure](after) - of[measure](before)
      return { pair_id, track, track_name: name, group, ref: before, alt: after, score }
    })
  )
