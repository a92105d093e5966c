/** What learns to predict a target from features: given rows, it gives a predictor of others. */

/** Features of many rows: one array a feature. */
export type Features = ReadonlyArray<Float64Array>

export interface Data {
  readonly features: Features
  /** Numbers, or classes 0 and 1. */
  readonly targets: Float64Array
}

export interface Learnt {
  /** One prediction a row; of a class the probability of 1. */
  readonly predict: (features: Features) => Float64Array
  /** What the report says of it. */
  readonly note: string
}

export type Learn = (data: Data, seed: number) => Learnt

/** The rows at the indices. */
export const take = (features: Features, indices: ArrayLike<number>): Features =>
  features.map((values) => Float64Array.from(indices, (index) => values[index]!))
