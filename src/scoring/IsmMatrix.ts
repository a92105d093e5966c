/** In-silico mutagenesis: every substitution of a stretch of sequence, and their scores as a matrix of places by bases. */
import * as Result from "effect/Result"
import type { Interval } from "../genome/Interval.ts"
import * as Variant from "../genome/Variant.ts"

/** Of columns. */
export const bases = ["A", "C", "G", "T"] as const

/**
 * The substitutions of each base of an interval by A, C, G and T, in that order: three where the reference is one of
 * those, four where it is N. `sequence` is the interval's on the forward strand.
 */
export const variants = ({ chrom, start }: Interval, sequence: string): ReadonlyArray<Variant.Variant> =>
  Array.from(sequence.toUpperCase()).flatMap((ref, at) =>
    bases.flatMap((alt) => {
      const variant = Variant.make(chrom, start + at + 1, ref, alt)
      return Result.isSuccess(variant) ? [variant.success] : []
    })
  )

/**
 * [places, bases] of the scores of substitutions, row-major. From the scores of a place their mean is taken; the base of
 * the reference stands as one whose substitution changes nothing, minus the mean. With `reference` "only" all other
 * cells are 0: what a place's base contributes, as sequence logos draw it. Places without scores are 0. The failure names
 * a variant that is no substitution inside the interval. After `ism_matrix` of AlphaGenome's client.
 */
export const matrix = (
  { chrom, start, end }: Interval,
  scored: Iterable<{ readonly variant: Variant.Variant; readonly score: number }>,
  reference: "only" | "and alternatives"
): Result.Result<Float64Array, string> => {
  const width = bases.length
  const filled = new Map<number, { readonly ref: string; readonly scores: Map<string, number> }>()
  for (const { variant, score } of scored) {
    const at = variant.pos - 1 - start
    const isInside = variant.chrom === chrom && at >= 0 && at < end - start
    if (!isInside || variant.ref.length !== 1 || variant.alt.length !== 1) {
      return Result.fail(`${variant.variant_id} is no substitution of a base of ${chrom}:${start + 1}-${end}`)
    }
    const place = filled.get(at) ?? { ref: variant.ref, scores: new Map<string, number>() }
    filled.set(at, place)
    place.scores.set(variant.alt, score)
  }
  const cells = new Float64Array((end - start) * width)
  for (const [at, { ref, scores }] of filled) {
    let sum = 0
    for (const score of scores.values()) sum += score
    const mean = sum / scores.size
    for (const [column, base] of bases.entries()) {
      const score = base === ref ? 0 : scores.get(base)
      if (score !== undefined && (base === ref || reference !== "only")) cells[at * width + column] = score - mean
    }
  }
  return Result.succeed(cells)
}
