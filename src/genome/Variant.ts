/** A change of the reference sequence at one place, with the VCF conventions: `pos` is 1-based, alleles are forward. */
import * as Result from "effect/Result"
import * as Table from "../data/Table.ts"
import * as Alleles from "./Alleles.ts"
import * as Interval from "./Interval.ts"
import * as VariantText from "./VariantText.ts"

export const variants = {
  variant_id: Table.string("the variant as chrom_pos_ref_alt, for example chr1_12345_A_G"),
  chrom: Table.string("chromosome, UCSC name"),
  pos: Table.integer("position of the first base of ref, 1-based"),
  ref: Table.string("reference allele, forward strand"),
  alt: Table.string("alternative allele, forward strand")
}
export type Variant = Table.Row<typeof variants>

export const pairTable = {
  variant_id: Table.string("the variant as chrom_pos_ref_alt"),
  gene_id: Table.string("gene that the variant is asked about")
}
export type Pair = Table.Row<typeof pairTable>

export const idOf = (chrom: string, pos: number, ref: string, alt: string): string => `${chrom}_${pos}_${ref}_${alt}`

/**
 * A variant as it is spelled: UCSC chromosome name, upper-case alleles of bases (ACGTN), at least one; symbolic ones
 * (`<DEL>`, `*`) are refused. The failure says what is wrong.
 */
export const make = (chrom: string, pos: number, ref: string, alt: string): Result.Result<Variant, string> => {
  const name = Interval.chromName(chrom)
  if (name === "") return Result.fail("the chromosome is empty")
  const place = VariantText.position(String(pos))
  if (typeof place !== "number") return Result.fail(place.reason)
  const [upperRef, upperAlt] = [ref.toUpperCase(), alt.toUpperCase()]
  const problem = VariantText.alleleProblem(upperRef, upperAlt)
  if (problem !== undefined) return Result.fail(problem.reason)
  return Result.succeed({
    variant_id: idOf(name, pos, upperRef, upperAlt),
    chrom: name,
    pos,
    ref: upperRef,
    alt: upperAlt
  })
}

/** Reads an id in any spelling that {@link VariantText.split} knows. */
export const parse = (text: string): Result.Result<Variant, string> => {
  const pieces = VariantText.split(text)
  if (pieces._tag === "Failure") {
    const { reason, hint } = pieces.failure
    return Result.fail(hint === undefined ? reason : `${reason}; ${hint}`)
  }
  const { chrom, pos, ref, alt } = pieces.success
  return make(chrom, Number(pos), ref, alt)
}

/** In the shortest spelling at its place: what ref and alt have in common is left out, but for one base. */
export const minimal = (variant: Variant): Variant => {
  const { pos, ref, alt } = Alleles.trim(variant)
  return pos === variant.pos && ref === variant.ref && alt === variant.alt
    ? variant
    : { variant_id: idOf(variant.chrom, pos, ref, alt), chrom: variant.chrom, pos, ref, alt }
}

/** The reference bases that the variant replaces, 0-based half-open. */
export const interval = ({ chrom, pos, ref }: Pick<Variant, "chrom" | "pos" | "ref">): Interval.Interval => ({
  chrom,
  start: pos - 1,
  end: pos - 1 + ref.length
})

/** Genome order, then by alleles. */
export const compare = (a: Variant, b: Variant): number =>
  Interval.compare(interval(a), interval(b)) || (a.alt < b.alt ? -1 : a.alt > b.alt ? 1 : 0)

/** How many reference bases right of a window its alternative sequence needs: the bases that a deletion takes away. */
export const extension = ({ ref, alt }: Pick<Variant, "ref" | "alt">): number => Math.max(0, ref.length - alt.length)

/**
 * The alternative sequence of a window, as long as the window.
 *
 * `sequence` is the reference from `start` (0-based) over the window's `width` and {@link extension} bases more. The
 * bases of ref are replaced by alt in place; left of the variant nothing moves, right of it bases shift by
 * alt.length - ref.length. A deletion is filled up from the right with the reference that follows the window; an
 * insertion pushes bases out at the right. The failure says why the variant does not fit.
 */
export const apply = (
  sequence: string,
  start: number,
  width: number,
  variant: Variant
): Result.Result<string, string> => {
  const at = variant.pos - 1 - start
  if (at < 0 || at + variant.ref.length > width) {
    return Result.fail(`it does not lie inside its window (${variant.variant_id}, ${width} bp from ${start + 1})`)
  }
  const found = sequence.slice(at, at + variant.ref.length)
  if (found !== variant.ref) {
    return Result.fail(`its reference allele is not what the genome has (${variant.variant_id}: ${found})`)
  }
  return Result.succeed((sequence.slice(0, at) + variant.alt + sequence.slice(at + variant.ref.length)).slice(0, width))
}
