/** Polyadenylation sites of genes: where transcripts end. */
import { groupBy } from "../core/GroupBy.ts"
import * as Table from "../data/Table.ts"
import * as Gene from "./Gene.ts"

/** The columns of the table published with AlphaGenome (PolyA_DB v3 on GENCODE v46); other columns are left out. */
export const table = {
  Chromosome: Table.string("chromosome, UCSC name"),
  Start: Table.integer("the site, 0-based"),
  End: Table.integer("end of the site, 0-based, excluded"),
  pas_strand: Table.string("+ or -: the strand of the site"),
  gene_id: Table.string("Ensembl id of the gene that ends there")
}
export type PolyaSite = Table.Row<typeof table>

/** By gene id without version, each gene's in the order of the table. */
export const byGene = (sites: Iterable<PolyaSite>): ReadonlyMap<string, ReadonlyArray<PolyaSite>> =>
  groupBy(sites, ({ gene_id }) => Gene.withoutVersion(gene_id))
