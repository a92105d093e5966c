/** A stretch of sequence that a model is run on. */
import * as Table from "../data/Table.ts"

export const table = {
  window_id: Table.string("name of the window, unique in its table"),
  chrom: Table.string("chromosome, UCSC name"),
  start: Table.integer("first base of the input, 0-based; bases outside the chromosome (below 0, say) are N"),
  end: Table.integer("end of the input, 0-based, excluded; may lie beyond the chromosome"),
  strand: Table.string("+ or -; a - window is given to the model as its reverse complement"),
  variant_id: Table.nullable(Table.string("the variant that the window is about, if any")),
  gene_id: Table.nullable(Table.string("the gene that the window is about, if any")),
  padded: Table.nullable(Table.integer("bases of it outside the reference, given to the model as N"))
}
export type Window = Table.Row<typeof table>

export const unscoredTable = {
  variant_id: Table.string("the variant as chrom_pos_ref_alt, or the name of the interval"),
  gene_id: Table.nullable(Table.string("the gene, if one was asked about")),
  reason: Table.string("why there is no window, in plain words with figures")
}
export type Unscored = Table.Row<typeof unscoredTable>

/** Whether a model would be given N alone: it would say something, of nothing. */
export const isEmpty = (sequence: string): boolean => !/[^N]/u.test(sequence)

/** Why such a window has no value. */
export const emptiness = "the window is N alone: it lies outside the reference, or in a gap"
