/** What every stage that runs a model takes: the params and inputs that say which model, on which windows. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as FileSystem from "effect/FileSystem"
import { InputError } from "../core/Failure.ts"
import * as Param from "../dsl/Param.ts"
import * as Port from "../dsl/Port.ts"
import * as Window from "../genome/Window.ts"
import type { Architecture } from "./Architecture.ts"
import * as Model from "./Model.ts"
import * as Track from "./Track.ts"

export const fields = {
  model: Param.required(Model.ModelName, "the network that the weights belong to"),
  batch: Param.optional(Param.Count, "windows given to the runtime at once; default by the size of the model"),
  average_strands: Param.withDefault(
    Schema.Boolean,
    false,
    "average the predictions for each sequence and for its reverse complement"
  )
}

export const inputs = {
  reference: Port.file("fasta", "the genome, or pieces of it"),
  windows: Port.table(Window.table, "the stretches to predict, each as long as the model's input"),
  weights: Port.file("file", "the model's weights: .h5 (mini-borzoi) or .safetensors (synthetic)"),
  tracks: Port.optional(Port.table(Track.table, "what the model's outputs are; default: the model's own names"))
}

/** The track table if there is one, checked; else the model's own. */
export const tracksOf = Effect.fnUntraced(function* (
  model: Architecture,
  table: Port.InputTable<typeof Track.table> | undefined
): Effect.fn.Return<ReadonlyArray<Track.Track>, InputError, FileSystem.FileSystem> {
  return table === undefined ? model.defaultTracks : yield* Track.check(yield* table.rows, model.tracks, table.path)
})

/** The windows, each of the length that the model reads and with a name of its own. */
export const windowsOf = Effect.fnUntraced(function* (
  model: Architecture,
  table: Port.InputTable<typeof Window.table>
): Effect.fn.Return<ReadonlyArray<Window.Window>, InputError, FileSystem.FileSystem> {
  const windows = yield* table.rows
  const names = new Set<string>()
  for (const [index, { window_id, start, end }] of windows.entries()) {
    const fault =
      end - start !== model.inputLength
        ? `window '${window_id}' has ${end - start} bp where ${model.name} reads ${model.inputLength}`
        : names.has(window_id)
          ? `two windows are named '${window_id}'`
          : undefined
    if (fault !== undefined) return yield* new InputError({ message: fault, file: table.path, line: index + 2 })
    names.add(window_id)
  }
  return windows
})
