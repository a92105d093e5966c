/** Scores of variants: one row per variant, gene or junction (where the scorer has one), window, output and track. */
import * as Table from "../data/Table.ts"

export const table = {
  variant_id: Table.string("the variant as chrom_pos_ref_alt"),
  gene_id: Table.nullable(Table.string("the gene, for scorers that look at one")),
  window_id: Table.string("the window that the variant was scored in"),
  track: Table.integer("index of the track in the model's output"),
  track_name: Table.string("name of the track"),
  group: Table.string("group of the track: RNA, CAGE, DNASE, ATAC, ..."),
  scorer: Table.string("gene_lfc, centre_mask, ...; with its width and aggregation where they are not the usual ones"),
  region: Table.nullable(Table.string("what of the gene is looked at: exons, span where exons are unknown, or body")),
  coverage: Table.nullable(
    Table.number("share (0 to 1) of the region's bases that lie in the model's output: all it saw")
  ),
  ref: Table.nullable(
    Table.number("masked, aggregated prediction for the reference sequence, of scorers that compare two such numbers")
  ),
  alt: Table.nullable(Table.number("the same for the alternative sequence")),
  score: Table.number(
    "the change as the scorer measures it: gene_lfc is ln(alt + 1e-3) - ln(ref + 1e-3), centre_mask log2(1 + alt) - log2(1 + ref) by default"
  ),
  output: Table.nullable(Table.string("the model's output that the track belongs to")),
  junction_start: Table.nullable(Table.integer("for splice junctions: first base of the intron, 0-based")),
  junction_end: Table.nullable(Table.integer("for splice junctions: end of the intron, 0-based, excluded")),
  quantile: Table.nullable(
    Table.number("where scores of common variants are given: the score's place among them, -1 or 0 to 1")
  )
}
export type Score = Table.Row<typeof table>
