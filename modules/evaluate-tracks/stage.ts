import * as Effect from "effect/Effect"
import * as Account from "../../src/core/Account.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as TrackEvaluation from "../../src/evaluation/TrackEvaluation.ts"
import * as Verdict from "../../src/evaluation/Verdict.ts"
import * as MetricTable from "../../src/metric/MetricTable.ts"
import * as Track from "../../src/model/Track.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"

export default Stage.make({
  name: "evaluate-tracks",
  version: 2,
  summary: "Correlates predicted with measured tracks, per track and per group of tracks.",
  params: Verdict.params("tracks"),
  inputs: {
    predictions: Port.file("safetensors", "tensor `predictions` [windows, bins, tracks]"),
    targets: Port.file(
      "safetensors",
      "tensor `targets` [windows, bins, tracks], of the same windows; NaN: not measured"
    ),
    tracks: Port.table(Track.table, "the tracks, in order")
  },
  outputs: {
    per_track: Port.table(TrackEvaluation.table, "correlations of each track over the bins of all windows"),
    metrics: Port.table(MetricTable.table, "mean correlations per group of tracks (pearson, pearson_log1p), and of all")
  },
  check: (params) => Verdict.check(params),
  run: Effect.fnUntraced(function* ({ params, inputs, outputs }) {
    const perTrack = yield* TrackEvaluation.evaluate(
      yield* Safetensors.open(inputs.predictions),
      yield* Safetensors.open(inputs.targets),
      yield* inputs.tracks.rows,
      inputs.tracks.path
    )
    const tracks = yield* Account.open("tracks")
    tracks.take(perTrack.length)
    for (const { name, pearson } of perTrack) {
      if (pearson === null) tracks.leave("without a value: nothing varies, or too few bins", name)
      else tracks.keep()
    }
    yield* outputs.per_track.write(perTrack)
    yield* Verdict.conclude(TrackEvaluation.summarise(params.evaluation, perTrack), params, outputs.metrics.write)
  }, Effect.scoped)
})
