import * as Table from "../data/Table.ts"

export const table = {
  trait1: Table.string("first trait: group or molecular trait"),
  trait2: Table.string("second trait"),
  signal1: Table.integer("credible set of the first trait, from 1"),
  signal2: Table.integer("credible set of the second trait, from 1"),
  nsnps: Table.integer("variants that both traits have"),
  pp_h0: Table.number("posterior probability of no association"),
  pp_h1: Table.number("posterior probability that only the first trait is associated"),
  pp_h2: Table.number("posterior probability that only the second trait is associated"),
  pp_h3: Table.number("posterior probability of two distinct causal variants"),
  pp_h4: Table.number("posterior probability of one shared causal variant"),
  lead_variant: Table.string("variant with the highest posterior under a shared cause"),
  lead_pp: Table.number("that posterior")
}

export type Colocalisation = Table.Row<typeof table>
