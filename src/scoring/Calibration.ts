/**
 * Where a score stands among those of common variants: AlphaGenome's table of quantiles, a protobuf message that has for
 * each scorer (`CenterMaskScorer(requested_output=ATAC, ...)`) and track the scores at ascending probabilities. Scores of
 * signed scorers get a place from -1 to 1.
 *
 * CalibrationScores { map<string, Calibration> = 1 }, Calibration { repeated float quantiles = 1 [tracks, Q], repeated
 * float probabilities = 2 [Q], TracksMetadata = 3 { repeated TrackMetadata = 1 { string name = 1, Strand strand = 2 } } }.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import { cannot, InputError, messageOf } from "../core/Failure.ts"
import type { Track } from "../model/Track.ts"

interface Calibration {
  readonly quantiles: Float32Array
  readonly probabilities: Float32Array
  /** Row of the quantiles by name and strand of the track. */
  readonly rows: ReadonlyMap<string, number>
}

/** By the official name of the scorer. */
export type CalibrationTable = ReadonlyMap<string, Calibration>

const strands = [".", "+", "-", "."] as const

const keyOf = ({ name, strand }: Pick<Track, "name" | "strand">): string => `${name}\t${strand}`

/** A field of a protobuf message: a number of wire type 0, or the bytes of 1, 2 and 5. */
interface Field {
  readonly number: number
  readonly value: number
  readonly bytes: Uint8Array
}

const varint = (bytes: Uint8Array, from: number): readonly [value: number, next: number] => {
  let value = 0
  for (let at = from, scale = 1; at < bytes.length && at < from + 10; at++, scale *= 128) {
    value += (bytes[at]! & 127) * scale
    if (bytes[at]! < 128) return [value, at + 1]
  }
  throw new Error("it ends inside a number")
}

function* fields(message: Uint8Array): Iterable<Field> {
  const none = message.subarray(0, 0)
  for (let at = 0; at < message.length;) {
    const [tag, start] = varint(message, at)
    const number = Math.floor(tag / 8)
    const wire = tag % 8
    if (wire === 0) {
      const [value, next] = varint(message, start)
      yield { number, value, bytes: none }
      at = next
      continue
    }
    const [length, from] = wire === 2 ? varint(message, start) : [wire === 5 ? 4 : wire === 1 ? 8 : -1, start]
    if (length < 0 || from + length > message.length) throw new Error("a field reaches beyond its end")
    yield { number, value: 0, bytes: message.subarray(from, from + length) }
    at = from + length
  }
}

/** Packed, or one number a field. */
const floats = (parts: ReadonlyArray<Uint8Array>): Float32Array => {
  const all = Buffer.concat(parts)
  return Float32Array.from({ length: all.length >> 2 }, (_, i) => all.readFloatLE(4 * i))
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8")

const parseCalibration = (message: Uint8Array): Calibration => {
  const all = [...fields(message)]
  const of = (number: number) => all.filter((field) => field.number === number).map(({ bytes }) => bytes)
  const tracks = of(3).flatMap((metadata) => [...fields(metadata)].filter(({ number }) => number === 1))
  const rows = new Map(
    tracks.map(({ bytes }, row) => {
      const track = [...fields(bytes)]
      const name = track.find(({ number }) => number === 1)?.bytes
      const strand = strands[track.find(({ number }) => number === 2)?.value ?? 0] ?? "."
      return [keyOf({ name: name === undefined ? "" : text(name), strand }), row] as const
    })
  )
  const [quantiles, probabilities] = [floats(of(1)), floats(of(2))]
  if (quantiles.length !== tracks.length * probabilities.length) {
    throw new Error(`${quantiles.length} quantiles where ${tracks.length} tracks have ${probabilities.length} each`)
  }
  return { quantiles, probabilities, rows }
}

const parse = (bytes: Uint8Array): CalibrationTable =>
  new Map(
    [...fields(bytes)]
      .filter(({ number }) => number === 1)
      .map(({ bytes: entry }) => {
        const pair = new Map(Array.from(fields(entry), ({ number, bytes }) => [number, bytes]))
        return [text(pair.get(1) ?? new Uint8Array()), parseCalibration(pair.get(2) ?? new Uint8Array())] as const
      })
  )

/** The failure says what is wrong with the message. */
export const decode = (bytes: Uint8Array): Result.Result<CalibrationTable, string> =>
  Result.try({ try: () => parse(bytes), catch: messageOf })

/** Reads `calibration_scores.pb`. */
export const read = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const table = decode(yield* fs.readFile(path).pipe(Effect.mapError(cannot("read", path))))
  if (Result.isSuccess(table)) return table.success
  return yield* new InputError({
    message: `not a table of quantiles: ${table.failure}`,
    file: path,
    hint: "AlphaGenome publishes it as calibration_scores.pb"
  })
})

/**
 * The probability at the first quantile that is not below the score, the last one's for a score above all; of quantiles
 * that are the same it is the first, where AlphaGenome's code takes one by chance. NaN stays NaN; undefined for a scorer
 * or track that the table does not have.
 */
export const quantile = (
  table: CalibrationTable,
  scorer: string,
  track: Pick<Track, "name" | "strand">,
  score: number
): number | undefined => {
  const calibration = table.get(scorer)
  const row = calibration?.rows.get(keyOf(track))
  if (calibration === undefined || row === undefined) return undefined
  if (Number.isNaN(score)) return Number.NaN
  const { quantiles, probabilities } = calibration
  const start = row * probabilities.length
  let [low, high] = [0, probabilities.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (quantiles[start + middle]! < score) low = middle + 1
    else high = middle
  }
  return probabilities[Math.min(low, probabilities.length - 1)]
}
