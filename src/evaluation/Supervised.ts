/** Predictions by a predictor that is trained on some rows of a table of features and asked about others. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import { groupBy } from "../core/GroupBy.ts"
import * as Random from "../core/Random.ts"
import { take, type Features, type Learn } from "./learner/Learner.ts"

export interface Rows {
  readonly features: Features
  readonly targets: Float64Array
  /** Rows that share it have a predictor of their own; all alike without a column for it. */
  readonly within: ReadonlyArray<string>
  /** `train` or `test` by row; undefined for folds. */
  readonly split: ReadonlyArray<string> | undefined
}

export interface Options {
  readonly folds: number
  readonly seed: number
  /** Where the target is a class: both must be among the rows trained on. */
  readonly classes: boolean
}

export interface Prediction {
  readonly row: number
  readonly value: number
  /** Where the row's predictor is from: the fold, or what it is within. */
  readonly group: string
}

interface Job {
  readonly group: string
  readonly training: ReadonlyArray<number>
  readonly asked: ReadonlyArray<number>
}

/** Rows in random order, dealt to the folds in turn. */
const foldJobs = (indices: ReadonlyArray<number>, name: string, { folds, seed }: Options): ReadonlyArray<Job> => {
  const random = Random.make(seed, `folds/${name}`)
  const order = indices
    .map((index) => ({ index, by: random.next() }))
    .sort((a, b) => a.by - b.by)
    .map(({ index }) => index)
  return Array.from({ length: folds }, (_, fold) => ({
    group: `${name === "all" ? "" : `${name}, `}fold ${fold + 1}`,
    training: order.filter((_, at) => at % folds !== fold),
    asked: order.filter((_, at) => at % folds === fold)
  }))
}

/** Every row that is asked about, in the table's order. */
export const predict = Effect.fnUntraced(function* (
  rows: Rows,
  learn: Learn,
  options: Options,
  tell: (note: string) => Effect.Effect<void>
): Effect.fn.Return<ReadonlyArray<Prediction>, InputError> {
  const { features, targets, within, split } = rows
  const jobs = [...groupBy(Array.from(targets.keys()), (row) => within[row]!)].flatMap(([name, indices]) =>
    split === undefined
      ? foldJobs(indices, name, options)
      : [
          {
            group: name,
            training: indices.filter((row) => split[row] === "train"),
            asked: indices.filter((row) => split[row] === "test")
          }
        ]
  )
  const predictions: Array<Prediction> = []
  for (const { group, training, asked } of jobs) {
    if (asked.length === 0) continue
    const labels = Float64Array.from(training, (row) => targets[row]!)
    const single = options.classes && labels.every((label) => label === labels[0])
    if (labels.length < 2 || single) {
      return yield* new InputError({
        message: `${group}: ${labels.length < 2 ? `${labels.length} rows to train on` : "the rows to train on are all of one class"}`,
        hint: "give more rows, or other folds"
      })
    }
    const learnt = learn({ features: take(features, training), targets: labels }, options.seed)
    yield* tell(`${group}: ${training.length} rows trained on, ${asked.length} predicted; ${learnt.note}`)
    const values = learnt.predict(take(features, asked))
    predictions.push(...asked.map((row, at) => ({ row, value: values[at]!, group })))
  }
  return predictions.sort((a, b) => a.row - b.row)
})
