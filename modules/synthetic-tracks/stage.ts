import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { InputError } from "../../src/core/Failure.ts"
import * as Param from "../../src/dsl/stage/Param.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as SyntheticTargets from "../../src/evaluation/SyntheticTargets.ts"
import { synthetic } from "../../src/model/architectures/Synthetic.ts"
import * as Track from "../../src/model/Track.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"

export default Stage.make({
  name: "synthetic-tracks",
  version: 1,
  summary: "Makes up measured tracks: what the synthetic model predicts, taken for the truth, with noise.",
  params: {
    seed: Param.withDefault(Schema.Int, 1, "seed of the noise"),
    reliability: Param.withDefault(
      Schema.Finite.pipe(Schema.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(1))),
      0.8,
      "squared correlation of truth and measurement, track by track"
    )
  },
  inputs: {
    predictions: Port.file("safetensors", "tensor `predictions` [windows, bins, tracks] of the synthetic model")
  },
  outputs: {
    targets: Port.file("safetensors", "tensor `targets` of the same shape"),
    tracks: Port.table(Track.table, "the tracks, in order")
  },
  synthetic: () => true,
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const predictions = (yield* Safetensors.readAll(inputs.predictions)).get("predictions")
    if (predictions === undefined) {
      return yield* new InputError({ message: "no tensor 'predictions'", file: inputs.predictions })
    }
    const tracks = synthetic.outputs("human").flatMap((output) => output.tracks)
    yield* Track.check(tracks, predictions.shape[2] ?? 0, inputs.predictions)
    const data = SyntheticTargets.measured(predictions.data, tracks.length, params)
    yield* Safetensors.writeAll(outputs.targets.path, new Map([["targets", { shape: predictions.shape, data }]]))
    yield* outputs.tracks.write(Track.rowsOf(tracks))
  })
})
