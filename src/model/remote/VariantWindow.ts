/** The two alleles of a window, as the service reads them. */
import * as Effect from "effect/Effect"
import type { InputError } from "../../core/Failure.ts"
import type { Fasta } from "../../genome/Fasta.ts"
import { width, type Interval } from "../../genome/Interval.ts"
import { extension, type Variant } from "../../genome/Variant.ts"
import type { Alternative } from "../SequenceModel.ts"

export interface Alleles {
  readonly reference: string
  readonly alternative: Alternative
}

/**
 * The window's sequence with the variant's reference bases written over the genome's, whatever these are, and with the
 * alternative in their place; both as long as the window, which must hold all of the reference bases. What a deletion
 * pulls in, and what an insertion pushes out, is at the right end.
 */
export const alleles = Effect.fnUntraced(function* (
  fasta: Fasta,
  window: Interval,
  variant: Pick<Variant, "pos" | "ref" | "alt">
): Effect.fn.Return<Alleles, InputError> {
  const { sequence } = yield* fasta.fetch({ ...window, end: window.end + extension(variant) })
  const { pos, ref, alt } = variant
  const at = pos - 1 - window.start
  const [before, after] = [sequence.slice(0, at), sequence.slice(at + ref.length)]
  const length = width(window)
  return {
    reference: (before + ref + after).slice(0, length),
    alternative: {
      sequence: (before + alt + after).slice(0, length),
      edit: { at, removed: ref.length, inserted: alt.length }
    }
  }
})
