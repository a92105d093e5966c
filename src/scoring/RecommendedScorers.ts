/** The scorers that AlphaGenome's authors recommend, in their order; see `alphagenome.models.variant_scorers` 0.5 to 0.10. */
import type { Organism } from "../model/SequenceModel.ts"
import type { ScorerSpec } from "./ScorerSpec.ts"
import type { AggregationName } from "./CentreMask.ts"

const centre = (aggregation: AggregationName, output: string, width = 501): ScorerSpec => ({
  scorer: "centre_mask",
  output,
  width,
  aggregation
})

const other = (scorer: ScorerSpec["scorer"], output: string): ScorerSpec => ({
  scorer,
  output,
  width: null,
  aggregation: null
})

const around = (aggregation: AggregationName): ReadonlyArray<ScorerSpec> => [
  centre(aggregation, "DNASE"),
  centre(aggregation, "CHIP_TF"),
  centre(aggregation, "CHIP_HISTONE", 2001),
  centre(aggregation, "CAGE"),
  centre(aggregation, "PROCAP")
]

const human: ReadonlyArray<ScorerSpec> = [
  centre("DIFF_LOG2_SUM", "ATAC"),
  other("contact_map", "CONTACT_MAPS"),
  ...around("DIFF_LOG2_SUM"),
  other("gene_lfc", "RNA_SEQ"),
  other("gene_active", "RNA_SEQ"),
  other("gene_splicing", "SPLICE_SITES"),
  other("gene_splicing", "SPLICE_SITE_USAGE"),
  other("splice_junctions", "SPLICE_JUNCTIONS"),
  other("polyadenylation", "RNA_SEQ"),
  centre("ACTIVE_SUM", "ATAC"),
  ...around("ACTIVE_SUM")
]

/** 19 for human; 18 for mouse, of which no polyadenylation sites are published. */
export const recommended: { readonly [O in Organism]: ReadonlyArray<ScorerSpec> } = {
  human,
  mouse: human.filter(({ scorer }) => scorer !== "polyadenylation")
}
