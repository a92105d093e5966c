/** What is said beside a value: why it is less than it may seem. */
import * as Metric from "../metric/Metric.ts"
import * as Basis from "./Basis.ts"
import type { Row } from "./Registry.ts"
import type { ScoredVariant } from "./ScoredVariants.ts"

/** A published value of another model. */
export interface Published {
  readonly name: string
  readonly value: number
}

/** Why nothing is to be made of another model's published value; null where it is of the same data. */
export const apartFrom = (row: Row, other: Published, origin: Basis.Origin, extent: Basis.Extent): string | null => {
  const differing = Basis.differences(row, extent)
  const name = `${other.name}'s ${other.value}`
  if (differing === undefined) return `no improvement: of how many rows ${name} is nobody states`
  if (differing.length > 0) return `no improvement: ${name} is ${Basis.dataText(row)}`
  return origin.model === null ? `no improvement over ${name}: no model is known to have made these scores` : null
}

/** Whether the scores are a straight line of the labels: what is made from these predicts nothing. */
export const isOfLabels = (rows: { readonly labels: Float64Array; readonly predictions: Float64Array }): boolean =>
  Math.abs(Metric.get("pearson").compare(rows.labels, rows.predictions).value ?? 0) > 1 - 1e-12

/** `isPaired`: another model has scores for the same rows, so that a part of the reported data can be judged. */
export const of = (
  row: Row,
  origin: Basis.Origin,
  counted: ReadonlyArray<ScoredVariant>,
  extent: Basis.Extent,
  isPaired: boolean
): ReadonlyArray<string> => {
  const part = isPaired ? (Basis.rowDifferences(row, extent) ?? []) : []
  const first = counted[0]?.prediction
  return [
    ...origin.notes,
    ...(counted.every(({ prediction }) => prediction === first) ? ["all rows have the same score"] : []),
    ...(isPaired && counted.every(({ prediction, comparator }) => prediction === comparator)
      ? ["the comparator's scores are the model's own"]
      : []),
    ...(part.length === 0 ? [] : [`not the data that was reported: ${part.join(", ")}`])
  ]
}

/** Each thing once: a note that another one holds is left out. */
export const once = (notes: ReadonlyArray<string>): string | null => {
  const distinct = [...new Set(notes)]
  const whole = distinct.filter((note) => !distinct.some((other) => other !== note && other.includes(note)))
  return whole.length === 0 ? null : whole.join("; ")
}
