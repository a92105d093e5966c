import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Checkpoint from "../../src/core/Checkpoint.ts"
import { Task } from "../../src/core/Task.ts"
import * as Param from "../../src/dsl/Param.ts"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as ModelParams from "../../src/model/ModelParams.ts"
import * as Orientation from "../../src/model/Orientation.ts"
import * as PredictionFile from "../../src/model/PredictionFile.ts"

export default Stage.make({
  name: "predict-tracks",
  version: 2,
  summary: "Runs a model on windows of a genome.",
  params: {
    ...ModelParams.fields,
    outputs: Param.optional(
      Param.listOf(Schema.String),
      "which of the model's outputs, by name; default all but junctions, which are no array"
    )
  },
  inputs: ModelParams.inputs,
  outputs: {
    predictions: Port.file(
      "safetensors",
      "tensor `predictions` [windows, bins, tracks], of several outputs one each by its name: windows in the order of their table, bins by ascending coordinate; contact maps are [windows, bins, bins, tracks]"
    )
  },
  resources: { cpus: 2, memory: 4 * 2 ** 30, gpus: "device" },
  check: (params, given) => {
    const known = ModelParams.knownOutputs(params, given)
    const wrong = (params.outputs ?? []).flatMap((name, index) => {
      const problem = known && PredictionFile.problemOf(known, name)
      return problem === undefined ? [] : [{ at: ["outputs", index] as const, ...problem }]
    })
    return [...ModelParams.check(params, given), ...wrong]
  },
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const task = yield* Task
    const model = yield* ModelParams.open(params, inputs)
    const { windows, length } = yield* ModelParams.windowsOf(model.info, inputs.windows)
    const chosen = yield* PredictionFile.choose(model.info.outputs(params.organism), params.outputs)
    const batch = yield* model.prepare(length)
    const fasta = yield* Fasta.open(inputs.reference)
    const file = yield* PredictionFile.create(outputs.predictions.path, chosen, windows.length, length)
    const oriented = Orientation.make(model, {
      organism: params.organism,
      averageStrands: params.average_strands,
      wants: chosen.map(({ name }) => ({ output: name }))
    })
    let done = 0
    yield* Checkpoint.forEachBatch(
      windows,
      batch,
      (part) =>
        Effect.flatMap(
          Effect.forEach(part, (window) =>
            Effect.map(fasta.fetch(window), ({ sequence }) => ({ sequence, strand: window.strand }))
          ),
          oriented.predict
        ),
      (prediction, window) =>
        Effect.andThen(file.write(window, prediction), task.progress(++done, windows.length, "windows"))
    )
  }, Effect.scoped)
})
