/** Measured tracks that are made up: true values with the noise that gives a wanted reliability. */
import * as Random from "../core/Random.ts"
import * as SyntheticExpectation from "./SyntheticExpectation.ts"

/**
 * `values` [positions, tracks], the truth. Each track gets normal noise whose variance is that of the track times
 * (1 - reliability) / reliability: the truth then correlates with what was measured by sqrt(reliability).
 */
export const measured = (
  values: Float32Array,
  tracks: number,
  options: { readonly seed: number; readonly reliability: number }
): Float32Array => {
  const rows = values.length / tracks
  const deviations = Float64Array.from({ length: tracks }, (_, track) => {
    let [mean, squares] = [0, 0]
    for (let row = 0; row < rows; row++) mean += values[row * tracks + track]! / rows
    for (let row = 0; row < rows; row++) squares += (values[row * tracks + track]! - mean) ** 2
    return Math.sqrt(SyntheticExpectation.noiseVariance(squares / rows, options.reliability))
  })
  const random = Random.make(options.seed, "synthetic targets")
  return values.map((value, at) => value + deviations[at % tracks]! * random.normal())
}
