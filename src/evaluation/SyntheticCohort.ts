/** Genes, and variants near their exons, made up from a seed on a given sequence: the cohort of a run without data. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as Random from "../core/Random.ts"
import type { Fasta } from "../genome/Fasta.ts"
import * as Gene from "../genome/Gene.ts"
import * as Interval from "../genome/Interval.ts"
import * as Transcript from "../genome/Transcript.ts"
import * as Variant from "../genome/Variant.ts"

export interface SyntheticCohort {
  /** In genome order, as the variants; pairs stand in the order of the variants. */
  readonly genes: ReadonlyArray<Gene.Gene>
  readonly variants: ReadonlyArray<Variant.Variant>
  readonly pairs: ReadonlyArray<Variant.Pair>
}

/** Exons a gene, their lengths and those of the introns between them (bp); both ends included. */
const exonCount = [2, 4] as const
const exonLength = [100, 300] as const
const intronLength = [100, 400] as const
const longestGene = exonCount[1] * exonLength[1] + (exonCount[1] - 1) * intronLength[1]

const between = (random: Random.Random, [low, high]: readonly [number, number]): number =>
  low + random.int(high - low + 1)

/**
 * `genes` genes of 2 to 4 exons (100-300 bp each, introns 100-400 bp) on either strand, spread evenly over the sequence
 * in slots of their own, and for each gene `variantsPerGene` single-base changes at distinct places at most `reach` bp
 * from one of its exons. Reference alleles are the bases of the sequence; N is passed over. A variant lies near one gene
 * only. Fails when the sequence is too short.
 */
export const make = Effect.fnUntraced(function* (options: {
  readonly seed: number
  readonly reference: Pick<Fasta, "pieces" | "fetch">
  readonly genes: number
  readonly variantsPerGene: number
  readonly reach: number
}): Effect.fn.Return<SyntheticCohort, InputError> {
  const slotWidth = longestGene + 2 * options.reach
  const slots = options.reference.pieces.flatMap((piece) =>
    Array.from({ length: Math.floor(Interval.width(piece) / slotWidth) }, (_, i): Interval.Interval => {
      const start = piece.start + i * slotWidth
      return { chrom: piece.chrom, start, end: start + slotWidth }
    })
  )
  if (slots.length < options.genes) {
    return yield* new InputError({
      message: `${options.genes} genes do not fit: the sequence has room for ${slots.length}`,
      hint: `a gene takes ${slotWidth} bp; ask for fewer genes or give a longer sequence`
    })
  }
  const genes: Array<Gene.Gene> = []
  const near: Array<{ readonly variant: Variant.Variant; readonly gene_id: string }> = []
  for (let i = 0; i < options.genes; i++) {
    const slot = slots[Math.floor((i * slots.length) / options.genes)]!
    const random = Random.make(options.seed, `cohort/${i + 1}`)
    const gene = makeGene(random, i + 1, slot.chrom, slot.start + options.reach)
    const { sequence } = yield* options.reference.fetch(slot)
    const baseAt = (position: number) => sequence.charAt(position - slot.start)
    const variants = makeVariants(random, baseAt, gene, options.reach, options.variantsPerGene)
    if (variants.length < options.variantsPerGene) {
      return yield* new InputError({
        message: `only ${variants.length} of ${options.variantsPerGene} variants fit near ${gene.gene_id} (${gene.chrom}:${gene.start + 1}-${gene.end})`,
        hint: "ask for fewer variants per gene or a larger reach; bases that are N hold no variant"
      })
    }
    genes.push(gene)
    near.push(...variants.map((variant) => ({ variant, gene_id: gene.gene_id })))
  }
  near.sort((a, b) => Variant.compare(a.variant, b.variant))
  return {
    genes: genes.sort(Gene.compare),
    variants: near.map(({ variant }) => variant),
    pairs: near.map(({ variant, gene_id }) => ({ variant_id: variant.variant_id, gene_id }))
  }
})

/** The gene starts at `start`; its slot holds the longest one. */
const makeGene = (random: Random.Random, number: number, chrom: string, start: number): Gene.Gene => {
  const count = between(random, exonCount)
  const exons: Array<{ readonly start: number; readonly end: number }> = []
  for (let at = start; exons.length < count;) {
    const end = at + between(random, exonLength)
    exons.push({ start: at, end })
    at = end + between(random, intronLength)
  }
  const id = String(number).padStart(4, "0")
  const end = exons.at(-1)!.end
  return {
    gene_id: `SYNTHETIC_GENE_${id}`,
    gene_name: `synthetic-${id}`,
    chrom,
    start,
    end,
    strand: random.next() < 0.5 ? "+" : "-",
    region: "exons",
    exons: Gene.formatExons(exons),
    gene_type: "protein_coding",
    transcripts: Transcript.format([{ start, end, exons }])
  }
}

const makeVariants = (
  random: Random.Random,
  baseAt: (position: number) => string,
  gene: Gene.Gene,
  reach: number,
  count: number
): ReadonlyArray<Variant.Variant> => {
  const exons = Gene.exons(gene)
  const places: Array<number> = []
  for (let at = gene.start - reach; at < gene.end + reach; at++) {
    if (exons.some(({ start, end }) => at >= start - reach && at < end + reach) && /[ACGT]/u.test(baseAt(at))) {
      places.push(at)
    }
  }
  // The first `count` steps of a Fisher-Yates shuffle: distinct places, each as likely as another.
  for (let i = 0; i < Math.min(count, places.length); i++) {
    const j = i + random.int(places.length - i)
    ;[places[i], places[j]] = [places[j]!, places[i]!]
  }
  return places.slice(0, count).map((at) => {
    const ref = baseAt(at)
    const alt = "ACGT".replace(ref, "").charAt(random.int(3))
    const pos = at + 1
    return { variant_id: Variant.idOf(gene.chrom, pos, ref, alt), chrom: gene.chrom, pos, ref, alt }
  })
}
