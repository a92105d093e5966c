/** What the benchmark of variants writes: one row an evaluation, one row a tissue, and what a construction implies. */
import * as Table from "../data/Table.ts"

/** What a row may be said to show. */
export const verdicts = [
  "reproduced (the model's own reported value, on as many rows and positives, all scored)",
  "differs (from it)",
  "not comparable (other rows than it is of; see note)",
  "unverified (it is not stated how many rows it is of)",
  "inside or outside (of what a construction implies or a registry file states)",
  "better, worse or no difference shown (than a comparator with scores for the same rows, by the interval)",
  "above or below (a published value on the same data that lies outside of the interval)",
  "measured",
  "not available here"
] as const

const synthetic = Table.boolean(
  "whether anything that it was made from was drawn from a seed: then it says nothing about a model"
)
const label = Table.string("whose scores they are: the stage that gave them, or the name that `labels` gives it")

export const resultTable = {
  evaluation: Table.string("id of the evaluation"),
  title: Table.string("what a figure calls it"),
  label: Table.nullable(
    Table.string("whose scores they are: a stage, or its name by `labels`; missing where there are none")
  ),
  model: Table.nullable(
    Table.string("the model that made the scores, as far as the engine knows it; `(stated)`: as the workflow says")
  ),
  source: Table.nullable(
    Table.string(
      "published, model, table or synthetic, and from what, as the engine knows it; missing where there are no scores"
    )
  ),
  synthetic,
  metric: Table.string("the metric, and over what it is taken"),
  value: Table.nullable(Table.number("its value; missing where there is none (see note)")),
  low: Table.nullable(Table.number("lower end of the 95 % bootstrap interval")),
  high: Table.nullable(Table.number("upper end of the 95 % bootstrap interval")),
  n: Table.integer("rows that enter the metric"),
  positives: Table.nullable(Table.integer("positives among them, for a metric of classes")),
  reported_n: Table.nullable(Table.integer("labelled rows that the reported values are of, where it is stated")),
  reported_positives: Table.nullable(Table.integer("positives among those, where it is stated")),
  coverage: Table.nullable(Table.number("share of the labelled rows that have a score")),
  groups: Table.nullable(Table.integer("tissues, loci, folds or matched sets that have a value")),
  without_score: Table.integer("rows that have a label and no score"),
  without_label: Table.integer("rows whose label is missing"),
  random: Table.nullable(Table.number("what chance gives on these rows")),
  reported: Table.string("every value reported, with whose it is and where it stands"),
  comparator: Table.nullable(Table.string("the model compared with")),
  comparator_value: Table.nullable(
    Table.number("its value: on the rows that both have scores for where the table has its scores, else as published")
  ),
  comparator_where: Table.nullable(Table.string("where the comparator's value stands, and on which data")),
  difference: Table.nullable(
    Table.number("value less the comparator's, on the rows that both have scores for, where its scores are there")
  ),
  difference_low: Table.nullable(Table.number("lower end of its 95 % bootstrap interval, rows drawn for both at once")),
  difference_high: Table.nullable(Table.number("upper end of it")),
  improvement: Table.nullable(
    Table.number("relative improvement over the comparator, in %; missing where it is not of the same data")
  ),
  published_improvement: Table.nullable(
    Table.number("the relative improvement that is reported, or derived from what is, in %")
  ),
  expected_low: Table.nullable(Table.number("lowest value expected of this model on these rows")),
  expected_high: Table.nullable(Table.number("highest value expected")),
  verdict: Table.string(`one of: ${verdicts.join("; ")}`),
  note: Table.nullable(Table.string("what a reader must know of the value"))
}
export type Result = Table.Row<typeof resultTable>

export const differenceTable = {
  evaluation: Table.string("id of the evaluation"),
  metric: Table.string("the metric, and over what it is taken"),
  label: Table.string("one of two whose scores there are"),
  other: Table.string("the other"),
  value: Table.nullable(Table.number("metric of the first, on the rows that both have scores for")),
  other_value: Table.nullable(Table.number("metric of the other, on the same rows")),
  difference: Table.nullable(Table.number("first less other")),
  low: Table.nullable(Table.number("lower end of the 95 % bootstrap interval, rows drawn for both at once")),
  high: Table.nullable(Table.number("upper end of it")),
  n: Table.integer("rows that enter the metric"),
  positives: Table.nullable(Table.integer("positives among them, for a metric of classes")),
  only_label: Table.integer("rows that only the first has a score for"),
  only_other: Table.integer("rows that only the other has a score for"),
  synthetic,
  verdict: Table.string("better, worse, no difference shown, or measured"),
  note: Table.nullable(Table.string("what a reader must know of it"))
}
export type DifferenceResult = Table.Row<typeof differenceTable>

export const groupTable = {
  evaluation: Table.string("id of the evaluation"),
  label,
  metric: Table.string("the metric"),
  group: Table.string("tissue, locus or fold"),
  value: Table.nullable(Table.number("the metric in it; missing where it has none (see note)")),
  low: Table.nullable(Table.number("lower end of the 95 % bootstrap interval")),
  high: Table.nullable(Table.number("upper end of the 95 % bootstrap interval")),
  n: Table.integer("its rows that enter the metric"),
  synthetic,
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
  synthetic,
  note: Table.nullable(Table.string("why there is no value"))
}
export type Part = Table.Row<typeof part>

export const stratumTable = {
  evaluation: Table.string("id of the evaluation"),
  label,
  metric: Table.string("the metric"),
  stratum: Table.string("the kind of rows: a consequence, say"),
  ...part
}
export type StratumResult = Table.Row<typeof stratumTable>

export const distanceTable = {
  evaluation: Table.string("id of the evaluation"),
  label,
  metric: Table.string("the metric"),
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
