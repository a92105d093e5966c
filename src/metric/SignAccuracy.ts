import * as Measure from "./Measure.ts"

/**
 * Share of the rows whose prediction has the sign of its label. A label of 0 has no sign and is left out; a prediction
 * of 0 names no direction and counts as wrong.
 */
export const signAccuracy: Measure.Compare = Measure.guarded(1, (labels, predictions) => {
  let rows = 0
  let right = 0
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 0) continue
    rows++
    if (Math.sign(labels[i]!) === Math.sign(predictions[i]!)) right++
  }
  return rows === 0 ? Measure.undefinedBecause("every label is 0") : Measure.of(right / rows)
})
