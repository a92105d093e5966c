/** The bases of a window, with the reference and with the alternative allele of a variant. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import type { Fasta } from "./Fasta.ts"
import type * as Interval from "./Interval.ts"
import * as Sequence from "./Sequence.ts"
import * as Variant from "./Variant.ts"

/** Strand `-` gives the reverse complement. */
export interface Stranded extends Interval.Interval {
  readonly strand: string
}

const oriented = (sequence: string, strand: string): string =>
  strand === "-" ? Sequence.reverseComplement(sequence) : sequence

/** Upper case, end - start bases, N outside the sequence at hand. */
export const reference = (fasta: Fasta, window: Stranded): Effect.Effect<string, InputError> =>
  Effect.map(fasta.fetch(window), ({ sequence }) => oriented(sequence, window.strand))

/**
 * Both sequences of a variant's window, each end - start bases long. Right of an insertion or deletion the alternative
 * one is shifted, on the forward strand: see `Variant.apply`.
 */
export const alleles = Effect.fnUntraced(function* (
  fasta: Fasta,
  window: Stranded,
  variant: Variant.Variant
): Effect.fn.Return<{ readonly ref: string; readonly alt: string }, InputError> {
  const width = window.end - window.start
  const { sequence } = yield* fasta.fetch({ ...window, end: window.end + Variant.extension(variant) })
  const alt = yield* Effect.fromResult(Variant.apply(sequence, window.start, width, variant)).pipe(
    Effect.mapError((message) => new InputError({ message, file: fasta.path }))
  )
  return { ref: oriented(sequence.slice(0, width), window.strand), alt: oriented(alt, window.strand) }
})
