/** The |score| from which on a model's sign can be believed. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"

export interface Threshold {
  /** Null when no threshold gives the accuracy. */
  readonly value: number | null
  readonly calibrated: boolean
  /** Variant-gene pairs that it was calibrated on. */
  readonly pairs: number
  /** Those of them whose |score| reaches it. */
  readonly passing: number
}

interface Measured {
  readonly score: number
  readonly measured: number
}

/**
 * The smallest |score| whose sign accuracy is at least `accuracy` among the pairs that reach it (T_k of Avsec et al.
 * 2026). Every |score| is a candidate; pairs of the same |score| pass together. A score of 0 has no sign.
 */
export const calibrate = (pairs: ReadonlyArray<Measured>, accuracy: number): Threshold => {
  const sorted = pairs.map(({ score, measured }) => ({ size: Math.abs(score), right: score * measured > 0 }))
  sorted.sort((a, b) => b.size - a.size)
  let right = 0
  let best: { readonly value: number; readonly passing: number } | undefined
  for (const [index, pair] of sorted.entries()) {
    if (pair.right) right++
    if (sorted[index + 1]?.size === pair.size) continue
    if (right >= accuracy * (index + 1) && pair.size > 0) best = { value: pair.size, passing: index + 1 }
  }
  return { value: best?.value ?? null, calibrated: true, pairs: pairs.length, passing: best?.passing ?? 0 }
}

export const make = Effect.fnUntraced(function* (
  pairs: ReadonlyArray<Measured>,
  options: { readonly modelThreshold: number | null; readonly accuracy: number }
): Effect.fn.Return<Threshold, InputError> {
  const { modelThreshold, accuracy } = options
  if (modelThreshold !== null) {
    const passing = pairs.filter(({ score }) => Math.abs(score) >= modelThreshold).length
    return { value: modelThreshold, calibrated: false, pairs: pairs.length, passing }
  }
  if (pairs.length === 0) {
    return yield* new InputError({
      message: "model_threshold cannot be calibrated: no scored signal has a measured direction (eqtl_beta)",
      hint: "set the param model_threshold; the result then says that it is not calibrated for this model"
    })
  }
  return calibrate(pairs, accuracy)
})
