import { assert, describe, it } from "vitest"
import * as Colocalisation from "../../src/evaluation/Colocalisation.ts"

const priors = { p1: 1e-4, p2: 2e-4, p12: 5e-6 }

/** The definition: every configuration of causal variants, one by one. */
const enumerate = (lbf1: ReadonlyArray<number>, lbf2: ReadonlyArray<number>) => {
  const weights = [1, 0, 0, 0, 0]
  for (const [i, a] of lbf1.entries()) {
    weights[1]! += priors.p1 * Math.exp(a)
    weights[2]! += priors.p2 * Math.exp(lbf2[i]!)
    for (const [j, b] of lbf2.entries()) {
      if (i === j) weights[4]! += priors.p12 * Math.exp(a + b)
      else weights[3]! += priors.p1 * priors.p2 * Math.exp(a + b)
    }
  }
  const total = weights.reduce((sum, weight) => sum + weight)
  return weights.map((weight) => weight / total)
}

const trait = (name: string, variants: ReadonlyArray<string>, ...signals: ReadonlyArray<ReadonlyArray<number>>) => ({
  name,
  variants,
  signals: signals.map((lbf, index) => ({ number: index + 1, lbf: Float64Array.from(lbf) }))
})

describe("Colocalisation", () => {
  it.each([
    { lbf1: [8, 1, -1, 0.5], lbf2: [7, -1, 2, 0] },
    { lbf1: [9, 1, -1, 0.5], lbf2: [0, -1, 9, 0] },
    { lbf1: [0, 0, 0, 0], lbf2: [0, 0, 0, 0] },
    { lbf1: [-2, -1, 12, 0.5], lbf2: [-0.1, -0.2, -0.3, -0.4] }
  ])("is the sum over configurations: $lbf1 and $lbf2", ({ lbf1, lbf2 }) => {
    const { hypotheses } = Colocalisation.posterior(Float64Array.from(lbf1), Float64Array.from(lbf2), priors)
    for (const [i, expected] of enumerate(lbf1, lbf2).entries()) assert.closeTo(hypotheses[i]!, expected, 1e-13)
  })

  it("bears standard errors that are nothing beside the prior", () => {
    const [tiny, usual] = Colocalisation.approximateLbf({ beta: [0.01, 0.01], se: [1e-9, 0.01] }, 0.15)
    assert.isTrue(Number.isFinite(tiny))
    const r = 0.15 ** 2 / (0.15 ** 2 + 0.01 ** 2)
    assert.closeTo(usual!, (Math.log(1 - r) + r) / 2, 1e-14)
  })

  it("bears Bayes factors beyond the range of exp, and a single variant", () => {
    const far = Colocalisation.posterior(Float64Array.of(2000, 1), Float64Array.of(1500, 0), priors)
    assert.closeTo(far.hypotheses[4], 1, 1e-12)
    assert.deepStrictEqual([far.lead, far.leadPosterior], [0, 1])
    // One variant cannot be two: H3 is impossible.
    assert.strictEqual(Colocalisation.posterior(Float64Array.of(3), Float64Array.of(4), priors).hypotheses[3], 0)
  })

  it("gives Wakefield's Bayes factor", () => {
    const [positive, negative, none] = Colocalisation.approximateLbf(
      { beta: [0.3, -0.3, 0], se: [0.05, 0.05, 0.05] },
      0.15
    )
    // By hand: r = 0.0225 / 0.025 = 0.9, z = 6: (ln 0.1 + 0.9 x 36) / 2.
    assert.closeTo(positive!, (Math.log(0.1) + 32.4) / 2, 1e-12)
    assert.strictEqual(positive, negative)
    assert.closeTo(none!, Math.log(0.1) / 2, 1e-12)
  })

  it("estimates a trait's standard deviation as coloc's sdY.est does", () => {
    // By hand: 2 N f (1 - f) = 320 and 500 over 1 / se^2 = 100 and 25: (32,000 + 12,500) / (10,000 + 625).
    const variants = [
      { se: 0.1, n: 1000, maf: 0.2 },
      { se: 0.2, n: 1000, maf: 0.5 }
    ]
    assert.closeTo(Colocalisation.traitSd(variants), Math.sqrt(44_500 / 10_625), 1e-12)
    // Standard errors of a trait whose standard deviation is 3: se^2 = 9 / (2 N f (1 - f)).
    const exact = [0.05, 0.2, 0.4].map((maf) => ({ se: Math.sqrt(9 / (2 * 500 * maf * (1 - maf))), n: 500, maf }))
    assert.closeTo(Colocalisation.traitSd(exact), 3, 1e-12)
  })

  it("compares each signal with each, over the variants that both traits have", () => {
    const rows = Colocalisation.colocalise(
      trait("a", ["v1", "v2", "v3"], [0, 10, 0], [9, 0, 0]),
      trait("b", ["v3", "v9", "v2"], [0, 99, 10]),
      Colocalisation.defaultPriors.lbf
    )
    assert.deepStrictEqual(
      rows.map(({ signal1, signal2, nsnps, lead_variant }) => [signal1, signal2, nsnps, lead_variant]),
      [
        [1, 1, 2, "v2"],
        [2, 1, 2, "v2"]
      ]
    )
    assert.isAbove(rows[0]!.pp_h4, 0.9)
    assert.isBelow(rows[1]!.pp_h4, 0.1)
    assert.deepStrictEqual(
      Colocalisation.colocalise(trait("a", ["v1"], [1]), trait("b", ["v2"], [1]), Colocalisation.defaultPriors.lbf),
      []
    )
  })
})
