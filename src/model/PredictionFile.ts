/** Predictions as a safetensors file: one tensor an output, written window by window. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { InputError } from "../core/Failure.ts"
import type { ModelError } from "./ModelError.ts"
import { binCount, type Output, type Prediction } from "./SequenceModel.ts"
import * as Safetensors from "./weights/Safetensors.ts"

export interface PredictionFile {
  /** The whole of each output, of the window with that index. */
  readonly write: (window: number, prediction: Prediction) => Effect.Effect<void, ModelError>
}

/** The outputs of these names; all that are arrays by default. */
export const choose = Effect.fnUntraced(function* (
  outputs: ReadonlyArray<Output>,
  names: ReadonlyArray<string> | undefined
): Effect.fn.Return<ReadonlyArray<Output>, InputError> {
  if (names === undefined) return outputs.filter(({ kind }) => kind !== "junctions")
  return yield* Effect.forEach(names, (name) => {
    const output = outputs.find((each) => each.name === name)
    if (output !== undefined && output.kind !== "junctions") return Effect.succeed(output)
    const message =
      output === undefined ? `outputs: the model has no output '${name}'` : `outputs: ${name} is a table, not an array`
    return Effect.fail(
      new InputError({ message, hint: `the outputs are: ${outputs.map((each) => each.name).join(", ")}` })
    )
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
    return { output: output.name, tensor: outputs.length === 1 ? "predictions" : output.name, shape }
  })
  const file = yield* Safetensors.create(
    path,
    Object.fromEntries(tensors.map(({ tensor, shape }) => [tensor, [windows, ...shape]]))
  )
  return {
    write: Effect.fnUntraced(function* (window, prediction) {
      for (const { output, tensor } of tensors) {
        const values = prediction.get(output)
        if (values === undefined || values.kind === "junctions") continue
        yield* file.write(tensor, window * values.values.length, values.values)
      }
    })
  }
})
