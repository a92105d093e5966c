import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import * as Random from "../../src/core/Random.ts"
import * as Colocalisation from "../../src/evaluation/Colocalisation.ts"
import * as SyntheticExpectation from "../../src/evaluation/SyntheticExpectation.ts"
import * as SyntheticSignals from "../../src/evaluation/SyntheticSignals.ts"
import type { Variant } from "../../src/genome/Variant.ts"
import { pearson } from "../../src/metric/Pearson.ts"
import { signAccuracy } from "../../src/metric/SignAccuracy.ts"

const correlation = (x: ReadonlyArray<number>, y: ReadonlyArray<number>): number => pearson(x, y).value!

/** `genes` genes of six variants within 1.5 kb; genes differ in how much a variant moves them, as a network's do. */
const cohort = (genes: number, seed = 1) => {
  const random = Random.make(seed, "cohort")
  const variants: Array<Variant> = []
  const effects: Array<SyntheticSignals.TrueEffect> = []
  for (let gene = 0; gene < genes; gene++) {
    const sensitivity = Math.exp(0.5 * random.normal())
    for (let i = 0; i < 6; i++) {
      const pos = gene * 5000 + i * 250 + random.int(250) + 1
      const variant_id = `chrS1_${pos}_A_C`
      variants.push({ variant_id, chrom: "chrS1", pos, ref: "A", alt: "C" })
      effects.push({ variant_id, gene_id: `G${gene}`, effect: 0.01 * sensitivity * random.normal() })
    }
  }
  return { variants, effects }
}

const study: SyntheticSignals.Study = {
  seed: 5,
  reliability: 0.8,
  shared: 0.6,
  eqtlSamples: 50_000,
  gwasSamples: 300_000,
  ldLength: 1000
}

const run = (genes: number, options: Partial<SyntheticSignals.Study> = {}) => {
  const { variants, effects } = cohort(genes)
  return Effect.runSync(SyntheticSignals.make(variants, effects, { ...study, ...options }))
}

const failure = (effect: Effect.Effect<unknown, { readonly message: string }>): string =>
  Effect.runSync(Effect.flip(effect)).message

const ppH4 = (
  eqtl: ReadonlyArray<SyntheticSignals.Statistic>,
  gwas: ReadonlyArray<SyntheticSignals.Statistic>
): number => {
  const [posterior] = Colocalisation.colocalise(trait(eqtl), trait(gwas), Colocalisation.defaultPriors.lbf)
  return posterior!.pp_h4
}

const trait = (rows: ReadonlyArray<SyntheticSignals.Statistic>): Colocalisation.Trait => ({
  name: rows[0]!.group,
  variants: rows.map(({ variant_id }) => variant_id),
  signals: [
    {
      number: 1,
      lbf: Colocalisation.approximateLbf({ beta: rows.map(({ beta }) => beta), se: rows.map(({ se }) => se) }, 0.15)
    }
  ]
})

/** P(Z < x) of a standard normal Z for x >= 0, by the midpoint rule. */
const normalDistribution = (x: number): number => {
  const steps = 200
  let sum = 0
  for (let i = 0; i < steps; i++) sum += Math.exp(-((((i + 0.5) * x) / steps) ** 2) / 2)
  return 0.5 + (sum * x) / steps / Math.sqrt(2 * Math.PI)
}

describe("SyntheticSignals", () => {
  const n = 1000
  const made = run(n)
  const truth = made.truth.map(({ true_effect }) => true_effect)
  const measured = made.measured.map((row) => row.measured)

  it("takes the strongest variant of each gene, scaled to the promised root mean square", () => {
    const { effects } = cohort(n)
    assert.deepStrictEqual(
      made.truth.map(({ gene_id }) => gene_id),
      Array.from({ length: n }, (_, i) => `G${i}`)
    )
    assert.closeTo(Math.sqrt(truth.reduce((sum, t) => sum + t * t, 0) / n), SyntheticSignals.effectSize, 1e-12)
    const ratios = made.truth.map(({ gene_id, variant_id, true_effect }) => {
      const own = effects.filter((effect) => effect.gene_id === gene_id)
      const strongest = own.reduce((a, b) => (Math.abs(b.effect) > Math.abs(a.effect) ? b : a))
      assert.strictEqual(variant_id, strongest.variant_id)
      return true_effect / strongest.effect
    })
    assert.closeTo(Math.min(...ratios) / Math.max(...ratios), 1, 1e-12)
  })

  for (const reliability of [0.5, 0.8, 0.95]) {
    it(`measures with a reliability of ${reliability}`, () => {
      const again = run(n, { reliability })
      const expected = SyntheticExpectation.attenuated(1, reliability)
      const observed = correlation(
        again.truth.map((row) => row.true_effect),
        again.measured.map((row) => row.measured)
      )
      assert.closeTo(observed, expected, 4 * SyntheticExpectation.correlationError(expected, n))
    })
  }

  it("attenuates the correlation of an imperfect prediction", () => {
    const random = Random.make(9, "prediction")
    const predicted = truth.map((t) => t + 0.2 * random.normal())
    const expected = SyntheticExpectation.attenuated(correlation(predicted, truth), study.reliability)
    assert.closeTo(correlation(predicted, measured), expected, 4 * SyntheticExpectation.correlationError(expected, n))
  })

  it("agrees in sign as often as the noise leaves it", () => {
    const mean = truth.reduce((sum, t) => sum + t, 0) / n
    const variance = SyntheticSignals.effectSize ** 2 - mean ** 2
    const noise = Math.sqrt(SyntheticExpectation.noiseVariance(variance, study.reliability))
    const expected = truth.reduce((sum, t) => sum + normalDistribution(Math.abs(t) / noise), 0) / n
    const error = Math.sqrt((expected * (1 - expected)) / n)
    const rate = signAccuracy(measured, truth).value!
    assert.closeTo(rate, expected, 4 * error)
    // The strongest of six keep away from zero.
    assert.isAbove(rate, SyntheticExpectation.signAccuracy(Math.sqrt(study.reliability)))
  })

  it("reports the same measurement everywhere", () => {
    const eqtl = new Map(made.eqtl.map((row) => [`${row.group} ${row.variant_id}`, row.beta]))
    const gwas = new Map(made.gwas.map((row) => [`${row.group} ${row.variant_id}`, row.beta]))
    for (const [i, signal] of made.signals.entries()) {
      const key = `${signal.signal_id} ${signal.variant_id}`
      assert.strictEqual(signal.eqtl_beta, eqtl.get(key))
      assert.strictEqual(signal.gwas_beta, gwas.get(key))
      assert.strictEqual(signal.eqtl_beta, measured[i])
      assert.deepStrictEqual([signal.pp_h4, signal.nsnps], [null, 6])
    }
    assert.strictEqual(made.eqtl.length, 6 * n)
    assert.strictEqual(made.gwas.length, 6 * n)
  })

  it("separates shared from distinct causal variants by PP.H4", () => {
    const of = (rows: ReadonlyArray<SyntheticSignals.Statistic>, i: number) => rows.slice(6 * i, 6 * i + 6)
    const posteriors = made.truth.map(({ signal_id, shared }, i) => {
      assert.isTrue(of(made.eqtl, i).every(({ group }) => group === signal_id))
      return { shared, pp: ppH4(of(made.eqtl, i), of(made.gwas, i)) }
    })
    const share = (shared: boolean, test: (pp: number) => boolean) => {
      const some = posteriors.filter((row) => row.shared === shared)
      return some.filter(({ pp }) => test(pp)).length / some.length
    }
    assert.strictEqual(posteriors.filter(({ shared }) => shared).length, 600)
    assert.isAtLeast(
      share(true, (pp) => pp > 0.8),
      0.9
    )
    assert.isAtLeast(
      share(false, (pp) => pp < 0.5),
      0.9
    )
    for (const row of made.truth) assert.strictEqual(row.shared, row.gwas_variant_id === row.variant_id)
  })

  it("spreads a causal effect over its neighbours by LD", () => {
    const exact = run(50, { gwasSamples: 1e14 })
    const positionOf = (variant_id: string) => Number(variant_id.split("_")[1])
    for (const { signal_id, gwas_variant_id } of exact.truth) {
      const rows = exact.gwas.filter(({ group }) => group === signal_id)
      const causal = rows.find(({ variant_id }) => variant_id === gwas_variant_id)!
      assert.isAtLeast(Math.abs(causal.beta), 0.04 - 1e-6)
      assert.isAtMost(Math.abs(causal.beta), 0.08 + 1e-6)
      for (const { variant_id, beta, se } of rows) {
        // On the scale of standardised genotypes, of which beta / se is a multiple.
        const ratio = Math.abs(beta / se / (causal.beta / causal.se))
        const distance = Math.abs(positionOf(variant_id) - positionOf(gwas_variant_id))
        assert.closeTo(ratio, Math.exp(-distance / study.ldLength), 1e-5)
      }
    }
  })

  it("has sampling errors of the size that it reports", () => {
    // Without LD only the causal variant carries an effect; the z of all others have variance 1.
    const far = run(n, { ldLength: 1e-3 })
    const causal = new Set(far.truth.map(({ variant_id }) => variant_id))
    const z = far.eqtl.filter(({ variant_id }) => !causal.has(variant_id)).map(({ beta, se }) => beta / se)
    assert.strictEqual(z.length, 5 * n)
    const variance = z.reduce((sum, value) => sum + value * value, 0) / z.length
    assert.closeTo(variance, 1, 4 * Math.sqrt(2 / z.length))
  })

  it("does not change a gene's draws when genes are added", () => {
    const few = run(10, { shared: 1 })
    const many = run(20, { shared: 1 })
    assert.deepStrictEqual(
      few.gwas,
      many.gwas.filter(({ group }) => few.signals.some(({ signal_id }) => signal_id === group))
    )
  })

  it("is made by its seed alone", () => {
    assert.deepStrictEqual(run(20), run(20))
    assert.notDeepEqual(run(20), run(20, { seed: 6 }))
  })

  it("says what it cannot make", () => {
    const { variants, effects } = cohort(2)
    const make = (some: ReadonlyArray<SyntheticSignals.TrueEffect>, options: Partial<SyntheticSignals.Study> = {}) =>
      failure(SyntheticSignals.make(variants, some, { ...study, ...options }))
    assert.strictEqual(make([]), "0 genes with scored variants: signals need at least two")
    assert.match(make(effects.slice(0, 7)), /gene G1 has one variant/u)
    assert.match(make([{ ...effects[0]!, variant_id: "chrS1_1_A_T" }]), /chrS1_1_A_T \(gene G0\) is not in the table/u)
    assert.match(make(effects.map((row) => ({ ...row, effect: 0 }))), /no variant has an effect/u)
    assert.match(make(effects, { eqtlSamples: 5 }), /5 eQTL samples are too few for a reliability of 0.8/u)
  })
})
