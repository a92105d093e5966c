/**
 * Predictions as a safetensors file: one tensor an output, written window by window. Its metadata say of each tensor
 * where the bins lie (`TENSOR.resolution` and `TENSOR.offset`, base pairs) and what the tracks are called
 * (`TENSOR.tracks`, a JSON list).
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { InputError } from "../core/Failure.ts"
import * as Suggest from "../core/Suggest.ts"
import type { ModelError } from "./ModelError.ts"
import { binCount, type Output, type Prediction } from "./SequenceModel.ts"
import * as Safetensors from "./weights/Safetensors.ts"

export interface PredictionFile {
  /** The whole of each output, of the window with that index. */
  readonly write: (window: number, prediction: Prediction) => Effect.Effect<void, ModelError>
  /** NaN for each output, of a window that has no prediction. */
  readonly writeNothing: (window: number) => Effect.Effect<void, ModelError>
}

/** Why the output of that name is no array of the model's. */
export const problemOf = (outputs: ReadonlyArray<Output>, name: string) => {
  const output = outputs.find((each) => each.name === name)
  if (output !== undefined && output.kind !== "junctions") return undefined
  const names = outputs.map((each) => each.name)
  return {
    message:
      output === undefined ? `outputs: the model has no output '${name}'` : `outputs: ${name} is a table, not an array`,
    hint: Suggest.hint(name, names, "outputs")
  }
}

/** The outputs of these names; all that are arrays by default. */
export const choose = Effect.fnUntraced(function* (
  outputs: ReadonlyArray<Output>,
  names: ReadonlyArray<string> | undefined
): Effect.fn.Return<ReadonlyArray<Output>, InputError> {
  if (names === undefined) return outputs.filter(({ kind }) => kind !== "junctions")
  return yield* Effect.forEach(names, (name) => {
    const problem = problemOf(outputs, name)
    return problem === undefined
      ? Effect.succeed(outputs.find((each) => each.name === name)!)
      : Effect.fail(new InputError(problem))
  })
})

/** The tensor of an only output is `predictions`; of several, each has the name of its output. */
export const create = Effect.fnUntraced(function* (
  path: string,
  outputs: ReadonlyArray<Output>,
  windows: number,
  length: number
): Effect.fn.Return<PredictionFile, ModelError, Scope.Scope> {
  const tensors = outputs.map((output) => {
    const bins = binCount(output, length)
    const shape = [bins, ...(output.kind === "contacts" ? [bins] : []), output.tracks.length]
    return { ...output, output: output.name, tensor: outputs.length === 1 ? "predictions" : output.name, shape }
  })
  const shapes = Object.fromEntries(tensors.map(({ tensor, shape }) => [tensor, [windows, ...shape]]))
  const metadata = Object.fromEntries(
    tensors.flatMap(({ tensor, resolution, offset, tracks }) => [
      [`${tensor}.resolution`, String(resolution)],
      [`${tensor}.offset`, String(offset)],
      [`${tensor}.tracks`, JSON.stringify(tracks.map(({ name }) => name))]
    ])
  )
  const file = yield* Safetensors.create(path, shapes, metadata)
  return {
    write: Effect.fnUntraced(function* (window, prediction) {
      for (const { output, tensor } of tensors) {
        const values = prediction.get(output)
        if (values === undefined || values.kind === "junctions") continue
        yield* file.write(tensor, window * values.values.length, values.values)
      }
    }),
    writeNothing: Effect.fnUntraced(function* (window) {
      for (const { tensor, shape } of tensors) {
        const values = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(Number.NaN)
        yield* file.write(tensor, window * values.length, values)
      }
    })
  }
})

/** One track of a file: what it predicts of each window. */
export interface PredictedTrack {
  readonly name: string
  /** Base pairs a bin, and at each side of a window without bins. */
  readonly resolution: number
  readonly offset: number
  readonly windows: number
  /** The bins of a window. */
  readonly read: (window: number) => Effect.Effect<Float32Array, ModelError>
}

const namesIn = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Array(Schema.String)))

/** The track of that name, in the tensor of an output; of a file with one tensor that need not be named. */
export const track = Effect.fnUntraced(function* (
  path: string,
  name: string,
  output: string | undefined
): Effect.fn.Return<PredictedTrack, ModelError | InputError, Scope.Scope> {
  const { tensors, metadata, read } = yield* Safetensors.open(path)
  const fail = (message: string, hint?: string) =>
    new InputError({ message, file: path, ...(hint === undefined ? {} : { hint }) })
  const tensor = output ?? (tensors.size === 1 ? [...tensors.keys()][0]! : undefined)
  const shape = tensor === undefined ? undefined : tensors.get(tensor)?.shape
  if (tensor === undefined || shape === undefined) {
    const message = tensor === undefined ? "there are several outputs: say which" : `there is no output '${tensor}'`
    return yield* fail(message, `the outputs are: ${[...tensors.keys()].join(", ")}`)
  }
  const [windows, bins, width] = shape
  const names = namesIn(metadata[`${tensor}.tracks`])
  const [resolution, offset] = [Number(metadata[`${tensor}.resolution`]), Number(metadata[`${tensor}.offset`])]
  if (shape.length !== 3 || names._tag === "None" || !(resolution > 0) || !(offset >= 0)) {
    return yield* fail(`'${tensor}' is no output of tracks as predict-tracks writes them`)
  }
  const at = names.value.indexOf(name)
  if (at === -1) return yield* fail(`there is no track '${name}'`, `the tracks are: ${names.value.join(", ")}`)
  return {
    name,
    resolution,
    offset,
    windows: windows!,
    read: (window) =>
      Effect.map(read(tensor, window * bins! * width!, bins! * width!), (all) =>
        Float32Array.from({ length: bins! }, (_, bin) => all[bin * width! + at]!)
      )
  }
})
