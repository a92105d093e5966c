/** Scores of variants that a service computes by itself, in its messages: what it is asked for, what it answers. */
import * as Protocol from "./Protocol.ts"
import type { Output, ScorerRequest, VariantScores } from "../SequenceModel.ts"
import type { Message } from "./Protocol.ts"
import type { NumberArray } from "./Reading.ts"
import * as TrackMetadata from "./TrackMetadata.ts"

/** Scorers that a service takes at once. */
export const maxScorers = 20

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

const rowOf = (gene: Message<"GeneMetadata">): VariantScores["rows"][number] => {
  const { geneId: id, name = null, type = null, strand, junctionStart, junctionEnd } = gene
  const junction =
    junctionStart == null || junctionEnd == null ? {} : { junction: { start: junctionStart, end: junctionEnd } }
  const sign = strand == null ? undefined : Protocol.nameOf(Protocol.strands, strand)
  return { gene: { id, name, type, strand: sign ?? "." }, ...junction }
}

/**
 * What was answered for a scorer of an output: [1 or 2, rows, tracks], the second layer its quantiles. Tracks have the
 * indices that they have in the output. Throws with what does not fit.
 */
export const toScores = (
  output: Output | undefined,
  metadata: Message<"VariantMetadata"> | null | undefined,
  { shape, values }: NumberArray
): VariantScores => {
  const [layers, rows = 0, columns = 0] = shape
  const given = metadata?.tracks ?? []
  const genes = metadata?.genes ?? []
  const about = genes.length === 0 && rows === 1 ? [{}] : genes.map(rowOf)
  if (shape.length !== 3 || (layers !== 1 && layers !== 2) || about.length !== rows || given.length !== columns) {
    const of = output?.name ?? "a scorer"
    throw new Error(
      `scores of ${of} have the shape ${shape.join(" x ")}, for ${genes.length} genes and ${given.length} tracks`
    )
  }
  const known = new Map(output?.tracks.map((track) => [TrackMetadata.identity(track), track]))
  const size = rows * columns
  return {
    rows: about,
    tracks: given.map((row, at) => {
      const track = TrackMetadata.toTrack(row, output?.name ?? "", at)
      return known.get(TrackMetadata.identity(track)) ?? track
    }),
    values: values.subarray(0, size),
    quantiles: layers === 2 ? values.subarray(size) : null
  }
}
