/** Sequences to predictions in genome orientation, in batches, on one strand or averaged over both. */
import * as Effect from "effect/Effect"
import * as OneHot from "../genome/OneHot.ts"
import type { LoadedModel } from "./LoadedModel.ts"
import type { ModelError } from "./ModelError.ts"
import * as Track from "./Track.ts"

export interface Request {
  /** Forward strand, as long as the model's input. */
  readonly sequence: string
  /** `-`: the model is given the reverse complement. */
  readonly strand: string
}

export interface Options {
  readonly tracks: ReadonlyArray<Track.Track>
  /** Mean of the predictions for the sequence and for its reverse complement, whatever the request's strand. */
  readonly averageStrands: boolean
}

/** [bins, tracks] with the bins reversed and the tracks of the two strands exchanged. */
const flip = (prediction: Float32Array, partners: Int32Array): Float32Array => {
  const tracks = partners.length
  const bins = prediction.length / tracks
  const out = new Float32Array(prediction.length)
  for (let bin = 0; bin < bins; bin++) {
    const from = (bins - 1 - bin) * tracks
    for (let track = 0; track < tracks; track++) out[bin * tracks + track] = prediction[from + partners[track]!]!
  }
  return out
}

/**
 * For each request the predictions [bins, tracks], bins in ascending genome coordinates and tracks by genome strand:
 * what the model says of a reverse complement is turned back, tracks of opposite strands exchanged
 * ({@link Track.strandPartners}).
 */
export const predict = Effect.fnUntraced(function* (
  loaded: LoadedModel,
  { tracks, averageStrands }: Options,
  requests: ReadonlyArray<Request>
): Effect.fn.Return<ReadonlyArray<Float32Array>, ModelError> {
  const { model, batch } = loaded
  const partners = Track.strandPartners(tracks)
  const samples = requests.flatMap(({ sequence, strand }, request) =>
    (averageStrands ? [false, true] : [strand === "-"]).map((reverse) => ({ request, sequence, reverse }))
  )
  const inputSize = model.inputLength * 4
  const outputSize = model.outputLength * model.tracks
  const results: Array<Float32Array | undefined> = requests.map(() => undefined)
  for (let from = 0; from < samples.length; from += batch) {
    const part = samples.slice(from, from + batch)
    const input = new Float32Array(part.length * inputSize)
    for (const [at, { sequence, reverse }] of part.entries()) {
      OneHot.encodeInto(sequence, input, at * inputSize)
      // With channels A, C, G, T the reverse complement is the array backwards.
      if (reverse) input.subarray(at * inputSize, (at + 1) * inputSize).reverse()
    }
    const output = yield* loaded.predict(input, part.length)
    for (const [at, { request, reverse }] of part.entries()) {
      const forward = output.subarray(at * outputSize, (at + 1) * outputSize)
      const prediction = reverse ? flip(forward, partners) : forward
      const other = results[request]
      results[request] = other === undefined ? prediction : prediction.map((value, i) => (value + other[i]!) / 2)
    }
  }
  return results as ReadonlyArray<Float32Array>
})
