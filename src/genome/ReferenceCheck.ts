/** Whether a variant fits the reference sequence at hand. */
import * as Effect from "effect/Effect"
import type { InputError } from "../core/Failure.ts"
import type { Fasta } from "./Fasta.ts"
import * as Interval from "./Interval.ts"
import * as Sequence from "./Sequence.ts"
import * as Variant from "./Variant.ts"

export interface Problem {
  readonly kind: "outside" | "mismatch"
  readonly reason: string
  readonly hint?: string
}

const likelyCause = (ref: string, alt: string, found: string): string => {
  if (found.startsWith(alt)) return "the genome has the alternative allele: are ref and alt swapped?"
  if (found.startsWith(Sequence.reverseComplement(ref))) return "the alleles look like those of the reverse strand"
  return "are the variants of another genome build, or their positions 0-based?"
}

/** Nothing where the variant's reference allele is what the genome has. */
export const check = Effect.fnUntraced(function* (
  fasta: Fasta,
  variant: Variant.Variant
): Effect.fn.Return<Problem | undefined, InputError> {
  const interval = Variant.interval(variant)
  if (!fasta.covers(interval)) {
    return {
      kind: "outside",
      reason: `outside the sequence at hand (${Interval.listed(fasta.pieces, variant.chrom)})`
    }
  }
  const longest = Math.max(variant.ref.length, variant.alt.length)
  const { sequence } = yield* fasta.fetch({ ...interval, end: interval.start + longest })
  const found = sequence.slice(0, variant.ref.length)
  if (found === variant.ref) return undefined
  return {
    kind: "mismatch",
    reason: `the reference allele is ${variant.ref}, the genome has ${found} at ${Interval.format(interval)}`,
    hint: likelyCause(variant.ref, variant.alt, sequence)
  }
})
