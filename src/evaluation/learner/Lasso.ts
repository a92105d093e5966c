/**
 * LASSO: least squares with a penalty on the coefficients' sizes, min |y - b - X w|^2 / (2 n) + alpha |w|_1 (Tibshirani
 * 1996), by coordinate descent; alpha from cross-validation over a geometric grid. Features are scaled to mean 0 and
 * variance 1 by the training rows. The grid, the folds (consecutive rows) and the choice of alpha are those of
 * scikit-learn's LassoCV, whose coefficients it has to the tolerance.
 */
import { take, type Data, type Features, type Learn } from "./Learner.ts"

export interface Options {
  readonly folds: number
  readonly alphas: number
}

/** The smallest alpha of the grid over the largest. */
const epsilon = 1e-3
/** Coordinates that move less than this, relative to the targets' spread, have arrived. */
const tolerance = 1e-10
const mostSweeps = 100_000

const mean = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

const dot = (x: Float64Array, y: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!
  return sum
}

interface Centred {
  readonly columns: ReadonlyArray<Float64Array>
  readonly means: ReadonlyArray<number>
  readonly targets: Float64Array
  readonly mean: number
  /** Squared length over n. */
  readonly squares: ReadonlyArray<number>
  readonly n: number
}

const centre = ({ features, targets }: Data): Centred => {
  const means = features.map(mean)
  const columns = features.map((values, j) => values.map((value) => value - means[j]!))
  const middle = mean(targets)
  const n = targets.length
  return {
    columns,
    means,
    targets: targets.map((value) => value - middle),
    mean: middle,
    squares: columns.map((column) => dot(column, column) / n),
    n
  }
}

/** From the largest alpha, at which all coefficients are 0, down. */
const gridOf = ({ columns, targets, n }: Centred, count: number): ReadonlyArray<number> => {
  const largest = Math.max(0, ...columns.map((column) => Math.abs(dot(column, targets)) / n))
  return Array.from({ length: count }, (_, i) => largest * epsilon ** (count === 1 ? 0 : i / (count - 1)))
}

/** Coefficients for one alpha, from those given on: they and the residuals are changed in place. */
const descend = (data: Centred, alpha: number, weights: Float64Array, residuals: Float64Array): void => {
  const { columns, squares, n, targets } = data
  const spread = Math.sqrt(dot(targets, targets) / n)
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let moved = 0
    for (let j = 0; j < columns.length; j++) {
      const square = squares[j]!
      if (square === 0) continue
      const column = columns[j]!
      const before = weights[j]!
      const pull = dot(column, residuals) / n + square * before
      const after = Math.sign(pull) * Math.max(0, Math.abs(pull) - alpha) * (1 / square)
      if (after === before) continue
      weights[j] = after
      for (let i = 0; i < n; i++) residuals[i]! -= (after - before) * column[i]!
      moved = Math.max(moved, Math.abs(after - before) * Math.sqrt(square))
    }
    if (moved <= tolerance * spread) return
  }
}

export interface Fit {
  readonly weights: Float64Array
  readonly intercept: number
}

/** A fit for each alpha, each starting from the one before. */
export const path = (data: Data, alphas: ReadonlyArray<number>): ReadonlyArray<Fit> => {
  const centred = centre(data)
  const weights = new Float64Array(data.features.length)
  const residuals = Float64Array.from(centred.targets)
  return alphas.map((alpha) => {
    descend(centred, alpha, weights, residuals)
    const intercept = centred.mean - centred.means.reduce((sum, each, j) => sum + each * weights[j]!, 0)
    return { weights: Float64Array.from(weights), intercept }
  })
}

const predicted = ({ weights, intercept }: Fit, features: Features): Float64Array => {
  const predictions = new Float64Array(features[0]?.length ?? 0).fill(intercept)
  for (const [j, values] of features.entries()) {
    if (weights[j] === 0) continue
    for (let i = 0; i < predictions.length; i++) predictions[i]! += weights[j]! * values[i]!
  }
  return predictions
}

/** Consecutive rows, the first folds one longer where rows do not divide. */
const foldsOf = (n: number, folds: number): ReadonlyArray<readonly [from: number, to: number]> => {
  let from = 0
  return Array.from({ length: folds }, (_, fold) => {
    const to = from + Math.floor(n / folds) + (fold < n % folds ? 1 : 0)
    const span = [from, to] as const
    from = to
    return span
  })
}

/** The alpha of the least squared error over the folds, and the fit of all rows for it. */
export const crossValidated = (data: Data, { folds, alphas }: Options): Fit & { readonly alpha: number } => {
  const grid = gridOf(centre(data), alphas)
  const errors = new Float64Array(grid.length)
  const indices = Array.from(data.targets.keys())
  for (const [from, to] of foldsOf(data.targets.length, folds)) {
    const training = indices.filter((i) => i < from || i >= to)
    const held = indices.slice(from, to)
    const fits = path(
      { features: take(data.features, training), targets: Float64Array.from(training, (i) => data.targets[i]!) },
      grid
    )
    const features = take(data.features, held)
    for (const [at, fit] of fits.entries()) {
      const off = predicted(fit, features).map((value, i) => (value - data.targets[held[i]!]!) ** 2)
      errors[at]! += mean(off) / folds
    }
  }
  const best = errors.indexOf(Math.min(...errors))
  const alpha = grid[best]!
  // All alphas down to the best: the path that starts at 0 coefficients is the quickest way.
  return { ...path(data, grid.slice(0, best + 1))[best]!, alpha }
}

export const learn =
  (options: Options): Learn =>
  ({ features, targets }) => {
    const scales = features.map((values) => {
      const middle = mean(values)
      const deviation = Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
      return { middle, deviation: deviation === 0 ? 1 : deviation }
    })
    const scaled = (given: Features) =>
      given.map((values, j) => values.map((value) => (value - scales[j]!.middle) / scales[j]!.deviation))
    const folds = Math.min(options.folds, targets.length)
    const fit = crossValidated({ features: scaled(features), targets }, { ...options, folds })
    const used = fit.weights.reduce((sum, weight) => sum + (weight === 0 ? 0 : 1), 0)
    return {
      note: `LASSO, alpha ${fit.alpha.toPrecision(4)} by ${folds} folds, ${used} of ${features.length} features used`,
      predict: (given) => predicted(fit, scaled(given))
    }
  }
