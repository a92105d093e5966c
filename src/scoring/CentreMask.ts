/**
 * `centre_mask`: the change of the summed prediction around the variant, log2(1 + alt) - log2(1 + ref).
 *
 * The sum runs over a window of `centreWidth` base pairs centred on the variant's first base, each bin weighted by the
 * fraction of it inside. After the centre-mask scorer of AlphaGenome (Avsec et al. 2025).
 */
import * as Result from "effect/Result"
import * as BinMask from "./BinMask.ts"
import type { Scorer } from "./Scorer.ts"

export const log2Change = (ref: number, alt: number): number => Math.log2(1 + alt) - Math.log2(1 + ref)

export const centreMask: Scorer = ({ geometry, windowStart, variant, centreWidth, tracks }) => {
  const start = variant.pos - 1 - Math.floor(centreWidth / 2)
  const mask = BinMask.make(geometry, windowStart, [{ start, end: start + centreWidth }])
  if (mask.covered < centreWidth) {
    return Result.fail(
      `only ${mask.covered} of the ${centreWidth} bp around the variant lie inside the model's output of this window`
    )
  }
  return Result.succeed({
    region: null,
    coverage: null,
    tracks,
    aggregate: (prediction, track) => BinMask.sum(mask, prediction, geometry.tracks, track),
    score: log2Change
  })
}
