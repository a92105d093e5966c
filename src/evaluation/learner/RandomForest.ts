/**
 * Random forest of classification trees (Breiman 2001): each tree on a bootstrap of the rows, each split the best by Gini
 * impurity among a random subset of the features, down to a depth; the prediction is the mean over trees of the share of
 * class 1 in the leaf. Defaults are those of scikit-learn's RandomForestClassifier, but for the depth of 5 that
 * AlphaGenome's eQTL evaluation uses. Seeded; its random numbers are not scikit-learn's, so trees differ, metrics agree.
 */
import * as Random from "../../core/Random.ts"
import * as Sorted from "../../metric/Sorted.ts"
import type { Features, Learn } from "./Learner.ts"

export interface Options {
  readonly trees: number
  readonly depth: number
  /** Features looked at for a split; the root of their number, rounded down, when undefined. */
  readonly candidates?: number
}

type Node =
  | { readonly share: number }
  | { readonly feature: number; readonly threshold: number; readonly low: Node; readonly high: Node }

interface Split {
  readonly feature: number
  readonly threshold: number
  readonly impurity: number
}

/** Sum over both sides of rows times Gini impurity, 2 p (1 - p) n. */
const gini = (positives: number, n: number): number => (n === 0 ? 0 : (2 * positives * (n - positives)) / n)

/** The best threshold of a feature among the rows; half-way between two values. */
const bestSplit = (
  values: Float64Array,
  labels: Float64Array,
  rows: Uint32Array,
  feature: number
): Split | undefined => {
  const mine = Float64Array.from(rows, (row) => values[row]!)
  const { payload, runEnd } = Sorted.of(mine)
  const total = rows.reduce((sum, row) => sum + labels[row]!, 0)
  let best: Split | undefined
  let below = 0
  for (let from = 0; from < rows.length;) {
    const to = runEnd(from)
    for (let i = from; i < to; i++) below += labels[rows[payload[i]!]!]!
    if (to === rows.length) break
    const impurity = gini(below, to) + gini(total - below, rows.length - to)
    if (best === undefined || impurity < best.impurity) {
      const [low, high] = [mine[payload[to - 1]!]!, mine[payload[to]!]!]
      const middle = low + (high - low) / 2
      best = { feature, threshold: middle < high ? middle : low, impurity }
    }
    from = to
  }
  return best
}

const grow = (
  features: Features,
  labels: Float64Array,
  rows: Uint32Array,
  depth: number,
  candidates: number,
  random: Random.Random
): Node => {
  const positives = rows.reduce((sum, row) => sum + labels[row]!, 0)
  const leaf = { share: positives / rows.length }
  if (depth === 0 || positives === 0 || positives === rows.length) return leaf
  // Features in random order, until enough of them could be split on.
  const order = Array.from(features.keys())
  let best: Split | undefined
  for (let looked = 0, at = 0; looked < candidates && at < order.length; at++) {
    const other = at + random.int(order.length - at)
    ;[order[at], order[other]] = [order[other]!, order[at]!]
    const split = bestSplit(features[order[at]!]!, labels, rows, order[at]!)
    if (split === undefined) continue
    looked++
    if (best === undefined || split.impurity < best.impurity) best = split
  }
  if (best === undefined) return leaf
  const { feature, threshold } = best
  const values = features[feature]!
  const side = (low: boolean) => rows.filter((row) => values[row]! <= threshold === low)
  return {
    feature,
    threshold,
    low: grow(features, labels, side(true), depth - 1, candidates, random),
    high: grow(features, labels, side(false), depth - 1, candidates, random)
  }
}

const shareOf = (tree: Node, features: Features, row: number): number => {
  let node = tree
  while ("feature" in node) node = features[node.feature]![row]! <= node.threshold ? node.low : node.high
  return node.share
}

export const learn =
  ({ trees, depth, candidates }: Options): Learn =>
  ({ features, targets }, seed) => {
    const looked = candidates ?? Math.max(1, Math.floor(Math.sqrt(features.length)))
    const forest = Array.from({ length: trees }, (_, tree) => {
      const random = Random.make(seed, `tree ${tree}`)
      const rows = Uint32Array.from(targets, () => random.int(targets.length))
      return grow(features, targets, rows, depth, looked, random)
    })
    return {
      note: `random forest of ${trees} trees, depth ${depth}, ${looked} of ${features.length} features a split`,
      predict: (given) =>
        Float64Array.from(
          given[0] ?? [],
          (_, row) => forest.reduce((sum, tree) => sum + shareOf(tree, given, row), 0) / trees
        )
    }
  }
