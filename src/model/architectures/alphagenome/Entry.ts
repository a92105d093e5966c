/** Opens AlphaGenome with weights on this machine. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { join, resolve } from "node:path"
import { InputError } from "../../../core/Failure.ts"
import { Settings } from "../../../core/Settings.ts"
import { Task } from "../../../core/Task.ts"
import type { ModelEntry, ModelRequest } from "../../ModelEntry.ts"
import { ModelError } from "../../ModelError.ts"
import * as Runtimes from "../../Runtimes.ts"
import type { SequenceModel } from "../../SequenceModel.ts"
import type { WeightSource } from "../../WeightSource.ts"
import * as WeightDigest from "../../WeightDigest.ts"
import * as Safetensors from "../../weights/Safetensors.ts"
import * as AlphaGenome from "./AlphaGenome.ts"
import { root, type Numerics } from "./Config.ts"
import { heads } from "./Heads.ts"
import * as TorchNames from "./TorchNames.ts"
import { Metadata } from "./Tracks.ts"

const decodeMetadata = Schema.decodeUnknownEffect(Schema.fromJsonString(Metadata))

/**
 * The tracks as the file's metadata have them; else, unnamed, as many as the heads have, with the means that the
 * checkpoint may hold: a head without them is left out.
 */
const metadataOf = Effect.fnUntraced(function* (
  path: string,
  text: string | undefined,
  weights: WeightSource
): Effect.fn.Return<Metadata, ModelError> {
  if (text !== undefined) {
    return yield* Effect.mapError(
      decodeMetadata(text),
      (cause) =>
        new ModelError({ message: `the metadata 'tracks' are not those of a checkpoint: ${cause.message}`, file: path })
    )
  }
  const organisms: Record<string, Record<string, Array<Record<string, string | number | null>>>> = {}
  for (const [index, organism] of ["HOMO_SAPIENS", "MUS_MUSCULUS"].entries()) {
    const tables: (typeof organisms)[string] = {}
    for (const head of heads) {
      const bias = weights.tensors.get(`${root}/head/${head.module}/multi_organism_linear/b`)
      if (bias === undefined) continue
      const count = bias.shape[1]!
      const name = `${root}/head/${head.tracks}/track_means`
      const counts = head.kind === "counts"
      if (counts && !weights.tensors.has(name)) continue
      const means = counts ? (yield* weights.read(name)).subarray(index * count) : undefined
      tables[head.tracks] = Array.from({ length: count }, (_, track) => ({
        name: `${head.tracks}_${track}`,
        strand: ".",
        nonzero_mean: means?.[track] ?? null
      }))
    }
    organisms[organism] = tables
  }
  return organisms
})

/** What goes wrong with a network is told with the file of its weights. */
const ofFile = <A, E, R>(file: string, effect: Effect.Effect<A, E | ModelError, R>) =>
  Effect.mapError(effect, (error) =>
    error instanceof ModelError && error.file === undefined
      ? new ModelError({ message: error.message, file, ...(error.hint === undefined ? {} : { hint: error.hint }) })
      : error
  )

const oneFile = (none: boolean) => ({
  message: none ? "alphagenome needs weights" : "alphagenome takes one file of weights",
  hint: "give one .safetensors file as the input 'weights'"
})

const open = Effect.fnUntraced(function* (request: ModelRequest) {
  const settings = yield* Settings
  const task = yield* Task
  const [path, ...others] = request.weights
  if (path === undefined || others.length > 0) return yield* new InputError(oneFile(path === undefined))
  const { runtime, device, refused } = yield* Runtimes.select(settings.device)
  for (const reason of refused) yield* task.log(`not used: ${reason}`)
  const { name, numerics, version } = device
  yield* task.note({ kind: "device", runtime: device.runtime, name, numerics, version })
  const digest = yield* WeightDigest.of(path)
  const { licence, citation } = AlphaGenome.description
  yield* task.note({ kind: "model", name: AlphaGenome.description.name, weights: digest, licence, citation })
  const { metadata, weights } = yield* Effect.scoped(
    Effect.flatMap(Safetensors.open(path), (reader) =>
      Effect.map(Safetensors.source(path, digest), (weights) => ({ metadata: reader.metadata, weights }))
    )
  )
  const named = TorchNames.isTorch(weights) ? TorchNames.source(weights) : weights
  const inNumerics: Numerics = metadata["numerics"] === "f32" ? "f32" : "bf16-rope"
  const tracks = yield* metadataOf(path, metadata["tracks"], named)
  const options = {
    numerics: inNumerics,
    threads: settings.threads,
    cache: join(settings.downloads, "rearranged")
  }
  const model = yield* ofFile(path, AlphaGenome.make(runtime, named, tracks, options, `${digest} ${resolve(path)}`))
  return {
    ...model,
    prepare: (length) => ofFile(path, model.prepare(length)),
    predict: (organism, sequences, wants) => ofFile(path, model.predict(organism, sequences, wants)),
    predictVariants: (query) => ofFile(path, model.predictVariants(query))
  } satisfies SequenceModel
})

export const entry: ModelEntry = {
  name: AlphaGenome.description.name,
  summary: AlphaGenome.description.summary,
  known: AlphaGenome.known,
  needs: ({ weights = 1 }) => (weights === 1 ? [] : [{ of: "weights", ...oneFile(weights === 0) }]),
  open
}
