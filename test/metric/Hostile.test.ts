// Reference values: scipy 1.17.1 and scikit-learn 1.9.1, on the same generated rows.
import { assert, describe, it } from "vitest"
import * as Random from "../../src/core/Random.ts"
import * as GroupedMean from "../../src/metric/GroupedMean.ts"
import * as Improvement from "../../src/metric/Improvement.ts"
import { matchedPairs } from "../../src/metric/MatchedPairs.ts"
import * as Metric from "../../src/metric/Metric.ts"
import * as Sorted from "../../src/metric/Sorted.ts"

/** Park and Miller's minimal standard generator, as in the script that made the reference values. */
const uniform = (seed: number, count: number): Float64Array => {
  let state = seed
  return Float64Array.from({ length: count }, () => (state = (state * 16807) % 2147483647) / 2147483647)
}

describe("200,000 rows that are hard to sort", () => {
  const [u, v] = [uniform(21, 200_000), uniform(22, 200_000)]
  const labels = u.map((x) => (x < 0.02 ? 1 : 0))
  const cases: ReadonlyArray<readonly [string, (v: number, label: number) => number, number, number, number]> = [
    [
      "the upper halves of the numbers are shared",
      (v, label) => 1e9 + Math.floor(v * 4096) * 2 ** -20 + label * 2 ** -12,
      0.07304730116799955,
      0.5442055701980972,
      -0.00939182957236931
    ],
    ["both signs", (v, label) => v - 0.5 + 0.1 * label, 0.12361951273166359, 0.5791519218814865, -0.013556703167116416],
    [
      "denormal numbers, 0 and -0",
      (v, label) => Math.floor(v * 1000 - 500 + 40 * label) * 5e-324,
      0.05667423680196657,
      0.5229860451940855,
      -0.006870492367989611
    ],
    [
      "four values",
      (v, label) => Math.floor(v * 3 + 0.3 * label) - 1,
      0.11927818476076735,
      0.5740200569244438,
      -0.012692348242072651
    ]
  ]
  it.each(cases)("%s", (_, score, averagePrecision, auRoc, spearman) => {
    const scores = v.map((value, i) => score(value, labels[i]!))
    assert.closeTo(Metric.metrics.average_precision.compare(labels, scores).value!, averagePrecision, 1e-12)
    assert.closeTo(Metric.metrics.auroc.compare(labels, scores).value!, auRoc, 1e-12)
    assert.closeTo(Metric.metrics.spearman.compare(u, scores).value!, spearman, 1e-12)
  })
})

it("ten million rows, with a large offset and ties", () => {
  const [u, v] = [uniform(41, 1e7), uniform(42, 1e7)]
  const labels = u.map((x) => (x < 0.02 ? 1 : 0))
  const scores = v.map((x, i) => 1e9 + Math.floor(x * 4096) * 2 ** -20 + labels[i]! * 2 ** -12)
  assert.closeTo(Metric.metrics.average_precision.compare(labels, scores).value!, 0.08768078403572457, 1e-12)
  assert.closeTo(Metric.metrics.auroc.compare(labels, scores).value!, 0.5592795257862029, 1e-12)
  assert.closeTo(Metric.metrics.spearman.compare(u, scores).value!, -0.006774176482618184, 1e-12)
  // scipy's of the scores without the offset, and in long double with it; in float64 with it scipy is off by 5e-12.
  assert.closeTo(Metric.metrics.pearson.compare(u, scores).value!, -0.006983504096403964, 1e-12)
}, 120_000)

describe("Sorted", () => {
  const { NaN: _, POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: less, MAX_VALUE, MIN_VALUE } = Number

  it("puts any numbers in order, equal ones as they stood, 0 and -0 among them", () => {
    const random = Random.make(1, "sorted")
    const special = [0, -0, infinity, less, MAX_VALUE, -MAX_VALUE, MIN_VALUE, -MIN_VALUE, 1, -1, 1 + 2 ** -52]
    for (let round = 0; round < 50; round++) {
      const values = Array.from({ length: random.int(200) }, () =>
        random.next() < 0.5 ? special[random.int(special.length)]! : random.normal() * 10 ** (random.int(600) - 300)
      )
      const expected = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]! || a - b)
      // Infinities of one sign differ by NaN: equal.
      const sorted = Sorted.of(values)
      assert.deepStrictEqual(
        [...sorted.payload].map((index) => values[index]! + 0),
        expected.map((index) => values[index]! + 0)
      )
      for (let from = 0; from < values.length;) {
        const to = sorted.runEnd(from)
        assert.strictEqual(sorted.runStart(to), from)
        const run = [...sorted.payload.subarray(from, to)]
        assert.deepStrictEqual(
          run,
          run.toSorted((a, b) => a - b)
        )
        assert.isTrue(run.every((index) => values[index] === values[run[0]!]))
        from = to
      }
    }
  })
})

describe("resamples", () => {
  const random = Random.make(2, "resamples")
  const rows = 60
  // Few distinct values, so that there are ties and resamples without a value.
  const draw = (count: number) => Uint32Array.from({ length: count }, () => random.int(count))
  const countsOf = (drawn: Uint32Array) => {
    const counts = new Uint32Array(drawn.length)
    for (const index of drawn) counts[index]!++
    return counts
  }

  it.each(Metric.names)("%s is what it is of the rows drawn", (name) => {
    const metric = Metric.metrics[name]
    for (const size of [2, 3, rows]) {
      const labels = Float64Array.from({ length: size }, () => (metric.classes ? random.int(2) : random.int(5) - 2))
      const predictions = Float64Array.from({ length: size }, () => random.int(7) - 3)
      const statistic = metric.prepare(labels, predictions)
      for (let replicate = 0; replicate < 10; replicate++) {
        const drawn = draw(size)
        const take = (values: Float64Array) => Array.from(drawn, (index) => values[index]!)
        const expected = metric.compare(take(labels), take(predictions)).value
        const actual = statistic(countsOf(drawn))
        if (expected === null || actual === null) assert.strictEqual(actual, expected)
        else assert.closeTo(actual, expected, 1e-12)
      }
    }
  })

  it("of a grouped mean too", () => {
    const labels = Float64Array.from({ length: rows }, () => random.int(2))
    const predictions = Float64Array.from({ length: rows }, () => random.int(9))
    const groups = Array.from({ length: rows }, () => `tissue ${random.int(8)}`)
    const readings = (["rows", "alike"] as const).flatMap((weights) =>
      GroupedMean.oneClasses.flatMap((oneClass) =>
        (["auroc", "average_precision", "sign_accuracy"] as const).map((name) => ({
          metric: Metric.get(name),
          reading: { weights, oneClass }
        }))
      )
    )
    for (const { metric, reading } of readings) {
      const statistic = GroupedMean.prepare(metric, { labels, predictions, groups }, reading)
      for (let replicate = 0; replicate < 40; replicate++) {
        const drawn = draw(rows)
        const take = <A>(values: ArrayLike<A>) => Array.from(drawn, (index) => values[index]!)
        const resample = { labels: take(labels), predictions: take(predictions), groups: take(groups) }
        const expected = GroupedMean.groupedMean(metric, resample, reading).measure.value
        assert.closeTo(statistic(countsOf(drawn))!, expected!, 1e-12)
      }
    }
  })
})

describe("matched pairs", () => {
  const [v] = [uniform(32, 600)]
  const labels = Float64Array.from(v, (_, i) => (i % 4 === 0 ? 1 : 0))
  const predictions = v.map((x, i) => x + 0.4 * labels[i]!)
  const sets = Array.from(v, (_, i) => `set ${Math.floor(i / 4)}`)
  const options = { permutations: 400, seed: 1, label: "pairs" }

  it("gives the mean of scikit-learn's average precision over permutations", () => {
    // 2,000 permutations in numpy: 0.83350 +- 0.00021, standard deviation 0.00959; pooled rows would give 0.68457.
    const { measure, permutations, pairs } = matchedPairs({ labels, predictions, sets }, options)
    assert.closeTo(measure.value!, 0.8335036719066722, 4 * Math.hypot(0.0095883 / Math.sqrt(400), 0.000214))
    assert.lengthOf(permutations, 400)
    assert.strictEqual(pairs, 150)
    assert.deepStrictEqual(matchedPairs({ labels, predictions, sets }, options).permutations, permutations)
  })

  it("has nothing to draw where every set has one positive and one negative", () => {
    const { permutations } = matchedPairs(
      { labels: [1, 0, 0, 1], predictions: [0.9, 0.1, 0.8, 0.7], sets: ["a", "a", "b", "b"] },
      { ...options, permutations: 3 }
    )
    // Ranks of positives 1 and 3: (1 + 2/3) / 2.
    for (const value of permutations) assert.closeTo(value, 5 / 6, 1e-15)
  })

  it("says why there is no value", () => {
    const note = (rows: Parameters<typeof matchedPairs>[0]) => matchedPairs(rows, options).measure.note
    assert.match(note({ labels: [1, 0], predictions: [1, 2], sets: ["a", "b"] })!, /no set has/u)
    assert.match(note({ labels: [1, 2], predictions: [1, 2], sets: ["a", "a"] })!, /neither 0 nor 1/u)
    assert.match(note({ labels: [1, 0], predictions: [1, Number.NaN], sets: ["a", "a"] })!, /NaN/u)
  })
})

describe("relative improvement", () => {
  it("counts from what chance gives", () => {
    assert.closeTo(Improvement.relative(0.6294, 0.621, 0.5)!, 6.94, 0.01)
    assert.closeTo(Improvement.relative(0.8, 0.76, 0.5)!, 15.38, 0.01)
    assert.closeTo(Improvement.relative(0.51, 0.545, 0, true)!, 6.42, 0.01)
    assert.isNull(Improvement.relative(0.8, 0.5, 0.5))
    assert.isNull(Improvement.relative(0.8, 0.4, 0.5))
  })
})
