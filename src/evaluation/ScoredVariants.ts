/** Scores beside what they are to predict, wherever they come from: what every evaluation of variants is made of. */
import * as Table from "../data/Table.ts"
import * as Join from "../data/table/Join.ts"
import * as VariantForms from "../genome/VariantForms.ts"

/** What the engine can know of where scores come from. */
export const sources = ["published", "model", "table", "synthetic"] as const
export type Source = (typeof sources)[number]

export const table = {
  evaluation: Table.string("id of the evaluation"),
  key: Table.string("what is scored, as its table names it: a variant, with its gene and tissue where it has them"),
  group: Table.nullable(Table.string("tissue, locus or fold, where the metric is taken over them or the table tells")),
  stratum: Table.nullable(Table.string("what kind of row it is, a consequence, say, where the table tells")),
  pair: Table.nullable(Table.string("the set of matched rows that the row belongs to, for a metric over pairs")),
  distance: Table.nullable(
    Table.number("base pairs to the gene or the splice site, where the table tells: for the metric by distance")
  ),
  target: Table.nullable(Table.number("what was measured: a number, or a class, 0 or 1; missing where it was not")),
  prediction: Table.nullable(Table.number("the score; missing where there is none")),
  comparator: Table.nullable(Table.number("the score of another model to compare with, where the table has one")),
  synthetic: Table.nullable(
    Table.boolean("true where the score or the label was drawn from a seed: what is made from it then says so")
  )
}
export type ScoredVariant = Table.Row<typeof table>

/** The key of a row whose table has no column that names it. */
export const unnamed = (index: number): string => `row ${index + 1}`
export const isUnnamed = ({ key }: ScoredVariant): boolean => /^row \d+$/u.test(key)

/** A number that no metric can compare. */
export const isInfinite = (value: number | null): boolean => value === Infinity || value === -Infinity

/** What one observation is: two rows of one label may not have the same. */
export const identity = ({ evaluation, key, group, pair }: ScoredVariant): string =>
  JSON.stringify([evaluation, key, group, pair])

/** What identifies an observation: the parts of its key, its group and its set. */
export const parts = ({ key, group, pair }: ScoredVariant): ReadonlyArray<string> => [
  ...Join.cellsOf(key),
  group ?? "",
  pair ?? ""
]

/** How the parts may be written otherwise: a variant has many spellings. */
export const formsOf: Join.FormsOf = VariantForms.of([])

/** As `identity`, the same for two spellings of a variant. */
export const anySpelling = (row: ScoredVariant): string => {
  const found = formsOf(parts(row))
  return found === undefined ? identity(row) : JSON.stringify([row.evaluation, found.form, found.mark])
}

/** The first row that is the same observation as one before it; undefined where there is none. */
export const repeated = (rows: ReadonlyArray<ScoredVariant>): number | undefined => {
  const seen = new Set<string>()
  const at = rows.findIndex((row) => seen.size === seen.add(identity(row)).size)
  return at === -1 ? undefined : at
}

export const missingTable = {
  evaluation: Table.string("id of the evaluation"),
  key: Table.string("what is missing, as its table names it"),
  reason: Table.string("why it counts for nothing")
}
export type Missing = Table.Row<typeof missingTable>

export const chosenTable = {
  evaluation: Table.string("id of the evaluation"),
  title: Table.string("what a figure calls it"),
  dataset: Table.nullable(Table.string("dataset of its published predictions; missing where there is none")),
  needs: Table.string("what is needed to run it")
}
export type Chosen = Table.Row<typeof chosenTable>
