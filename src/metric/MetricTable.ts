/** Measured metrics beside what was expected of them. */
import { InputError } from "../core/Failure.ts"
import * as Table from "../data/Table.ts"

export const table = {
  evaluation: Table.string("name of the evaluation"),
  subset: Table.string("the part of the data measured: a group of tracks, a tissue, or `all`"),
  metric: Table.string("name of the metric"),
  value: Table.nullable(Table.number("its value; missing where the data do not define it (see note)")),
  low: Table.nullable(Table.number("lower end of the 95 % bootstrap interval")),
  high: Table.nullable(Table.number("upper end of the 95 % bootstrap interval")),
  n: Table.integer("how many observations the value rests on"),
  expected_low: Table.nullable(Table.number("lowest value expected")),
  expected_high: Table.nullable(Table.number("highest value expected")),
  verdict: Table.nullable(Table.string("`inside` or `outside` of what was expected")),
  note: Table.nullable(Table.string("what a reader must know of the value")),
  synthetic: Table.boolean(
    "whether anything that it was made from was drawn from a seed: then it says nothing about a model"
  )
}

export type Metric = Table.Row<typeof table>

/** Closed intervals [low, high] by `subset/metric`. */
export type Expectations = { readonly [subsetAndMetric: string]: readonly [low: number, high: number] }

const keyOf = (metric: Metric): string => `${metric.subset}/${metric.metric}`

/** Several notes as one; null where there is none. */
export const notes = (...parts: ReadonlyArray<string | null | undefined>): string | null => {
  const there = parts.filter((part) => part !== null && part !== undefined)
  return there.length === 0 ? null : there.join("; ")
}

/** A metric that nobody has judged yet. */
export const make = (
  metric: Pick<Metric, "evaluation" | "subset" | "metric" | "value" | "n"> & Partial<Metric>
): Metric => ({
  low: null,
  high: null,
  expected_low: null,
  expected_high: null,
  verdict: null,
  synthetic: false,
  note: null,
  ...metric
})

/** Fills in what was expected. A value that is missing or NaN is `outside` of any expectation. */
export const judge = (metrics: ReadonlyArray<Metric>, expect: Expectations): ReadonlyArray<Metric> =>
  metrics.map((metric) => {
    const expected = expect[keyOf(metric)]
    if (expected === undefined) return metric
    const [low, high] = expected
    const inside = metric.value !== null && metric.value >= low && metric.value <= high
    return { ...metric, expected_low: low, expected_high: high, verdict: inside ? "inside" : "outside" }
  })

const ranges = new Map<string, readonly [number, number]>([
  ...["pearson", "pearson_log1p", "spearman"].map((name) => [name, [-1, 1]] as const),
  ...["average_precision", "auc_pr", "auroc", "top_k", "sign_accuracy"].map((name) => [name, [0, 1]] as const)
])

/** The least and the greatest value that a metric can have; undefined where that is not known. */
export const rangeOf = (metric: string): readonly [least: number, greatest: number] | undefined =>
  metric.startsWith("coverage_") ? [0, 1] : ranges.get(metric)

/** What is said of an expectation that every value of the metric meets. */
export const idle = (key: string, [low, high]: readonly [number, number]): string | undefined => {
  const range = rangeOf(key.slice(key.lastIndexOf("/") + 1))
  return range === undefined || low > range[0] || high < range[1]
    ? undefined
    : `expect: '${key}': any value is within ${low} to ${high}, so that nothing is checked`
}

/** What is wrong with the expectations themselves: names that no metric has. */
export const misfits = (metrics: ReadonlyArray<Metric>, expect: Expectations): InputError | undefined => {
  const known = new Set(metrics.map(keyOf))
  for (const key of Object.keys(expect)) {
    if (!known.has(key)) {
      return new InputError({
        message: `expect: no metric is named '${key}'`,
        hint: `names are subset/metric; there are: ${[...known].join(", ")}`
      })
    }
  }
  return undefined
}

/** The metrics outside of what was expected, as the error of a strict stage. */
export const failureOf = (metrics: ReadonlyArray<Metric>): InputError | undefined => {
  const outside = metrics.filter((metric) => metric.verdict === "outside")
  if (outside.length === 0) return undefined
  const lines = outside.map(
    (metric) =>
      `${metric.evaluation} ${keyOf(metric)} is ${metric.value ?? `missing (${metric.note})`}, expected ${metric.expected_low} to ${metric.expected_high}`
  )
  return new InputError({
    message: `${outside.length} of ${metrics.length} metrics are not as expected: ${lines.join("; ")}`,
    hint: "without `strict: true` the verdicts are written and the stage goes on"
  })
}
