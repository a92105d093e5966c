/** A shared genetic signal: one variant that drives both a gene's expression (an eQTL) and a trait (a GWAS locus). */
import * as Table from "../data/Table.ts"

export const table = {
  signal_id: Table.string("the signal's name, unique in the table"),
  gwas_id: Table.string("the GWAS study"),
  dataset: Table.string("the QTL data set: study, tissue or cell type"),
  variant_id: Table.string("lead variant, chrom_pos_ref_alt, 1-based"),
  gene_id: Table.string("the gene whose expression the variant changes"),
  pp_h4: Table.nullable(Table.share("posterior probability that both traits share one causal variant")),
  nsnps: Table.nullable(Table.integer("variants that both traits have in the region")),
  eqtl_beta: Table.nullable(Table.number("effect of the ALT allele on expression")),
  gwas_beta: Table.nullable(Table.number("effect of the ALT allele on the trait"))
}

export type Signal = Table.Row<typeof table>
