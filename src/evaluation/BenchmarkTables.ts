/** What the benchmark of variants writes: one row an evaluation, one row a tissue, and what a construction implies. */
import * as Table from "../data/Table.ts"

export const resultTable = {
  evaluation: Table.string("id of the evaluation"),
  title: Table.string("what a figure calls it"),
  source: Table.nullable(Table.string("where the scores come from; missing where there are none")),
  metric: Table.string("the metric, and over what it is taken"),
  value: Table.nullable(Table.number("its value; missing where there is none (see note)")),
  low: Table.nullable(Table.number("lower end of the 95 % bootstrap interval")),
  high: Table.nullable(Table.number("upper end of the 95 % bootstrap interval")),
  n: Table.integer("rows that the value rests on"),
  positives: Table.nullable(Table.integer("positives among them, for a metric of classes")),
  groups: Table.nullable(Table.integer("tissues, loci, folds or matched sets that have a value")),
  without_score: Table.integer("rows that have a label and no score"),
  without_label: Table.integer("rows whose label is missing"),
  random: Table.nullable(Table.number("what chance gives on these rows")),
  reported: Table.string("every value reported, for AlphaGenome unless it says for whom, with where it stands"),
  comparator: Table.nullable(Table.string("the model compared with")),
  comparator_value: Table.nullable(
    Table.number("its value: on the rows that both have scores for where the table has its scores, else as published")
  ),
  improvement: Table.nullable(Table.number("relative improvement over the comparator, in %")),
  published_improvement: Table.nullable(
    Table.number("the relative improvement that is reported, or derived from what is, in %")
  ),
  expected_low: Table.nullable(Table.number("lowest value expected")),
  expected_high: Table.nullable(Table.number("highest value expected")),
  verdict: Table.string("reproduced, differs, inside, outside, above, below, measured, or not available here"),
  note: Table.nullable(Table.string("what a reader must know of the value"))
}
export type Result = Table.Row<typeof resultTable>

export const groupTable = {
  evaluation: Table.string("id of the evaluation"),
  group: Table.string("tissue, locus or fold"),
  value: Table.nullable(Table.number("the metric in it; missing where it has none (see note)")),
  low: Table.nullable(Table.number("lower end of the 95 % bootstrap interval")),
  high: Table.nullable(Table.number("upper end of the 95 % bootstrap interval")),
  n: Table.integer("its rows"),
  note: Table.nullable(Table.string("why there is no value"))
}
export type GroupResult = Table.Row<typeof groupTable>

/** The metric in a part of an evaluation's rows. */
const part = {
  value: Table.nullable(Table.number("the evaluation's metric in it; missing where it has none (see note)")),
  low: Table.nullable(Table.number("lower end of the 95 % bootstrap interval")),
  high: Table.nullable(Table.number("upper end of the 95 % bootstrap interval")),
  n: Table.integer("its rows that count"),
  positives: Table.nullable(Table.integer("positives among them, for a metric of classes")),
  random: Table.nullable(Table.number("what chance gives in it")),
  note: Table.nullable(Table.string("why there is no value"))
}
export type Part = Table.Row<typeof part>

export const stratumTable = {
  evaluation: Table.string("id of the evaluation"),
  stratum: Table.string("the kind of rows: a consequence, say"),
  ...part
}
export type StratumResult = Table.Row<typeof stratumTable>

export const distanceTable = {
  evaluation: Table.string("id of the evaluation"),
  from: Table.number("shortest distance of the bin in base pairs, included"),
  to: Table.nullable(Table.number("end of the bin, excluded; missing for the last, which has none")),
  ...part
}
export type DistanceResult = Table.Row<typeof distanceTable>

/** What a construction implies of a value. */
export const boundTable = {
  evaluation: Table.string("id of the evaluation"),
  low: Table.number("lowest value that the construction implies"),
  high: Table.number("highest value that the construction implies"),
  random_low: Table.number("the same of shuffled labels"),
  random_high: Table.number("the same of shuffled labels")
}
export type Bound = Table.Row<typeof boundTable>
