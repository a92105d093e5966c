/**
 * Colocalisation: do two traits share a causal variant in a region?
 *
 * Bayes factors per variant and signal become posterior probabilities of five hypotheses: no association (H0), only the
 * first trait (H1), only the second (H2), two distinct causal variants (H3), one shared (H4). Giambartolomei et al.,
 * PLoS Genetics 2014; with the log Bayes factors of SuSiE credible sets, several signals a region: Wallace, PLoS
 * Genetics 2021. Log Bayes factors are natural logarithms.
 *
 * With the priors below, the eQTL Catalogue's tables for BPI on chromosome 20 give its published figures, PP.H4 > 0.8:
 * QTD000026 x QTD000584 (6,015 variants) .939 .980 .841 .894 for credible sets 1x3, 2x2, 2x4, 3x4;
 * QTD000021 x QTD000584 (6,011) .947 .989 for 1x2, 2x3; QTD000021 x QTD000026 (6,249) .963 .893 .866 for 1x2, 2x1, 3x3.
 */
import * as Table from "../data/Table.ts"

export const table = {
  trait1: Table.string("first trait: group or molecular trait"),
  trait2: Table.string("second trait"),
  signal1: Table.integer("credible set of the first trait, from 1"),
  signal2: Table.integer("credible set of the second trait, from 1"),
  nsnps: Table.integer("variants that both traits have"),
  pp_h0: Table.share("posterior probability of no association"),
  pp_h1: Table.share("posterior probability that only the first trait is associated"),
  pp_h2: Table.share("posterior probability that only the second trait is associated"),
  pp_h3: Table.share("posterior probability of two distinct causal variants"),
  pp_h4: Table.share("posterior probability of one shared causal variant"),
  lead_variant: Table.string("variant with the highest posterior under a shared cause"),
  lead_pp: Table.share("that posterior"),
  sd_prior1: Table.nullable(
    Table.number(
      "abf: prior standard deviation of the first trait's effects, as it was used; missing for Bayes factors"
    )
  ),
  sd_prior2: Table.nullable(Table.number("the second trait's"))
}

export type Colocalisation = Table.Row<typeof table>

export interface Priors {
  /** That a variant is causal for the first trait alone. */
  readonly p1: number
  /** That a variant is causal for the second trait alone. */
  readonly p2: number
  /** That a variant is causal for both. */
  readonly p12: number
}

/** Those of coloc.susie and of coloc.abf. */
export const defaultPriors = {
  lbf: { p1: 1e-4, p2: 1e-4, p12: 5e-6 },
  abf: { p1: 1e-4, p2: 1e-4, p12: 1e-5 }
} as const satisfies { readonly [method: string]: Priors }

/** One trait in one region. */
export interface Trait {
  readonly name: string
  /** No variant twice. */
  readonly variants: ReadonlyArray<string>
  readonly signals: ReadonlyArray<Signal>
  /** Of the approximate Bayes factors; none where the table had Bayes factors. */
  readonly sdPrior?: number
}

/** A variant of both traits: its place in each. */
export interface Shared {
  readonly first: number
  readonly second: number
}

export interface Signal {
  /** From 1. */
  readonly number: number
  /** Log Bayes factor of each of the trait's variants. */
  readonly lbf: Float64Array
}

/** A signal that is one row of a trait's variants, from effects and standard errors. */
export interface Effects {
  readonly beta: ArrayLike<number>
  readonly se: ArrayLike<number>
}

/**
 * Wakefield's approximate log Bayes factor of association, per variant: with V = se^2, W = sdPrior^2, r = W / (W + V)
 * and z = beta / se, (ln(1 - r) + r z^2) / 2. `sdPrior`: 0.15 x the trait's standard deviation where it is quantitative,
 * 0.2 where beta is a log odds ratio.
 */
export const approximateLbf = ({ beta, se }: Effects, sdPrior: number): Float64Array =>
  Float64Array.from({ length: beta.length }, (_, i) => {
    const variance = se[i]! ** 2
    const prior = sdPrior ** 2
    const r = prior / (prior + variance)
    return (-Math.log1p(prior / variance) + (r * beta[i]! ** 2) / variance) / 2
  })

/**
 * The standard deviation of a trait, out of how its standard errors depend on allele frequencies and sample sizes: the
 * slope of 2 N f (1 - f) over 1 / se^2, through the origin, is its variance (coloc's sdY.est). NaN without a variant.
 */
export const traitSd = (variants: ReadonlyArray<{ readonly se: number; readonly n: number; readonly maf: number }>) => {
  let [products, squares] = [0, 0]
  for (const { se, n, maf } of variants) {
    const precision = 1 / se ** 2
    products += precision * 2 * n * maf * (1 - maf)
    squares += precision ** 2
  }
  return Math.sqrt(products / squares)
}

const logSumExp = (values: Float64Array): number => {
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity)
  if (largest === -Infinity) return largest
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0))
}

/** ln(exp(a) - exp(b)); minus infinity where rounding puts b at or above a. */
const logDifference = (a: number, b: number): number => (a > b ? a + Math.log1p(-Math.exp(b - a)) : -Infinity)

export interface Posterior {
  /** Of H0 to H4; they sum to 1. */
  readonly hypotheses: readonly [number, number, number, number, number]
  /** The variant most likely shared, given H4: index and posterior. */
  readonly lead: number
  readonly leadPosterior: number
}

/** One signal of each trait, over the same variants in the same order: at least one. */
export const posterior = (lbf1: Float64Array, lbf2: Float64Array, priors: Priors): Posterior => {
  const both = lbf1.map((value, i) => value + lbf2[i]!)
  const sum1 = logSumExp(lbf1)
  const sum2 = logSumExp(lbf2)
  const sumBoth = logSumExp(both)
  const evidence = Float64Array.of(
    0,
    Math.log(priors.p1) + sum1,
    Math.log(priors.p2) + sum2,
    Math.log(priors.p1) + Math.log(priors.p2) + logDifference(sum1 + sum2, sumBoth),
    Math.log(priors.p12) + sumBoth
  )
  const total = logSumExp(evidence)
  const [h0, h1, h2, h3, h4] = evidence.map((value) => Math.exp(value - total))
  const lead = both.reduce((best, value, i) => (value > both[best]! ? i : best), 0)
  return {
    hypotheses: [h0!, h1!, h2!, h3!, h4!],
    lead,
    leadPosterior: Math.exp(both[lead]! - sumBoth)
  }
}

/** Variants that both traits name with the same text. */
export const sharedByName = (trait1: Trait, trait2: Trait): ReadonlyArray<Shared> => {
  const at2 = new Map(trait2.variants.map((variant, index) => [variant, index]))
  return trait1.variants.flatMap((variant, first) => {
    const second = at2.get(variant)
    return second === undefined ? [] : [{ first, second }]
  })
}

/** Every signal of one trait with every signal of another, over the variants that both have; none where they share none. */
export const colocalise = (
  trait1: Trait,
  trait2: Trait,
  priors: Priors,
  shared: ReadonlyArray<Shared> = sharedByName(trait1, trait2)
): ReadonlyArray<Colocalisation> => {
  if (shared.length === 0) return []
  return trait1.signals.flatMap((signal1) => {
    const lbf1 = Float64Array.from(shared, ({ first }) => signal1.lbf[first]!)
    return trait2.signals.map((signal2) => {
      const lbf2 = Float64Array.from(shared, ({ second }) => signal2.lbf[second]!)
      const { hypotheses, lead, leadPosterior } = posterior(lbf1, lbf2, priors)
      const [pp_h0, pp_h1, pp_h2, pp_h3, pp_h4] = hypotheses
      return {
        trait1: trait1.name,
        trait2: trait2.name,
        signal1: signal1.number,
        signal2: signal2.number,
        nsnps: shared.length,
        pp_h0,
        pp_h1,
        pp_h2,
        pp_h3,
        pp_h4,
        lead_variant: trait1.variants[shared[lead]!.first]!,
        lead_pp: leadPosterior,
        sd_prior1: trait1.sdPrior ?? null,
        sd_prior2: trait2.sdPrior ?? null
      }
    })
  })
}
