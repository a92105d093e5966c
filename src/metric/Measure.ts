/** The value of a metric, or why the data do not define one. */
export type Measure = { readonly value: number; readonly note: null } | { readonly value: null; readonly note: string }

export const of = (value: number): Measure => ({ value, note: null })

export const undefinedBecause = (note: string): Measure => ({ value: null, note })

/** A metric compares labels (what was measured) with predictions, row by row. */
export type Compare = (labels: ArrayLike<number>, predictions: ArrayLike<number>) => Measure

/**
 * Guards that every metric shares: arrays of one length, at least `least` rows, and no NaN. Missing values are the
 * caller's to drop: how many rows a value rests on must not be decided here.
 */
export const guarded =
  (least: number, compare: Compare): Compare =>
  (labels, predictions) => {
    if (labels.length !== predictions.length) {
      return undefinedBecause(`${labels.length} labels for ${predictions.length} predictions`)
    }
    if (labels.length < least) {
      return undefinedBecause(`${labels.length} of at least ${least} row${least === 1 ? "" : "s"}`)
    }
    for (let i = 0; i < labels.length; i++) {
      if (Number.isNaN(labels[i]) || Number.isNaN(predictions[i])) return undefinedBecause("a value is NaN")
    }
    return compare(labels, predictions)
  }

/** Guards of the metrics for two classes: labels are 0 or 1. */
export const guardedClasses = (compare: Compare): Compare =>
  guarded(1, (labels, scores) => {
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] !== 0 && labels[i] !== 1) return undefinedBecause(`a label is ${labels[i]}, neither 0 nor 1`)
    }
    return compare(labels, scores)
  })
