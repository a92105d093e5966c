import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Account from "../../src/core/Account.ts"
import * as Checkpoint from "../../src/core/Checkpoint.ts"
import { Task } from "../../src/core/Task.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as Window from "../../src/genome/Window.ts"
import * as ModelParams from "../../src/model/ModelParams.ts"
import * as Orientation from "../../src/model/Orientation.ts"
import * as PredictionFile from "../../src/model/PredictionFile.ts"
import type { Prediction } from "../../src/model/SequenceModel.ts"

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
      "tensor `predictions` [windows, bins, tracks], of several outputs one each by its name: windows in the order of their table, bins by ascending coordinate; contact maps are [windows, bins, bins, tracks]; NaN for a window of N alone"
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
  inspect: ModelParams.inspect,
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
    const account = yield* Account.open("windows")
    account.take(windows.length)
    yield* Checkpoint.forEachBatch(
      windows,
      batch,
      Effect.fnUntraced(function* (part) {
        const requests = yield* Effect.forEach(part, (window) =>
          Effect.map(fasta.fetch(window), ({ sequence }) => ({ sequence, strand: window.strand }))
        )
        const whole = requests.filter(({ sequence }) => !Window.isEmpty(sequence))
        const predictions = (whole.length === 0 ? [] : yield* oriented.predict(whole)).values()
        return requests.map(({ sequence }) => (Window.isEmpty(sequence) ? null : predictions.next().value!))
      }),
      (prediction: Prediction | null, index) => {
        if (prediction === null) account.leave(Window.emptiness, windows[index]!.window_id)
        else account.keep()
        const written = prediction === null ? file.writeNothing(index) : file.write(index, prediction)
        return Effect.andThen(written, task.progress(++done, windows.length, "windows"))
      }
    )
  }, Effect.scoped)
})
