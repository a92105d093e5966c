// Reference values: scikit-learn 1.9.1 on the same generated rows (LassoCV and Lasso with tol 1e-13; ten forests).
import { assert, describe, it } from "vitest"
import * as Boosting from "../../src/evaluation/learner/Boosting.ts"
import * as Lasso from "../../src/evaluation/learner/Lasso.ts"
import { take } from "../../src/evaluation/learner/Learner.ts"
import * as RandomForest from "../../src/evaluation/learner/RandomForest.ts"
import { auRoc } from "../../src/metric/AuRoc.ts"

/** Park and Miller's minimal standard generator, as in the script that made the reference values. */
const uniform = (seed: number, count: number): Float64Array => {
  let state = seed
  return Float64Array.from({ length: count }, () => (state = (state * 16807) % 2147483647) / 2147483647)
}

const close = (actual: ArrayLike<number>, expected: ReadonlyArray<number>, tolerance: number) =>
  expected.forEach((value, i) => assert.closeTo(actual[i]!, value, tolerance, `coefficient ${i}`))

describe("LASSO", () => {
  const features = Array.from({ length: 8 }, (_, j) => uniform(100 + j, 120))
  // One feature that is half another, one that is constant.
  features[3] = features[3]!.map((value, i) => 0.5 * value + 0.5 * features[0]![i]!)
  features[7] = features[7]!.fill(0.25)
  const noise = uniform(200, 120)
  const targets = noise.map(
    (value, i) => 2 * features[0]![i]! - 1.5 * features[1]![i]! + 0.7 * features[2]![i]! + 0.6 * (value - 0.5)
  )

  it("has scikit-learn's coefficients for a given alpha", () => {
    const [fit] = Lasso.path({ features, targets }, [0.02])
    close(fit!.weights, [2.0617256588371853, -1.283275546923514, 0.4057214316049789, 0, 0, 0, 0, 0], 1e-8)
    assert.closeTo(fit!.intercept, 0.0009210512843061958, 1e-8)
  })

  it("chooses scikit-learn's alpha by ten folds, and has its coefficients", () => {
    const fit = Lasso.crossValidated({ features, targets }, { folds: 10, alphas: 100 })
    assert.closeTo(fit.alpha, 0.00020035903146702684, 1e-12)
    close(
      fit.weights,
      [
        2.3361001780371438, -1.4771406727069532, 0.690269050817744, -0.07620344343901084, -0.06845521569515911,
        0.0472259288508872, 0.07594410368211588, 0
      ],
      1e-6
    )
    assert.closeTo(fit.intercept, -0.16180208306409694, 1e-6)
  })

  it("predicts what it fits, whatever the features' scales", () => {
    const scaled = features.map((values, j) => values.map((value) => value * 10 ** j - 3))
    const learn = Lasso.learn({ folds: 10, alphas: 100 })
    const plain = learn({ features, targets }, 1).predict(features)
    const other = learn({ features: scaled, targets }, 1).predict(scaled)
    close(other, [...plain], 1e-6)
  })
})

describe("classes", () => {
  const features = Array.from({ length: 10 }, (_, j) => uniform(300 + j, 1200))
  const chance = uniform(400, 1200)
  const targets = chance.map((value, i) => {
    const [a, b, c] = [features[0]![i]! - 0.5, features[1]![i]! - 0.5, features[2]![i]! - 0.5]
    return value < 1 / (1 + Math.exp(-(4 * a + 3 * b + 6 * Math.abs(c) - 1.5))) ? 1 : 0
  })
  const training = Array.from({ length: 800 }, (_, i) => i)
  const held = Array.from({ length: 400 }, (_, i) => 800 + i)
  const data = { features: take(features, training), targets: targets.subarray(0, 800) }
  const labels = targets.subarray(800)
  const measure = (predictions: Float64Array) => auRoc(labels, predictions).value!

  it("a random forest is as good as scikit-learn's", () => {
    const learn = RandomForest.learn({ trees: 100, depth: 5 })
    const values = [1, 2].map((seed) => measure(learn(data, seed).predict(take(features, held))))
    // Ten forests of RandomForestClassifier(max_depth=5): 0.8078, standard deviation 0.0051.
    for (const value of values) assert.closeTo(value, 0.8078, 4 * 0.0051)
    const again = learn(data, 1).predict(take(features, held))
    assert.strictEqual(measure(again), values[0])
    assert.notStrictEqual(values[1], values[0])
  })

  it("additive boosting is as good as scikit-learn's", () => {
    const learnt = Boosting.learn({ rounds: 30, rate: 0.05, bins: 255, leaf: 20 })(data, 1)
    // HistGradientBoostingClassifier without interactions, as many trees (300) of three leaves: 0.8267.
    assert.closeTo(measure(learnt.predict(take(features, held))), 0.8267, 0.02)
  })

  it("a tree that cannot split predicts the share of positives", () => {
    const constant = [new Float64Array(40).fill(1)]
    const labels = Float64Array.from({ length: 40 }, (_, i) => i % 2)
    const forest = RandomForest.learn({ trees: 200, depth: 5 })({ features: constant, targets: labels }, 1)
    assert.closeTo(forest.predict([Float64Array.of(1, 7)])[1]!, 0.5, 0.03)
    const boosted = Boosting.learn({ rounds: 10, rate: 0.1, bins: 8, leaf: 2 })
    const even = boosted({ features: constant, targets: labels }, 1).predict([Float64Array.of(1, 7)])
    assert.closeTo(even[0]!, 0.5, 1e-12)
  })
})
