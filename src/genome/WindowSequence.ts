/** The bases of a window, with the reference and with the alternative allele of a variant. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import type { Fasta } from "./Fasta.ts"
import * as Interval from "./Interval.ts"
import * as Variant from "./Variant.ts"

/**
 * Both sequences of a variant's window, each end - start bases long, forward strand, upper case, N outside the sequence
 * at hand. Right of an insertion or deletion the alternative one is shifted: see {@link Variant.apply}.
 */
export const alleles = Effect.fnUntraced(function* (
  fasta: Fasta,
  window: Interval.Interval,
  variant: Variant.Variant
): Effect.fn.Return<{ readonly ref: string; readonly alt: string }, InputError> {
  const width = Interval.width(window)
  const { sequence } = yield* fasta.fetch({ ...window, end: window.end + Variant.extension(variant) })
  const alt = yield* Effect.fromResult(Variant.apply(sequence, window.start, width, variant)).pipe(
    Effect.mapError((message) => new InputError({ message, file: fasta.path }))
  )
  return { ref: sequence.slice(0, width), alt }
})
