/**
 * How well predicted tracks agree with measured ones: Pearson's correlation per track over the bins of all windows
 * pooled, as they are and after ln(1 + x), and its mean per group of tracks.
 *
 * Sums over all windows before the correlation, as in the track metrics of AlphaGenome and baskerville; here in float64.
 */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import { Task } from "../core/Task.ts"
import * as Table from "../data/Table.ts"
import * as MetricTable from "../metric/MetricTable.ts"
import * as PearsonAccumulator from "../metric/PearsonAccumulator.ts"
import { shapeText, size } from "../model/Tensor.ts"
import * as Track from "../model/Track.ts"
import type * as Safetensors from "../model/weights/Safetensors.ts"

export const table = {
  track: Table.integer("index of the track in the model's output"),
  name: Table.string("name of the track"),
  group: Table.string("group of the track"),
  pearson: Table.nullable(Table.number("Pearson's correlation of predicted and measured values")),
  pearson_log1p: Table.nullable(Table.number("the same of ln(1 + value); values of -1 and below are left out")),
  n: Table.integer("bins that have a measured value"),
  synthetic: MetricTable.table.synthetic
}

export type TrackMetric = Table.Row<typeof table>

const logarithm = (value: number): number => (value > -1 ? Math.log1p(value) : Number.NaN)

/** Numbers read at once from each file. */
const chunk = 1 << 21

/**
 * `predictions` and `targets` hold a tensor of that name, [windows, bins, tracks]; a NaN target is one not measured.
 * Memory does not grow with the number of windows.
 */
export const evaluate = Effect.fnUntraced(function* (
  predictions: Safetensors.Reader,
  targets: Safetensors.Reader,
  tracks: ReadonlyArray<Track.Track>,
  tracksFile: string
) {
  const task = yield* Task
  const shape = yield* shapeOf(predictions, "predictions")
  const measured = yield* shapeOf(targets, "targets")
  if (shapeText(shape) !== shapeText(measured)) {
    return yield* new InputError({
      message: `predictions ${shapeText(shape)} of [windows, bins, tracks] for targets ${shapeText(measured)}`,
      file: predictions.path,
      hint: "both must be of the same windows, in the same order"
    })
  }
  yield* Track.check(tracks, shape[2]!, tracksFile)

  const width = shape[2]!
  const plain = PearsonAccumulator.make(width)
  const logarithmic = PearsonAccumulator.make(width)
  const bins = shape[0]! * shape[1]!
  const step = Math.max(1, Math.floor(chunk / width))
  for (let from = 0; from < bins; from += step) {
    const count = Math.min(step, bins - from)
    const x = yield* targets.read("targets", from * width, count * width)
    const y = yield* predictions.read("predictions", from * width, count * width)
    for (let i = 0; i < x.length; i++) {
      const track = i % width
      plain.add(track, x[i]!, y[i]!)
      logarithmic.add(track, logarithm(x[i]!), logarithm(y[i]!))
    }
    yield* task.progress(from + count, bins, "bins")
  }
  return tracks.map(({ track, name, group }): TrackMetric => ({
    track,
    name,
    group,
    pearson: plain.measure(track).value,
    pearson_log1p: logarithmic.measure(track).value,
    n: plain.count(track),
    synthetic: task.synthetic
  }))
})

const shapeOf = Effect.fnUntraced(function* (
  { path, tensors }: Safetensors.Reader,
  name: string
): Effect.fn.Return<ReadonlyArray<number>, InputError> {
  const shape = tensors.get(name)?.shape
  if (shape?.length === 3 && size(shape) > 0) return shape
  return yield* new InputError({
    message:
      shape === undefined
        ? `no tensor '${name}'; there are: ${[...tensors.keys()].join(", ") || "none"}`
        : `tensor '${name}' is ${shapeText(shape)}, not [windows, bins, tracks]`,
    file: path
  })
})

/** Means over the tracks of each group, then over all tracks. `n` counts the tracks that have a value. */
export const summarise = (
  evaluation: string,
  perTrack: ReadonlyArray<TrackMetric>
): ReadonlyArray<MetricTable.Metric> => {
  const subsets = [...new Set(perTrack.map(({ group }) => group)), undefined]
  return subsets.flatMap((subset) => {
    const members = perTrack.filter(({ group }) => subset === undefined || group === subset)
    return (["pearson", "pearson_log1p"] as const).map((metric) => {
      const values = members.flatMap((track) => track[metric] ?? [])
      const missing = members.length - values.length
      return MetricTable.make({
        evaluation,
        subset: subset ?? "all",
        metric,
        value: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length,
        n: values.length,
        note:
          missing === 0 ? null : `${missing} of ${members.length} tracks have no value: nothing varies, or too few bins`
      })
    })
  })
}
