import * as Effect from "effect/Effect"
import { Task } from "../../src/core/Task.ts"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as LoadedModel from "../../src/model/LoadedModel.ts"
import * as ModelParams from "../../src/model/ModelParams.ts"
import * as Prediction from "../../src/model/Prediction.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"

export default Stage.make({
  name: "predict-tracks",
  version: 1,
  summary: "Runs a model on windows of a genome.",
  params: ModelParams.fields,
  inputs: ModelParams.inputs,
  outputs: {
    predictions: Port.file(
      "safetensors",
      "tensor `predictions` [windows, bins, tracks]: windows in the order of their table, bins by ascending coordinate"
    )
  },
  resources: { cpus: 2, memory: 4 * 2 ** 30 },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const loaded = yield* LoadedModel.open(params.model, inputs.weights, params.batch)
    const { model } = loaded
    const tracks = yield* ModelParams.tracksOf(model, inputs.tracks)
    const windows = yield* ModelParams.windowsOf(model, inputs.windows)
    const fasta = yield* Fasta.open(inputs.reference)
    const predictions = yield* Safetensors.create(outputs.predictions.path, {
      predictions: [windows.length, model.outputLength, model.tracks]
    })
    const options = { tracks, averageStrands: params.average_strands }
    for (let from = 0; from < windows.length; from += loaded.batch) {
      const part = windows.slice(from, from + loaded.batch)
      const requests = yield* Effect.forEach(part, (window) =>
        Effect.map(fasta.fetch(window), ({ sequence }) => ({ sequence, strand: window.strand }))
      )
      for (const [at, prediction] of (yield* Prediction.predict(loaded, options, requests)).entries()) {
        yield* predictions.write("predictions", (from + at) * prediction.length, prediction)
      }
      yield* task.progress(from + part.length, windows.length, "windows")
    }
  }, Effect.scoped)
})
