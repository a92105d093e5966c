/** Intervals of a metric from resampled rows. */
import * as Schema from "effect/Schema"
import * as Random from "../core/Random.ts"
import * as Param from "../dsl/stage/Param.ts"
import type { Statistic } from "./Resampled.ts"

/** What every stage that resamples takes. */
export const params = {
  replicates: Param.withDefault(
    Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))),
    1000,
    "bootstrap replicates behind the intervals; 0 for none"
  ),
  seed: Param.withDefault(Schema.Int, 1, "seed of the bootstrap")
}

export interface Interval {
  readonly low: number
  readonly high: number
  /** Resamples on which the statistic was defined. */
  readonly replicates: number
}

/** Linear interpolation between order statistics (numpy.quantile's default). `sorted` ascending, not empty. */
export const quantile = (sorted: ArrayLike<number>, q: number): number => {
  const at = q * (sorted.length - 1)
  const below = Math.floor(at)
  const low = sorted[below]!
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!
  return low + (high - low) * (at - below)
}

/**
 * 95 % percentile bootstrap: rows are drawn with replacement, the same for the same seed and label. Resamples without a
 * value (a single class, say) are left out; `undefined` when fewer than half have one.
 */
export const interval = (options: {
  readonly rows: number
  readonly replicates: number
  readonly seed: number
  readonly label: string
  /** Of a resample, told as how often each row was drawn. */
  readonly statistic: Statistic
}): Interval | undefined => {
  const random = Random.make(options.seed, options.label)
  const counts = new Uint32Array(options.rows)
  const values: Array<number> = []
  for (let replicate = 0; replicate < options.replicates; replicate++) {
    counts.fill(0)
    for (let i = 0; i < counts.length; i++) counts[random.int(options.rows)]!++
    const value = options.statistic(counts)
    if (value !== null) values.push(value)
  }
  if (values.length === 0 || values.length < options.replicates / 2) return undefined
  values.sort((a, b) => a - b)
  return { low: quantile(values, 0.025), high: quantile(values, 0.975), replicates: values.length }
}
