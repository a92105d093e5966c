import { assert, describe, it } from "vitest"
import * as Random from "../../src/core/Random.ts"
import * as ElementAttribution from "../../src/evaluation/ElementAttribution.ts"
import * as Registry from "../../src/evaluation/Registry.ts"
import * as Law from "../../src/evaluation/SyntheticLaw.ts"
import * as SyntheticScores from "../../src/evaluation/SyntheticScores.ts"
import * as VariantBenchmark from "../../src/evaluation/VariantBenchmark.ts"
import { averagePrecision } from "../../src/metric/AveragePrecision.ts"
import { auRoc } from "../../src/metric/AuRoc.ts"
import { spearman } from "../../src/metric/Spearman.ts"
import { runPromise } from "../support/stage.ts"

const options = { seed: 1, replicates: 0, permutations: 100, shuffle: false }
const rows = Registry.builtIn.filter(
  ({ group, extra, scoring }) => group === "variant" && !extra && scoring.combine !== "learned"
)

describe("synthetic scores", () => {
  it("there are of all rows but the three that train a predictor", () => assert.lengthOf(rows, 23))

  // One of each way of scoring; all 23 run in workflows/variant-benchmark.yaml.
  const ways = rows.filter(
    ({ scoring, task }, index) =>
      rows.findIndex(
        (row) =>
          `${row.scoring.scorers[0]} ${row.scoring.combine} ${row.task}` ===
          `${scoring.scorers[0]} ${scoring.combine} ${task}`
      ) === index
  )
  it.each(ways.map((row) => [row.id, row] as const))("%s: the scorers find what was built in", async (_, row) => {
    const scored = await runPromise(SyntheticScores.make(row, 1))
    const drawn = SyntheticScores.draw(row, 1)
    assert.lengthOf(scored, drawn.length)
    // The score rises with the latent one: the ranks are the same, but for what float32 and float16 leave open.
    for (const score of ["prediction", "comparator"] as const) {
      const latent = drawn.map(({ model, other }) => (score === "prediction" ? model : other))
      const agreement = spearman(
        latent,
        scored.map((each) => each[score] ?? Number.NaN)
      ).value!
      assert.isAbove(agreement, 0.999_99)
    }
    const bound = SyntheticScores.bound(row)
    const origin = { kind: "synthetic", model: null, source: "synthetic", synthetic: true, notes: [] } as const
    const labelled = { row, label: "synthetic", origin, scored }
    const { result } = VariantBenchmark.evaluate(labelled, { ...options, bound })
    assert.strictEqual(result.verdict, "inside", `${result.value} of ${bound.low} to ${bound.high}`)
    assert.match(result.note!, /SYNTHETIC/u)
    assert.strictEqual(result.improvement! > 0, row.won!, "the better model is the one that the paper reports")
    const shuffled = VariantBenchmark.evaluate(labelled, { ...options, bound, shuffle: true }).result
    assert.strictEqual(shuffled.verdict, "inside", `${shuffled.value} of ${bound.random_low} to ${bound.random_high}`)
    assert.isBelow(bound.random_high, result.value!)
  })

  it("are the same for the same seed", async () => {
    const row = rows.find(({ id }) => id === "paqtl_variant_causality_human")!
    const text = async (seed: number) => JSON.stringify(await runPromise(SyntheticScores.make(row, seed)))
    assert.strictEqual(await text(1), await text(1))
    assert.notStrictEqual(await text(2), await text(1))
  })
})

describe("the laws", () => {
  it("have the normal distribution", () => {
    // scipy.stats.norm.cdf
    const values: ReadonlyArray<readonly [number, number]> = [
      [0, 0.5],
      [1, 0.8413447460685429],
      [-1.96, 0.024997895148220435],
      [-8, 6.220960574271785e-16]
    ]
    for (const [x, expected] of values) assert.closeTo(Law.normal(x), expected, 1e-15)
  })

  it("hold for what is drawn", () => {
    const random = Random.make(5, "law")
    const n = 200_000
    const labels = Float64Array.from({ length: n }, () => (random.next() < 0.25 ? 1 : 0))
    const scores = labels.map((label) => random.normal() + 1.3 * label)
    const positives = labels.reduce((sum, label) => sum + label, 0)
    const area = Law.auRoc(1.3, positives, n - positives)
    assert.closeTo(auRoc(labels, scores).value!, area.value, 4 * area.error)
    const precision = Law.averagePrecision(1.3, 0.25, positives)
    assert.closeTo(averagePrecision(labels, scores).value!, precision.value, 4 * precision.error)
    const other = scores.map(() => random.normal())
    const mixed = other.map((x) => 0.7 * x + Math.sqrt(0.51) * random.normal())
    const ranks = Law.spearman(0.7, n)
    assert.closeTo(spearman(other, mixed).value!, ranks.value, 4 * ranks.error)
    assert.closeTo(Law.averagePrecision(0, 0.25, 100).value, 0.25, 1e-6)
  })
})

describe("element attribution", () => {
  it("is 1 for an even gradient, 0 outside the input, and looks where the element is", () => {
    const even = new Float64Array(10_000).fill(-2)
    assert.closeTo(ElementAttribution.score(even, 5000), 1, 1e-12)
    assert.strictEqual(ElementAttribution.score(even, 1100), 0)
    assert.strictEqual(ElementAttribution.score(even, 9000), 0)
    assert.strictEqual(ElementAttribution.score(new Float64Array(10_000), 5000), 0)
    // A single base at the centre: the weight there, 1 / (300 sqrt(2 pi)) per base, over a mean of 1 / 10,000.
    const one = new Float64Array(10_000)
    one[5000] = 3
    assert.closeTo(ElementAttribution.score(one, 5000), 10_000 / (300 * Math.sqrt(2 * Math.PI)), 0.002)
  })
})
