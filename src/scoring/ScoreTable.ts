/** Scores of variants: one row per variant, gene (where the scorer has one), window and track. */
import * as Table from "../data/Table.ts"

export const table = {
  variant_id: Table.string("the variant as chrom_pos_ref_alt"),
  gene_id: Table.nullable(Table.string("the gene, for scorers that look at one")),
  window_id: Table.string("the window that the variant was scored in"),
  track: Table.integer("index of the track in the model's output"),
  track_name: Table.string("name of the track"),
  group: Table.string("group of the track: RNA, CAGE, DNASE, ATAC, ..."),
  scorer: Table.string("gene_lfc or centre_mask"),
  region: Table.nullable(Table.string("what gene_lfc averages over: exons, or span where exons are unknown")),
  coverage: Table.nullable(
    Table.number("share (0 to 1) of the region's bases that lie in the model's output: all it saw")
  ),
  ref: Table.number("masked, aggregated prediction for the reference sequence"),
  alt: Table.number("masked, aggregated prediction for the alternative sequence"),
  score: Table.number(
    "signed; gene_lfc: ln(alt + 1e-3) - ln(ref + 1e-3) of the mean over the gene's bins; centre_mask: log2(1 + alt sum) - log2(1 + ref sum)"
  )
}
export type Score = Table.Row<typeof table>
