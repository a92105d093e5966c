/**
 * Metrics of resamples: the rows are sorted once, and each resample, told as how often each row was drawn, then takes
 * linear time. What makes a bootstrap of a hundred thousand rows affordable.
 */
import { resampledRanks } from "./ResampledRanks.ts"
import * as Sorted from "./Sorted.ts"

/** The metric of a resample; null where it has none (a single class, a constant). */
export type Statistic = (counts: Uint32Array) => number | null

export type Prepare = (labels: Float64Array, predictions: Float64Array) => Statistic

/** Rows and positives of each run of equal scores, ascending, for every resample. */
const runs = (labels: Float64Array, scores: Float64Array) => {
  const { payload, runEnd } = Sorted.of(scores)
  const ends: Array<number> = []
  for (let from = 0; from < payload.length; from = ends[ends.length - 1]!) ends.push(runEnd(from))
  const drawn = new Float64Array(ends.length)
  const found = new Float64Array(ends.length)
  return (counts: Uint32Array) => {
    let from = 0
    for (let run = 0; run < ends.length; run++) {
      let rows = 0
      let positives = 0
      for (const end = ends[run]!; from < end; from++) {
        const count = counts[payload[from]!]!
        rows += count
        if (labels[payload[from]!] === 1) positives += count
      }
      drawn[run] = rows
      found[run] = positives
    }
    return { drawn, found }
  }
}

export const averagePrecision: Prepare = (labels, scores) => {
  const runsOf = runs(labels, scores)
  return (counts) => {
    const { drawn, found } = runsOf(counts)
    let [sum, rows, positives] = [0, 0, 0]
    for (let run = drawn.length - 1; run >= 0; run--) {
      rows += drawn[run]!
      positives += found[run]!
      if (found[run]! > 0) sum += found[run]! * (positives / rows)
    }
    return positives === 0 ? null : sum / positives
  }
}

export const aucPr: Prepare = (labels, scores) => {
  const runsOf = runs(labels, scores)
  return (counts) => {
    const { drawn, found } = runsOf(counts)
    let [area, rows, positives, before] = [0, 0, 0, 1]
    for (let run = drawn.length - 1; run >= 0; run--) {
      if (drawn[run] === 0) continue
      rows += drawn[run]!
      positives += found[run]!
      area += (found[run]! * (positives / rows + before)) / 2
      before = positives / rows
    }
    return positives === 0 ? null : area / positives
  }
}

export const auRoc: Prepare = (labels, scores) => {
  const runsOf = runs(labels, scores)
  return (counts) => {
    const { drawn, found } = runsOf(counts)
    let [pairs, negatives, positives] = [0, 0, 0]
    for (let run = 0; run < drawn.length; run++) {
      const tied = drawn[run]! - found[run]!
      pairs += found[run]! * (negatives + tied / 2)
      positives += found[run]!
      negatives += tied
    }
    return positives === 0 || negatives === 0 ? null : pairs / (positives * negatives)
  }
}

export const topK: Prepare = (labels, scores) => {
  const runsOf = runs(labels, scores)
  return (counts) => {
    const { drawn, found } = runsOf(counts)
    const k = found.reduce((sum, positives) => sum + positives, 0)
    let above = 0
    for (let run = drawn.length - 1, left = k; left > 0; run--) {
      if (drawn[run] === 0) continue
      const taken = Math.min(left, drawn[run]!)
      above += found[run]! * (taken / drawn[run]!)
      left -= taken
    }
    return k === 0 ? null : above / k
  }
}

/** Pearson's correlation with whole weights; null for a constant. */
const weighted = (x: Float64Array, y: Float64Array, counts: Uint32Array): number | null => {
  const first = counts.findIndex((count) => count > 0)
  if (first === -1) return null
  // Relative to a value that is there, a constant is exactly 0 everywhere.
  const [fromX, fromY] = [x[first]!, y[first]!]
  let [n, sumX, sumY] = [0, 0, 0]
  for (let i = first; i < counts.length; i++) {
    const count = counts[i]!
    if (count === 0) continue
    n += count
    sumX += count * (x[i]! - fromX)
    sumY += count * (y[i]! - fromY)
  }
  const [meanX, meanY] = [sumX / n, sumY / n]
  let [xx, yy, xy] = [0, 0, 0]
  for (let i = first; i < counts.length; i++) {
    const count = counts[i]!
    if (count === 0) continue
    const dx = x[i]! - fromX - meanX
    const dy = y[i]! - fromY - meanY
    xx += count * dx * dx
    yy += count * dy * dy
    xy += count * dx * dy
  }
  const r = xy / (Math.sqrt(xx) * Math.sqrt(yy))
  return Number.isNaN(r) ? null : Math.max(-1, Math.min(1, r))
}

export const pearson: Prepare = (labels, predictions) => (counts) => weighted(labels, predictions, counts)

export const spearman: Prepare = (labels, predictions) => {
  const [ofLabels, ofPredictions] = [resampledRanks(labels), resampledRanks(predictions)]
  return (counts) => weighted(ofLabels(counts), ofPredictions(counts), counts)
}

export const signAccuracy: Prepare = (labels, predictions) => (counts) => {
  let [rows, right] = [0, 0]
  for (let i = 0; i < counts.length; i++) {
    if (labels[i] === 0) continue
    rows += counts[i]!
    if (Math.sign(labels[i]!) === Math.sign(predictions[i]!)) right += counts[i]!
  }
  return rows === 0 ? null : right / rows
}
