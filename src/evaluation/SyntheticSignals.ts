/**
 * A colocalisation study made up from a seed: for each gene one eQTL and one GWAS signal over the gene's variants.
 *
 * A teacher network's scores are the true effects. Of each gene the variant with the strongest true effect is the eQTL's
 * causal variant (an eQTL is found where some variant acts; one without effect has no direction to predict). True
 * effects t are scaled to a root mean square of {@link effectSize} over the causal variants, without centring, so that
 * they keep their signs. The gene's expression in the study responds with the measured effect
 *   m = t + noise, var(noise) = var(t) (1 - reliability) / reliability,
 * so that corr(t, m)^2 = reliability. What must follow for a model's predictions p (src/evaluation/SyntheticExpectation):
 *   - corr(p, m) = corr(p, t) sqrt(reliability), within (1 - rho^2) / sqrt(n - 1) of n genes; the teacher itself has
 *     corr(p, t) = 1 when it is scored on the same tracks;
 *   - signs agree in 1/2 + arcsin(rho)/pi of the genes if t is normal, and more often here, where t is the strongest of
 *     several; for the teacher exactly the mean of Phi(|t| / sd(noise)) is expected;
 *   - PP.H4 is near 1 where the GWAS signal has the same causal variant, and near 0 where it has another one: the samples
 *     of the stage's defaults are large enough for |z| > 4 in more than nine of ten genes.
 *
 * Summary statistics: frequencies f uniform in [0.1, 0.5]; correlation of two variants s_i s_j exp(-d_ij / ldLength) with
 * seeded signs s and distance d (positive definite, a Markov chain along the chromosome); se_i = 1 / sqrt(2 f_i (1 -
 * f_i) N); on the scale of standardised genotypes b = R b_causal + R-correlated normal errors of variance 1/N. Traits
 * have variance 1, effects are small against it. m is the estimate at the causal variant, its sampling error included.
 */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import { groupBy } from "../core/GroupBy.ts"
import * as Random from "../core/Random.ts"
import * as Table from "../data/Table.ts"
import type { Pair, Variant } from "../genome/Variant.ts"
import type { Score } from "../scoring/ScoreTable.ts"
import type { Signal } from "./Signal.ts"
import { noiseVariance } from "./SyntheticExpectation.ts"

/** Root mean square of the true effects: standard deviations of expression per copy of ALT. */
export const effectSize = 0.5
/** The GWAS effect per copy of ALT, in standard deviations of the trait, is uniform in this range: signals are found. */
const gwasEffect = [0.04, 0.08] as const
const frequency = [0.1, 0.5] as const

export const statisticTable = {
  group: Table.string("the signal that the statistic belongs to"),
  variant_id: Table.string("the variant as chrom_pos_ref_alt"),
  beta: Table.number("marginal effect per copy of ALT, in standard deviations of the trait"),
  se: Table.number("standard error of beta")
}
export type Statistic = Table.Row<typeof statisticTable>

export const measuredTable = {
  variant_id: Table.string("causal variant of the eQTL"),
  gene_id: Table.string("its gene"),
  measured: Table.number("measured effect per copy of ALT, in standard deviations of expression")
}

export const truthTable = {
  signal_id: Table.string("the signal"),
  variant_id: Table.string("causal variant of the eQTL"),
  gene_id: Table.string("its gene"),
  true_effect: Table.number("true effect per copy of ALT, in standard deviations of expression"),
  gwas_variant_id: Table.string("causal variant of the GWAS signal"),
  shared: Table.boolean("whether the two signals have one causal variant")
}

/** A variant's true effect on a gene, in any unit. */
export interface TrueEffect extends Pair {
  readonly effect: number
}

export interface SyntheticSignals {
  readonly signals: ReadonlyArray<Signal>
  readonly eqtl: ReadonlyArray<Statistic>
  readonly gwas: ReadonlyArray<Statistic>
  readonly measured: ReadonlyArray<Table.Row<typeof measuredTable>>
  readonly truth: ReadonlyArray<Table.Row<typeof truthTable>>
}

/** The effect of each pair: the mean of its gene_lfc scores over the tracks of the group. Fails when a pair has none. */
export const trueEffects = Effect.fnUntraced(function* (
  pairs: ReadonlyArray<Pair>,
  scores: ReadonlyArray<Score>,
  group: string
): Effect.fn.Return<ReadonlyArray<TrueEffect>, InputError> {
  const keyOf = (variant_id: string, gene_id: string | null) => `${variant_id} ${gene_id}`
  const known = groupBy(
    scores.filter((score) => score.scorer === "gene_lfc" && score.group === group),
    ({ variant_id, gene_id }) => keyOf(variant_id, gene_id)
  )
  const effects: Array<TrueEffect> = []
  for (const { variant_id, gene_id } of pairs) {
    const values = known.get(keyOf(variant_id, gene_id))
    if (values === undefined) {
      const groups = Array.from(new Set(scores.map((score) => score.group))).sort()
      return yield* new InputError({
        message: `${variant_id} has no gene_lfc score of group '${group}' for gene ${gene_id}`,
        hint: `the scores have the groups: ${groups.join(", ") || "none"}`
      })
    }
    effects.push({ variant_id, gene_id, effect: mean(values.map(({ score }) => score)) })
  }
  return effects
})

export interface Study {
  readonly seed: number
  /** Squared correlation of true and measured effects, in (0, 1]. */
  readonly reliability: number
  /** Fraction of the genes whose GWAS signal has the causal variant of the eQTL. */
  readonly shared: number
  readonly eqtlSamples: number
  readonly gwasSamples: number
  /** Distance in bp over which the correlation of two variants falls to 1/e. */
  readonly ldLength: number
}

/** A variant of a locus as the study's sample has it. */
interface Site {
  readonly variant_id: string
  /** 1-based. */
  readonly pos: number
  /** The true effect, scaled. */
  readonly effect: number
  /** Standard deviation of the genotype, copies of ALT, in Hardy-Weinberg proportions. */
  readonly deviation: number
  /** Sign of the LD phase. */
  readonly phase: number
}

/** A gene with its variants in the order of their positions. */
interface Locus {
  readonly gene_id: string
  readonly sites: ReadonlyArray<Site>
  readonly causal: Site
}

/** One signal a gene, in the order of the genes in `effects`. */
export const make = Effect.fnUntraced(function* (
  variants: ReadonlyArray<Variant>,
  effects: ReadonlyArray<TrueEffect>,
  study: Study
): Effect.fn.Return<SyntheticSignals, InputError> {
  const loci = yield* findLoci(variants, effects, study.seed)
  const causal = loci.map((locus) => locus.causal)
  const variance = effectSize ** 2 - mean(causal.map(({ effect }) => effect)) ** 2
  const noise = noiseVariance(variance, study.reliability)
  const sampling = Math.max(...causal.map((site) => standardError(site, study.eqtlSamples) ** 2))
  if (sampling > noise) {
    return yield* new InputError({
      message: `${study.eqtlSamples} eQTL samples are too few for a reliability of ${study.reliability}`,
      hint: `the sampling variance of an effect is up to ${sampling.toPrecision(3)}, all noise is to have ${noise.toPrecision(3)}`
    })
  }
  const lot = ({ gene_id }: Locus): number => stream(study.seed, gene_id, "shared").next()
  const shared = new Set(loci.toSorted((a, b) => lot(a) - lot(b)).slice(0, Math.round(study.shared * loci.length)))
  const made = loci.map((locus, index) =>
    observe(locus, `SYNTHETIC_SIGNAL_${String(index + 1).padStart(4, "0")}`, noise, shared.has(locus), study)
  )
  return {
    signals: made.map(({ signal }) => signal),
    eqtl: made.flatMap(({ eqtl }) => eqtl),
    gwas: made.flatMap(({ gwas }) => gwas),
    measured: made.map(({ measured }) => measured),
    truth: made.map(({ truth }) => truth)
  }
})

const findLoci = Effect.fnUntraced(function* (
  variants: ReadonlyArray<Variant>,
  effects: ReadonlyArray<TrueEffect>,
  seed: number
): Effect.fn.Return<ReadonlyArray<Locus>, InputError> {
  const positions = new Map(variants.map(({ variant_id, pos }) => [variant_id, pos]))
  const loci = new Map<string, Array<Site>>()
  for (const { variant_id, gene_id, effect } of effects) {
    const pos = positions.get(variant_id)
    if (pos === undefined) {
      return yield* new InputError({ message: `${variant_id} (gene ${gene_id}) is not in the table of variants` })
    }
    const random = stream(seed, gene_id, variant_id)
    const f = uniform(random, frequency)
    const phase = random.next() < 0.5 ? 1 : -1
    const sites = loci.get(gene_id) ?? []
    loci.set(gene_id, sites)
    sites.push({ variant_id, pos, effect, deviation: Math.sqrt(2 * f * (1 - f)), phase })
  }
  if (loci.size < 2) {
    return yield* new InputError({ message: `${loci.size} genes with scored variants: signals need at least two` })
  }
  const alone = Array.from(loci).find(([, sites]) => sites.length < 2)
  if (alone !== undefined) {
    return yield* new InputError({
      message: `gene ${alone[0]} has one variant; a signal needs two, so that one of them is not causal`
    })
  }
  const causalOf = (sites: ReadonlyArray<Site>): Site => extreme(sites, ({ effect }) => Math.abs(effect))
  const meanSquare = mean(Array.from(loci.values(), (sites) => causalOf(sites).effect ** 2))
  if (!(meanSquare > 0)) {
    return yield* new InputError({ message: "no variant has an effect on its gene: there is nothing to measure" })
  }
  return Array.from(loci, ([gene_id, unscaled]) => {
    const sites = unscaled
      .map((site) => ({ ...site, effect: (site.effect * effectSize) / Math.sqrt(meanSquare) }))
      .sort((a, b) => a.pos - b.pos)
    return { gene_id, sites, causal: causalOf(sites) }
  })
})

/** The two studies of one locus. `noise` is the variance of the measured effect about the true one. */
const observe = (
  { gene_id, sites, causal }: Locus,
  signal_id: string,
  noise: number,
  shared: boolean,
  study: Study
) => {
  const ld = (a: Site, b: Site): number => a.phase * b.phase * Math.exp(-Math.abs(a.pos - b.pos) / study.ldLength)
  const statistics = (label: string, source: Site, effect: number, samples: number): ReadonlyArray<Statistic> => {
    const errors = correlatedNormals(stream(study.seed, gene_id, label), sites, study.ldLength)
    return sites.map((site, i) => {
      const se = standardError(site, samples)
      const beta = (ld(site, source) * effect * source.deviation) / site.deviation + se * errors[i]!
      return { group: signal_id, variant_id: site.variant_id, beta, se }
    })
  }

  // Sampling is a part of the noise; the rest is how the study's expression differs from what the teacher knows.
  const own = Math.sqrt(noise - standardError(causal, study.eqtlSamples) ** 2)
  const response = causal.effect + own * stream(study.seed, gene_id, "response").normal()
  const eqtl = statistics("eqtl", causal, response, study.eqtlSamples)

  const others = sites.filter((site) => site !== causal)
  const source = shared ? causal : extreme(others, (site) => -Math.abs(ld(site, causal)))
  const trait = stream(study.seed, gene_id, "trait")
  const effect = uniform(trait, gwasEffect) * (trait.next() < 0.5 ? 1 : -1)
  const gwas = statistics("gwas", source, effect, study.gwasSamples)

  const at = sites.indexOf(causal)
  const { variant_id } = causal
  const measured = eqtl[at]!.beta
  return {
    eqtl,
    gwas,
    measured: { variant_id, gene_id, measured },
    truth: {
      signal_id,
      variant_id,
      gene_id,
      true_effect: causal.effect,
      gwas_variant_id: source.variant_id,
      shared
    },
    signal: {
      signal_id,
      gwas_id: "SYNTHETIC_GWAS",
      dataset: "SYNTHETIC_EQTL",
      variant_id,
      gene_id,
      pp_h4: null,
      nsnps: sites.length,
      eqtl_beta: measured,
      gwas_beta: gwas[at]!.beta
    }
  }
}

const stream = (seed: number, gene_id: string, label: string): Random.Random =>
  Random.make(seed, `signals/${gene_id}/${label}`)

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const uniform = (random: Random.Random, [low, high]: readonly [number, number]): number =>
  low + (high - low) * random.next()

/** The first of those for which `by` is largest. */
const extreme = <A>(items: ReadonlyArray<A>, by: (item: A) => number): A =>
  items.reduce((best, item) => (by(item) > by(best) ? item : best))

const standardError = (site: Site, samples: number): number => 1 / (site.deviation * Math.sqrt(samples))

/** Standard normals whose correlations are the LD of the sites, which stand in the order of their positions. */
const correlatedNormals = (
  random: Random.Random,
  sites: ReadonlyArray<Site>,
  ldLength: number
): ReadonlyArray<number> => {
  let last = 0
  return sites.map((site, i) => {
    const rho = i === 0 ? 0 : Math.exp(-(site.pos - sites[i - 1]!.pos) / ldLength)
    last = rho * last + Math.sqrt(1 - rho * rho) * random.normal()
    return site.phase * last
  })
}
