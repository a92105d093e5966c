/** What every stage that measures shares: the evaluation's name, what is expected of its metrics, and how strictly. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { InputError } from "../core/Failure.ts"
import { Task } from "../core/Task.ts"
import * as Param from "../dsl/stage/Param.ts"
import type { Unmet } from "../dsl/stage/Requirement.ts"
import * as MetricTable from "../metric/MetricTable.ts"

export const params = (evaluation: string) => ({
  evaluation: Param.withDefault(Schema.String, evaluation, "name of the evaluation in the metrics"),
  expect: Param.withDefault(
    Schema.Record(Schema.String, Schema.Tuple([Schema.Finite, Schema.Finite])),
    {},
    "what is expected: [low, high] by `subset/metric`"
  ),
  strict: Param.withDefault(Schema.Boolean, false, "fail when a metric is not as expected")
})

/**
 * What the expectations lack, before the run: intervals that end before they begin and, where it is known which metrics
 * there will be, names that none will have.
 */
export const check = (
  { expect }: { readonly expect: MetricTable.Expectations },
  isMetric: (name: string, subset: string) => boolean = () => true,
  hint?: string
): ReadonlyArray<Unmet> =>
  Object.entries(expect).flatMap(([key, [low, high]]): ReadonlyArray<Unmet> => {
    const at = ["expect", key] as const
    const cut = key.lastIndexOf("/")
    if (cut === -1 || !isMetric(key.slice(cut + 1), key.slice(0, cut))) {
      return [{ at, message: `expect: no metric is named '${key}'`, hint: hint ?? "names are subset/metric" }]
    }
    if (!(low <= high)) return [{ at, message: `expect: '${key}': ${low} is not at most ${high}` }]
    const nothing = MetricTable.idle(key, [low, high])
    return nothing === undefined ? [] : [{ at, message: nothing }]
  })

/** Marks what is synthetic, judges the metrics and writes them; then fails where the expectations are wrong, or strict and not met. */
export const conclude = Effect.fnUntraced(function* <E, R>(
  metrics: ReadonlyArray<MetricTable.Metric>,
  params: { readonly expect: MetricTable.Expectations; readonly strict: boolean },
  write: (metrics: ReadonlyArray<MetricTable.Metric>) => Effect.Effect<void, E, R>
): Effect.fn.Return<void, E | InputError, R | Task> {
  const { synthetic } = yield* Task
  const marked = metrics.map((metric) => ({ ...metric, synthetic }))
  const judged = MetricTable.judge(marked, params.expect)
  yield* write(judged)
  const wrong =
    MetricTable.misfits(metrics, params.expect) ?? (params.strict ? MetricTable.failureOf(judged) : undefined)
  if (wrong !== undefined) return yield* wrong
})
