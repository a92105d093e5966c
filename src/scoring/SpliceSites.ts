/** Probabilities of splice sites along the transcripts of genes. */
import * as Effect from "effect/Effect"
import type { InputError } from "../core/Failure.ts"
import * as Table from "../data/Table.ts"
import type { Fasta } from "../genome/Fasta.ts"
import * as Gene from "../genome/Gene.ts"
import * as Interval from "../genome/Interval.ts"
import type { ModelFailure } from "../model/ModelError.ts"
import { classCount, type SplicePredictor } from "./SplicePredictor.ts"
import * as SpliceScoring from "./SpliceScoring.ts"

export const kinds = ["acceptor", "donor"] as const
export type Kind = (typeof kinds)[number]

export const table = {
  gene_id: Table.string("the gene"),
  chrom: Table.string("chromosome, UCSC name"),
  pos: Table.integer("first base of an exon (acceptor) or its last one (donor), 1-based"),
  strand: Table.string("the gene's strand"),
  kind: Table.string("acceptor or donor"),
  probability: Table.number("predicted probability, 0 to 1"),
  annotated: Table.boolean("whether the annotation has a site of this kind here")
}
export type Site = Table.Row<typeof table>

/** A stretch of a gene that is predicted at once, 0-based half-open. */
export interface Stretch {
  readonly gene: Gene.Gene
  readonly start: number
  readonly end: number
}

/** Probabilities of the bases of a stretch, ascending by coordinate. */
export type Predicted = { readonly [K in Kind]: Float32Array }

/** Long stretches, so that the context at their ends costs little. */
const longest = 32_768

export const stretches = (gene: Gene.Gene): ReadonlyArray<Stretch> => {
  const transcript = Gene.transcript(gene)
  return Array.from({ length: Math.ceil(Interval.width(transcript) / longest) }, (_, at) => {
    const start = transcript.start + at * longest
    return { gene, start, end: Math.min(start + longest, transcript.end) }
  })
}

/** Bases to which the length of a stretch is filled up with N, so that few programs are made. */
const step = 4096

export const predict = Effect.fnUntraced(function* (
  { context, predict }: SplicePredictor,
  fasta: Fasta,
  { gene, start, end }: Stretch
): Effect.fn.Return<Predicted, ModelFailure | InputError> {
  const count = end - start
  const bases = Math.ceil(count / step) * step
  const sequence = yield* SpliceScoring.sequenceWithin(fasta, gene, start - context, start + bases + context)
  const [output] = yield* predict(gene.strand, [sequence])
  const of = (column: number) => Float32Array.from({ length: count }, (_, base) => output![base * classCount + column]!)
  return { acceptor: of(1), donor: of(2) }
})

/** What the stretches of the genes hold, base by base: for each kind, whether it is annotated and how probable it is. */
export interface Bases {
  readonly labels: Uint8Array
  readonly probabilities: Float32Array
}

/** The annotated sites inside of a stretch. */
const annotatedIn = ({ gene, start, end }: Stretch, kind: Kind): ReadonlyArray<number> => {
  const { acceptors, donors } = Gene.spliceSites(gene)
  return (kind === "acceptor" ? acceptors : donors).filter((position) => start <= position && position < end)
}

export const labelled = (stretches: ReadonlyArray<Stretch>, predicted: ReadonlyArray<Predicted>, kind: Kind): Bases => {
  const total = stretches.reduce((sum, { start, end }) => sum + end - start, 0)
  const labels = new Uint8Array(total)
  const probabilities = new Float32Array(total)
  let at = 0
  for (const [index, stretch] of stretches.entries()) {
    probabilities.set(predicted[index]![kind], at)
    for (const position of annotatedIn(stretch, kind)) labels[at + position - stretch.start] = 1
    at += stretch.end - stretch.start
  }
  return { labels, probabilities }
}

/** Annotated sites, and others of at least this probability, ascending. */
export const sites = (stretch: Stretch, predicted: Predicted, least: number): ReadonlyArray<Site> => {
  const { gene, start, end } = stretch
  const annotated = {
    acceptor: new Set(annotatedIn(stretch, "acceptor")),
    donor: new Set(annotatedIn(stretch, "donor"))
  }
  const found: Array<Site> = []
  for (let position = start; position < end; position++) {
    for (const kind of kinds) {
      const probability = predicted[kind][position - start]!
      const known = annotated[kind].has(position)
      if (!known && probability < least) continue
      const { gene_id, chrom, strand } = gene
      found.push({ gene_id, chrom, pos: position + 1, strand, kind, probability, annotated: known })
    }
  }
  return found
}
