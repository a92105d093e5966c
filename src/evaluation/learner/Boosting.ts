/**
 * Additive boosting of classes: the logit is a sum of one step function a feature. In each round every feature in turn
 * gets a small tree of three leaves on the residuals, shrunk by the rate (Lou, Caruana and Gehrke 2012). These are the
 * main effects of an explainable boosting machine; the bagging and the interactions of interpretml's are left out.
 */
import * as Sorted from "../../metric/Sorted.ts"
import type { Learn } from "./Learner.ts"

export interface Options {
  readonly rounds: number
  readonly rate: number
  /** Steps of each feature's function at most: its quantiles. */
  readonly bins: number
  /** Rows in a leaf at least. */
  readonly leaf: number
}

/** Values at which a feature is cut into bins of about as many rows each: a value above cut i is in bin i + 1 or later. */
const cutsOf = (values: Float64Array, bins: number): Float64Array => {
  const { payload, runEnd } = Sorted.of(values)
  const cuts: Array<number> = []
  const most = values.length / bins
  for (let from = 0, filled = 0; from < values.length;) {
    const to = runEnd(from)
    filled += to - from
    if (filled >= most && to < values.length) {
      cuts.push(values[payload[from]!]!)
      filled = 0
    }
    from = to
  }
  return Float64Array.from(cuts)
}

const binOf = (cuts: Float64Array, value: number): number => {
  let [from, to] = [0, cuts.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    if (cuts[middle]! < value) from = middle + 1
    else to = middle
  }
  return from
}

interface Histogram {
  readonly gradient: Float64Array
  readonly hessian: Float64Array
  readonly rows: Float64Array
}

interface Span {
  readonly from: number
  readonly to: number
}

const sums = ({ gradient, hessian, rows }: Histogram, { from, to }: Span) => {
  let [g, h, n] = [0, 0, 0]
  for (let bin = from; bin < to; bin++) {
    g += gradient[bin]!
    h += hessian[bin]!
    n += rows[bin]!
  }
  return { g, h, n }
}

const gain = (g: number, h: number): number => (h > 0 ? (g * g) / h : 0)

/** The cut of a span that explains most; undefined where a side would have too few rows. */
const cut = (histogram: Histogram, span: Span, leaf: number) => {
  const { g, h, n } = sums(histogram, span)
  let best: { readonly at: number; readonly gain: number } | undefined
  let [left, weight, rows] = [0, 0, 0]
  for (let bin = span.from; bin < span.to - 1; bin++) {
    left += histogram.gradient[bin]!
    weight += histogram.hessian[bin]!
    rows += histogram.rows[bin]!
    if (rows < leaf || n - rows < leaf) continue
    const won = gain(left, weight) + gain(g - left, h - weight) - gain(g, h)
    if (best === undefined || won > best.gain) best = { at: bin + 1, gain: won }
  }
  return best
}

/** Two cuts, the second where it explains more. */
const leaves = (histogram: Histogram, bins: number, leaf: number): ReadonlyArray<Span> => {
  const whole = { from: 0, to: bins }
  const first = cut(histogram, whole, leaf)
  if (first === undefined) return [whole]
  const sides = [
    { from: 0, to: first.at },
    { from: first.at, to: bins }
  ]
  const [low, high] = sides.map((side) => cut(histogram, side, leaf))
  const at = (high?.gain ?? 0) > (low?.gain ?? 0) ? 1 : 0
  const second = at === 1 ? high : low
  if (second === undefined) return sides
  const { from, to } = sides[at]!
  return [...sides.filter((_, side) => side !== at), { from, to: second.at }, { from: second.at, to }]
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))

export const learn =
  ({ rounds, rate, bins, leaf }: Options): Learn =>
  ({ features, targets }) => {
    const cuts = features.map((values) => cutsOf(values, bins))
    const binned = features.map((values, feature) => Uint16Array.from(values, (value) => binOf(cuts[feature]!, value)))
    const steps = cuts.map((each) => new Float64Array(each.length + 1))
    const share = targets.reduce((sum, target) => sum + target, 0) / targets.length
    const intercept = Math.log(share / (1 - share))
    const logits = new Float64Array(targets.length).fill(intercept)
    for (let round = 0; round < rounds; round++) {
      for (const [feature, places] of binned.entries()) {
        const step = steps[feature]!
        const empty = () => new Float64Array(step.length)
        const histogram = { gradient: empty(), hessian: empty(), rows: empty() }
        for (let row = 0; row < places.length; row++) {
          const probability = logistic(logits[row]!)
          const bin = places[row]!
          histogram.gradient[bin]! += targets[row]! - probability
          histogram.hessian[bin]! += probability * (1 - probability)
          histogram.rows[bin]!++
        }
        const update = empty()
        for (const span of leaves(histogram, step.length, leaf)) {
          const { g, h } = sums(histogram, span)
          update.fill(h > 0 ? (rate * g) / h : 0, span.from, span.to)
        }
        for (let bin = 0; bin < step.length; bin++) step[bin]! += update[bin]!
        for (let row = 0; row < places.length; row++) logits[row]! += update[places[row]!]!
      }
    }
    return {
      note: `additive boosting, ${rounds} rounds at rate ${rate}, at most ${bins} steps a feature`,
      predict: (given) =>
        Float64Array.from(given[0] ?? [], (_, row) =>
          logistic(
            given.reduce(
              (sum, values, feature) => sum + steps[feature]![binOf(cuts[feature]!, values[row]!)]!,
              intercept
            )
          )
        )
    }
  }
