/** A change of the reference sequence at one place, with the VCF conventions: `pos` is 1-based, alleles are forward. */
import * as Result from "effect/Result"
import * as Table from "../data/Table.ts"
import * as Interval from "./Interval.ts"

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
 * Checks and normalises: UCSC chromosome name, upper-case alleles. Alleles are bases (ACGTN), at least one; symbolic ones
 * (`<DEL>`, `*`) are refused. The failure says what is wrong.
 */
export const make = (chrom: string, pos: number, ref: string, alt: string): Result.Result<Variant, string> => {
  const name = Interval.chromName(chrom)
  const [upperRef, upperAlt] = [ref.toUpperCase(), alt.toUpperCase()]
  if (name === "") return Result.fail("the chromosome is empty")
  if (!Number.isSafeInteger(pos) || pos < 1) return Result.fail(`position '${pos}' is not a whole number of at least 1`)
  for (const allele of [upperRef, upperAlt]) {
    if (!/^[ACGTN]+$/u.test(allele)) return Result.fail(`allele '${allele}' is not made of the letters A, C, G, T, N`)
  }
  if (upperRef === upperAlt) return Result.fail("the reference and the alternative allele are the same")
  return Result.succeed({
    variant_id: idOf(name, pos, upperRef, upperAlt),
    chrom: name,
    pos,
    ref: upperRef,
    alt: upperAlt
  })
}

/** Reads `chr1_12345_A_G`, `chr1:12345:A:G`, `1-12345-A-G` and `chr1:12345:A>G`. */
export const parse = (text: string): Result.Result<Variant, string> => {
  const [, chrom, pos, ref, alt] = /^(\S+?)[_:-](\d+)[_:-]([A-Za-z]+)[_:>-](\S+)$/u.exec(text) ?? []
  return chrom === undefined
    ? Result.fail(`'${text}' is not a variant; write it as chr1_12345_A_G`)
    : make(chrom, Number(pos), ref!, alt!)
}

/** Whether the alternative allele is one that VCF does not spell out in bases: `<DEL>`, `*`, a breakend, `.`. */
export const isSymbolic = (text: string): boolean =>
  /[<>*[\]]|[_:-]\.$/u.test(text.replace(/([A-Za-z])>([A-Za-z])/u, "$1:$2"))

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
