import * as Measure from "./Measure.ts"

/** Pearson's correlation of many series at once, over values that are seen one at a time. */
export interface PearsonAccumulator {
  /** Adds a pair to series `index`; a pair with a NaN is left out. */
  readonly add: (index: number, x: number, y: number) => void
  /** Pairs seen so far. */
  readonly count: (index: number) => number
  readonly measure: (index: number) => Measure.Measure
}

/**
 * Float64 sufficient statistics, updated by Welford's recurrence: means move, squares are of deviations, so that large
 * offsets cancel nothing. Values are taken relative to the first of their series, which keeps the moving means as exact
 * as the deviations. Eight numbers a series, whatever is added.
 */
export const make = (series: number): PearsonAccumulator => {
  const n = new Float64Array(series)
  const firstX = new Float64Array(series)
  const firstY = new Float64Array(series)
  const meanX = new Float64Array(series)
  const meanY = new Float64Array(series)
  const xx = new Float64Array(series)
  const yy = new Float64Array(series)
  const xy = new Float64Array(series)
  return {
    add: (i, x, y) => {
      if (Number.isNaN(x) || Number.isNaN(y)) return
      const count = ++n[i]!
      if (count === 1) {
        firstX[i] = x
        firstY[i] = y
      }
      const relativeX = x - firstX[i]!
      const relativeY = y - firstY[i]!
      const dx = relativeX - meanX[i]!
      const dy = relativeY - meanY[i]!
      meanX[i]! += dx / count
      meanY[i]! += dy / count
      const ey = relativeY - meanY[i]!
      xx[i]! += dx * (relativeX - meanX[i]!)
      yy[i]! += dy * ey
      xy[i]! += dx * ey
    },
    count: (i) => n[i]!,
    measure: (i) => {
      if (n[i]! < 2) return Measure.undefinedBecause(`${n[i]} of at least 2 rows`)
      if (xx[i] === 0) return Measure.undefinedBecause("the labels are constant")
      if (yy[i] === 0) return Measure.undefinedBecause("the predictions are constant")
      const r = xy[i]! / (Math.sqrt(xx[i]!) * Math.sqrt(yy[i]!))
      return Number.isNaN(r)
        ? Measure.undefinedBecause("a value is infinite")
        : Measure.of(Math.max(-1, Math.min(1, r)))
    }
  }
}
