/** Scores of variants that a service computes by itself: what it is asked for, what it answers. */
import type { Track } from "../Track.ts"
import * as Protocol from "./Protocol.ts"
import type { Message } from "./Protocol.ts"

/** A scorer, what it reads and how. */
export interface ScorerRequest {
  readonly scorer:
    | "centre_mask"
    | "gene_lfc"
    | "gene_active"
    | "gene_splicing"
    | "splice_junctions"
    | "polyadenylation"
    | "contact_map"
  readonly output: string | null
  /** Base pairs; null for all, and for scorers without a width. */
  readonly width: number | null
  readonly aggregation: Protocol.Aggregation | null
}

/** Scorers that a service takes at once. */
export const maxScorers = 20

export interface VariantScores {
  /** What each row is about; nothing for the variant as a whole. */
  readonly rows: ReadonlyArray<{
    readonly gene?: {
      readonly id: string
      readonly name: string | null
      readonly type: string | null
      readonly strand: string
    }
    /** The intron on the genome, 0-based half-open. */
    readonly junction?: { readonly start: number; readonly end: number }
  }>
  readonly tracks: ReadonlyArray<Track>
  /** [rows, tracks] */
  readonly values: Float32Array
  /** [rows, tracks]: the place of each score among those of common variants, where the service tells. */
  readonly quantiles: Float32Array | null
}

const outputNumber = (output: string | null): number => Protocol.outputTypes[output as Protocol.OutputType] ?? 0

/** Throws for a scorer whose output the service does not know. */
export const toMessage = ({ scorer, output, width, aggregation }: ScorerRequest): Message<"VariantScorer"> => {
  const own = { output: outputNumber(output) }
  if (own.output === 0)
    throw new Error(`the service cannot score ${output ?? "every output"} with ${scorer}: name one of its outputs`)
  switch (scorer) {
    case "centre_mask":
      return { centreMask: { ...own, width, aggregation: Protocol.aggregations[aggregation ?? "DIFF_LOG2_SUM"] } }
    case "gene_lfc":
      return { geneMaskLfc: own }
    case "gene_active":
      return { geneMaskActive: own }
    case "gene_splicing":
      return { geneMaskSplicing: { ...own, width } }
    case "splice_junctions":
      return { spliceJunction: {} }
    case "polyadenylation":
      return { polyadenylation: {} }
    case "contact_map":
      return { contactMap: {} }
  }
}

const whole = (scorer: ScorerRequest["scorer"], output: number | Protocol.OutputType): ScorerRequest => ({
  scorer,
  output: typeof output === "string" ? output : (Protocol.nameOf(Protocol.outputTypes, output) ?? null),
  width: null,
  aggregation: null
})

/** The inverse of {@link toMessage}; undefined for a scorer of a later version. */
export const fromMessage = (message: Message<"VariantScorer">): ScorerRequest | undefined => {
  const { centreMask, geneMaskLfc, geneMaskActive, geneMaskSplicing } = message
  if (centreMask != null) {
    const aggregation = Protocol.nameOf(Protocol.aggregations, centreMask.aggregation)
    if (aggregation === undefined) return undefined
    return { ...whole("centre_mask", centreMask.output), width: centreMask.width ?? null, aggregation }
  }
  if (geneMaskLfc != null) return whole("gene_lfc", geneMaskLfc.output)
  if (geneMaskActive != null) return whole("gene_active", geneMaskActive.output)
  if (geneMaskSplicing != null) {
    return { ...whole("gene_splicing", geneMaskSplicing.output), width: geneMaskSplicing.width ?? null }
  }
  if (message.spliceJunction != null) return whole("splice_junctions", "SPLICE_JUNCTIONS")
  if (message.polyadenylation != null) return whole("polyadenylation", "RNA_SEQ")
  if (message.contactMap != null) return whole("contact_map", "CONTACT_MAPS")
  return undefined
}
