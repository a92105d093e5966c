// Reference values: scipy 1.17.1 and scikit-learn 1.9.1.
import { assert, describe, it } from "vitest"
import * as Bootstrap from "../../src/metric/Bootstrap.ts"
import { groupedMean } from "../../src/metric/GroupedMean.ts"
import { metrics, type MetricName } from "../../src/metric/Metric.ts"
import * as PearsonAccumulator from "../../src/metric/PearsonAccumulator.ts"
import * as Ranks from "../../src/metric/Ranks.ts"

/** Park and Miller's minimal standard generator, as in the script that made the reference values. */
const uniform = (seed: number, count: number): Array<number> => {
  let state = seed
  return Array.from({ length: count }, () => (state = (state * 16807) % 2147483647) / 2147483647)
}

const u = uniform(1, 5000)
const v = uniform(2, 5000)
const mixed = u.map((x, i) => 0.3 * x + v[i]!)
const labels = u.map((x) => (x < 0.1 ? 1 : 0))
const scores = v.map((x, i) => x + 0.3 * labels[i]!)
const scaled = (by: number, values: Array<number>) => values.map((x) => x * by)
const shifted = (by: number, values: Array<number>) => values.map((x) => x + by)
const { NaN: missing, POSITIVE_INFINITY: infinity } = Number

type Case = readonly [what: string, x: Array<number>, y: Array<number>, expected: number | string, tolerance?: number]

const check = (name: MetricName, cases: ReadonlyArray<Case>) =>
  describe(name, () => {
    for (const [what, x, y, expected, tolerance = 1e-12] of cases) {
      it(what, () => {
        const measure = metrics[name].compare(x, y)
        if (typeof expected === "string") assert.deepStrictEqual(measure, { value: null, note: expected })
        else assert.closeTo(measure.value!, expected, tolerance)
      })
    }
  })

check("pearson", [
  ["random", u, mixed, 0.6688525493522843],
  // What the offset leaves of the values: 1e-7 of their spread.
  ["large offset", shifted(1e9, u), u.map((x, i) => 1e9 + 0.3 * x + v[i]!), 0.6688525472839018, 1e-9],
  ["squares that vanish", scaled(1e-200, u), scaled(1e-200, mixed), 0.6688525493522843],
  ["squares that overflow", scaled(1e200, u), scaled(1e200, mixed), 0.6688525493522843],
  ["ties", u.map((x) => Math.floor(x * 5)), u.map((x, i) => Math.floor((x + v[i]!) * 4)), 0.8425733855756667],
  [
    "Anscombe's first",
    [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5],
    [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68],
    0.8164205163448395
  ],
  ["two rows", [1, 2], [5, 3], -1, 0],
  ["one row", [1], [5], "1 of at least 2 rows"],
  ["no row", [], [], "0 of at least 2 rows"],
  ["constant labels", [0.1, 0.1, 0.1], [1, 2, 3], "the labels are constant"],
  ["constant predictions", [1, 2, 3], [0.1, 0.1, 0.1], "the predictions are constant"],
  ["infinite", [1, 2, 3, infinity], [1, 3, 2, 4], "a value is infinite"],
  ["NaN", [1, 2, missing], [1, 2, 3], "a value is NaN"],
  ["unequal lengths", [1, 2], [1], "2 labels for 1 predictions"]
])

check("spearman", [
  ["random", u, mixed, 0.6557194784847791],
  ["ties", u.map((x) => Math.floor(x * 5)), u.map((x, i) => Math.floor((x + v[i]!) * 4)), 0.8345968856497566],
  ["infinite", [1, 2, 3, infinity], [1, 3, 2, 4], 0.8],
  ["both infinities, ties", [-infinity, 2, 3, infinity, 5], [1, 3, 2, 4, 2], 0.6668859288553501],
  ["two rows", [1, 2], [5, 3], -1],
  ["constant", [1, 1, 1], [1, 2, 3], "the labels are constant"],
  ["one row", [1], [5], "1 of at least 2 rows"]
])

check("auroc", [
  ["random", labels, scores, 0.33869734896611164],
  ["ties", labels, scores.map((x) => Math.floor(x * 4)), 0.3087975243147657],
  ["all tied", labels, scores.map(() => 0), 0.5],
  ["small", [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.75],
  ["infinite", [0, 1, 1], [-infinity, infinity, 5], 1],
  ["positives only", [1, 1], [0.1, 0.4], "every row is positive"],
  ["negatives only", [0, 0], [0.1, 0.4], "every row is negative"],
  ["another label", [0, 2], [0.1, 0.4], "a label is 2, neither 0 nor 1"],
  ["no row", [], [], "0 of at least 1 row"]
])

check("average_precision", [
  ["random", labels, scores, 0.06936668009477254],
  ["ties", labels, scores.map((x) => Math.floor(x * 4)), 0.11244979919678715],
  ["all tied: the prevalence", labels, scores.map(() => 0), 0.0952],
  ["small", [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.8333333333333333],
  ["infinite", [0, 1, 1], [-infinity, infinity, 5], 1],
  ["positives only", [1, 1], [0.1, 0.4], 1],
  ["negatives only", [0, 0], [0.1, 0.4], "no row is positive"]
])

check("sign_accuracy", [
  ["three of four", [1, -2, 3, -4], [0.1, -5, 2, 1], 0.75],
  ["a label of 0 is left out, a prediction of 0 is wrong", [1, -2, 0], [0, -1, 5], 0.5],
  ["infinite", [1, -1], [infinity, -infinity], 1],
  ["no sign at all", [0, 0], [1, 2], "every label is 0"]
])

describe("Ranks", () => {
  it("averages ties", () => {
    assert.deepStrictEqual(
      [...Ranks.average([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5])],
      [4.5, 1.5, 6, 1.5, 8, 11, 3, 10, 8, 4.5, 8]
    )
  })
})

describe("PearsonAccumulator", () => {
  const accumulate = (...series: ReadonlyArray<readonly [ReadonlyArray<number>, ReadonlyArray<number>]>) => {
    const accumulator = PearsonAccumulator.make(series.length)
    for (const [index, [x, y]] of series.entries()) x.forEach((value, i) => accumulator.add(index, value, y[i]!))
    return accumulator
  }

  it("agrees with two passes, series by series", () => {
    const accumulator = accumulate([u, mixed], [mixed, v])
    assert.closeTo(accumulator.measure(0).value!, 0.6688525493522843, 1e-12)
    assert.closeTo(accumulator.measure(1).value!, metrics.pearson.compare(mixed, v).value!, 1e-12)
    assert.strictEqual(accumulator.count(0), 5000)
  })

  it("is not misled by a large offset", () => {
    const accumulator = accumulate([shifted(1e9, u), u.map((x, i) => 1e9 + 0.3 * x + v[i]!)])
    assert.closeTo(accumulator.measure(0).value!, 0.6688525472839018, 1e-9)
  })

  it("leaves out pairs with NaN and says what it cannot measure", () => {
    const accumulator = accumulate(
      [
        [1, missing, 2, 4],
        [2, 5, missing, 8]
      ],
      [
        [0.1, 0.1, 0.1],
        [1, 2, 3]
      ],
      [
        [1, 2],
        [3, infinity]
      ],
      [[1], [1]]
    )
    assert.strictEqual(accumulator.count(0), 2)
    assert.strictEqual(accumulator.measure(0).value, 1)
    assert.deepStrictEqual(
      [1, 2, 3].map((i) => accumulator.measure(i).note),
      ["the labels are constant", "a value is infinite", "1 of at least 2 rows"]
    )
  })
})

describe("groupedMean", () => {
  it("weights groups by their rows and skips those without a value", () => {
    const result = groupedMean(metrics.auroc, {
      groups: ["a", "b", "a", "b", "a", "a", "c", "d", "d", "e"],
      labels: [0, 1, 0, 0, 1, 1, 1, 1, 1, 0],
      predictions: [0.1, 0.2, 0.4, 0.9, 0.35, 0.8, 1, 1, 2, 0]
    })
    assert.closeTo(result.measure.value!, (4 * 0.75 + 2 * 0) / 6, 1e-15)
    assert.strictEqual(result.n, 6)
    assert.deepStrictEqual(
      result.groups.map(({ group, n, measure }) => [group, n, measure.value ?? measure.note]),
      [
        ["a", 4, 0.75],
        ["b", 2, 0],
        ["c", 1, "1 of at least 2 rows"],
        ["d", 2, "every row is positive"],
        ["e", 1, "1 of at least 2 rows"]
      ]
    )
  })
})

describe("Bootstrap", () => {
  it("interpolates quantiles as numpy does", () => {
    const sorted = uniform(4, 101).sort((a, b) => a - b)
    assert.closeTo(Bootstrap.quantile(sorted, 0.025), 0.015757459455988117, 1e-15)
    assert.closeTo(Bootstrap.quantile(sorted, 0.975), 0.9700281410338488, 1e-15)
    assert.closeTo(Bootstrap.quantile([1, 2, 4], 0.4), 1.8, 1e-15)
    assert.strictEqual(Bootstrap.quantile([7], 0.975), 7)
  })

  const mean = (values: ReadonlyArray<number>) => (counts: Uint32Array) =>
    counts.reduce((sum, count, i) => sum + count * values[i]!, 0) / counts.length
  const options = { rows: 400, replicates: 2000, seed: 7, label: "mean" }

  it("covers the mean by two standard errors on each side, the same for the same seed", () => {
    const values = u.slice(0, 400)
    const centre = values.reduce((sum, x) => sum + x, 0) / 400
    const sd = Math.sqrt(values.reduce((sum, x) => sum + (x - centre) ** 2, 0) / 400)
    const { low, high, replicates } = Bootstrap.interval({ ...options, statistic: mean(values) })!
    assert.closeTo(high - low, (2 * 1.959964 * sd) / 20, 0.004)
    assert.closeTo((low + high) / 2, centre, 0.003)
    assert.strictEqual(replicates, 2000)
    assert.deepStrictEqual(Bootstrap.interval({ ...options, statistic: mean(values) }), { low, high, replicates })
    assert.notStrictEqual(Bootstrap.interval({ ...options, seed: 8, statistic: mean(values) })!.low, low)
  })

  it("leaves out resamples without a value, and gives up when half have none", () => {
    let call = 0
    const some = (every: number) => () => (call++ % every === 0 ? null : 1)
    assert.deepStrictEqual(Bootstrap.interval({ ...options, statistic: some(4) }), {
      low: 1,
      high: 1,
      replicates: 1500
    })
    assert.isUndefined(Bootstrap.interval({ ...options, statistic: () => null }))
  })
})
