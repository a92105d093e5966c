/** Delta scores of the variants of a gene, from predictions for both alleles within the gene's transcript. */
import * as Effect from "effect/Effect"
import type { InputError } from "../core/Failure.ts"
import { groupBy } from "../core/GroupBy.ts"
import * as Table from "../data/Table.ts"
import type { Fasta } from "../genome/Fasta.ts"
import * as Gene from "../genome/Gene.ts"
import * as Interval from "../genome/Interval.ts"
import * as Variant from "../genome/Variant.ts"
import type { ModelFailure } from "../model/ModelError.ts"
import * as SpliceDelta from "./SpliceDelta.ts"
import { classCount, type SplicePredictor } from "./SplicePredictor.ts"

const score = (what: string) => Table.number(`largest probability that is ${what} within the distance, 0 to 1`)
const position = (what: string) =>
  Table.integer(`base of it, from the variant's first base, genome orientation (${what})`)

export const table = {
  variant_id: Table.string("the variant as chrom_pos_ref_alt"),
  allele: Table.string("alternative allele, forward strand"),
  gene_id: Table.string("the gene whose transcript holds the variant"),
  symbol: Table.string("its symbol"),
  ds_ag: score("gained for an acceptor"),
  ds_al: score("lost by an acceptor"),
  ds_dg: score("gained for a donor"),
  ds_dl: score("lost by a donor"),
  dp_ag: position("acceptor gain"),
  dp_al: position("acceptor loss"),
  dp_dg: position("donor gain"),
  dp_dl: position("donor loss"),
  max_delta: Table.number("the largest of the four scores"),
  spliceai: Table.string(
    "the ten fields as SpliceAI's VCF files have them: ALLELE|SYMBOL|DS_AG|DS_AL|DS_DG|DS_DL|DP_AG|..."
  )
}
export type Row = Table.Row<typeof table>

export const unscoredTable = {
  variant_id: Table.string("the variant as chrom_pos_ref_alt"),
  gene_id: Table.nullable(Table.string("the gene; missing where no gene holds the variant")),
  reason: Table.string("why there is no score")
}
export type Unscored = Table.Row<typeof unscoredTable>

export interface Scored {
  readonly scores: ReadonlyArray<Row>
  readonly unscored: ReadonlyArray<Unscored>
}

export interface Options {
  /** Bases at each side of the variant that are looked at. */
  readonly distance: number
  /** Leave out gains of annotated sites and losses of others. */
  readonly masked: boolean
}

/** Variants of one gene that share a prediction for the reference. */
export interface Cluster {
  readonly gene: Gene.Gene
  /** Ascending by position. */
  readonly variants: ReadonlyArray<Variant.Variant>
}

/** Bases that the variants of a cluster may span: a longer reference costs more than it saves. */
const clusterSpan = 4096
/** At most so many variants: a cluster is what a killed run loses. */
const clusterSize = 128

/** The index of the first variant, ascending by position, that does not lie before `position` (0-based). */
const firstFrom = (variants: ReadonlyArray<Variant.Variant>, position: number): number => {
  let [from, to] = [0, variants.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    if (variants[middle]!.pos - 1 < position) from = middle + 1
    else to = middle
  }
  return from
}

/** Each variant with each gene that holds its first base, in the order of genes and positions; the rest by reason. */
export const clusters = (
  variants: ReadonlyArray<Variant.Variant>,
  genes: ReadonlyArray<Gene.Gene>
): { readonly clusters: ReadonlyArray<Cluster>; readonly unscored: ReadonlyArray<Unscored> } => {
  const sorted = [...variants].sort(Variant.compare)
  const byChrom = groupBy(sorted, ({ chrom }) => chrom)
  const inGene = new Set<string>()
  const made: Array<{ readonly gene: Gene.Gene; readonly variants: Array<Variant.Variant> }> = []
  for (const gene of genes) {
    const { chrom, start, end } = Gene.transcript(gene)
    const here = byChrom.get(chrom) ?? []
    let open: Array<Variant.Variant> | undefined
    for (let at = firstFrom(here, start); at < here.length && here[at]!.pos - 1 < end; at++) {
      const variant = here[at]!
      inGene.add(variant.variant_id)
      if (open === undefined || open.length === clusterSize || variant.pos - open[0]!.pos > clusterSpan) {
        made.push({ gene, variants: (open = []) })
      }
      open.push(variant)
    }
  }
  const outside = sorted.filter(({ variant_id }) => !inGene.has(variant_id))
  return {
    clusters: made,
    unscored: outside.map(({ variant_id }) => ({ variant_id, gene_id: null, reason: "no gene holds the variant" }))
  }
}

/** Few lengths, so that few programs are made. */
const roundedUp = (count: number): number => Math.ceil(count / 128) * 128

/** The forward sequence of an interval with N for what lies outside of the gene's transcript. */
export const sequenceWithin = Effect.fnUntraced(function* (
  fasta: Fasta,
  gene: Gene.Gene,
  start: number,
  end: number
): Effect.fn.Return<string, InputError> {
  const transcript = Gene.transcript(gene)
  const [from, to] = [Math.max(start, transcript.start), Math.min(end, transcript.end)]
  const { sequence } = yield* fasta.fetch({ chrom: gene.chrom, start: from, end: to })
  return "N".repeat(from - start) + sequence + "N".repeat(end - to)
})

/**
 * Why a variant has no score, by the rules of SpliceAI's README: reference alleles longer than twice the distance, two
 * alleles of several bases, variants close to the ends of chromosomes, and those that the reference contradicts have none.
 * A reason is a category, then figures in parentheses.
 */
const reasonAgainst = (
  fasta: Pick<Fasta, "pieces">,
  gene: Gene.Gene,
  { ref, alt, pos }: Variant.Variant,
  reach: { readonly distance: number; readonly context: number }
): string | undefined => {
  if (ref.length > 2 * reach.distance) {
    return `reference allele longer than twice the distance (${ref.length} bases, distance ${reach.distance})`
  }
  if (ref.length > 1 && alt.length > 1) return "both alleles have more than one base (split or trim the variant)"
  const far = reach.distance + reach.context
  const window = { chrom: gene.chrom, start: pos - 1 - far, end: pos + far }
  const [whole, ...parts] = fasta.pieces.filter(({ chrom }) => chrom === gene.chrom)
  const end = whole?.part === false && parts.length === 0 ? whole.end : Infinity
  if (window.start < 0 || window.end > end) {
    return `too close to the end of the chromosome (SpliceAI reads ${far} bases at each side)`
  }
  const transcript = Gene.transcript(gene)
  const read = { ...window, start: Math.max(window.start, transcript.start), end: Math.min(window.end, transcript.end) }
  return fasta.pieces.some((piece) => Interval.contains(piece, read))
    ? undefined
    : `the reference does not hold the transcript around the variant (${Interval.format(read)} is read)`
}

/** Scores the variants of one cluster, in their order. */
export const scoreCluster = Effect.fnUntraced(function* (
  { context, predict }: SplicePredictor,
  fasta: Fasta,
  { distance, masked }: Options,
  { gene, variants }: Cluster
): Effect.fn.Return<Scored, ModelFailure | InputError> {
  const count = 2 * distance + 1
  const first = variants[0]!.pos - 1 - distance
  const bases = roundedUp(variants.at(-1)!.pos + distance - first)
  const longest = Math.max(...variants.map(({ ref, alt }) => Math.max(ref.length, alt.length)))
  const start = first - context
  const sequence = yield* sequenceWithin(fasta, gene, start, first + bases + context + longest)

  const scored: Array<Variant.Variant> = []
  const unscored: Array<Unscored> = []
  for (const variant of variants) {
    const { pos, ref } = variant
    const found = sequence.slice(pos - 1 - start, pos - 1 - start + ref.length)
    const reason =
      reasonAgainst(fasta, gene, variant, { distance, context }) ??
      (found === ref ? undefined : `the transcript has another reference allele (${found}, not ${ref})`)
    if (reason === undefined) scored.push(variant)
    else unscored.push({ variant_id: variant.variant_id, gene_id: gene.gene_id, reason })
  }
  if (scored.length === 0) return { scores: [], unscored }

  const length = roundedUp(count + Math.max(...scored.map(({ alt }) => alt.length - 1))) + 2 * context
  const alternatives = scored.map((variant) => {
    const from = variant.pos - 1 - distance - context
    const at = variant.pos - 1 - start
    return (sequence.slice(from - start, at) + variant.alt + sequence.slice(at + variant.ref.length))
      .slice(0, length)
      .padEnd(length, "N")
  })
  const [reference] = yield* predict(gene.strand, [sequence.slice(0, bases + 2 * context)])
  const predicted = yield* predict(gene.strand, alternatives)
  const sites = masked ? Gene.spliceSites(gene) : undefined
  const relative = (positions: ReadonlyArray<number>, variant: Variant.Variant) =>
    new Set(positions.map((position) => position - (variant.pos - 1)))

  const scores = scored.map((variant, index): Row => {
    const from = variant.pos - 1 - distance - first
    const aligned = SpliceDelta.align(predicted[index]!, {
      at: distance,
      from: variant.ref.length,
      to: variant.alt.length,
      count
    })
    const annotated = sites && {
      acceptors: relative(sites.acceptors, variant),
      donors: relative(sites.donors, variant)
    }
    const before = reference!.subarray(from * classCount, (from + count) * classCount)
    const { ag, al, dg, dl } = SpliceDelta.deltas(before, aligned, distance, annotated)
    const all = [ag, al, dg, dl]
    return {
      variant_id: variant.variant_id,
      allele: variant.alt,
      gene_id: gene.gene_id,
      symbol: gene.gene_name,
      ds_ag: ag.score,
      ds_al: al.score,
      ds_dg: dg.score,
      ds_dl: dl.score,
      dp_ag: ag.position,
      dp_al: al.position,
      dp_dg: dg.position,
      dp_dl: dl.position,
      max_delta: Math.max(...all.map((delta) => delta.score)),
      spliceai: [
        variant.alt,
        gene.gene_name,
        ...all.map((delta) => delta.score.toFixed(2)),
        ...all.map((delta) => delta.position)
      ].join("|")
    }
  })
  return { scores, unscored }
})
