/**
 * The two alleles of a variant in one spelling: shortest, and leftmost where the sequence around it is known, as
 * `bcftools norm` and vt have it (Tan, Abecasis and Kang, Bioinformatics 2015). An insertion or a deletion keeps the base
 * before it; at the first base of a sequence, the base after it.
 */

export interface Alleles {
  /** Of the first base of ref, 1-based. */
  readonly pos: number
  /** Forward strand, upper case, at least one base. */
  readonly ref: string
  readonly alt: string
}

/** A piece of a sequence. */
export interface Surroundings {
  /** Of its first base, 0-based. */
  readonly start: number
  /** Upper case. */
  readonly bases: string
}

/** Bases that both end with, then those that both begin with, so that `spare` bases are left of the shorter. */
const shared = (ref: string, alt: string, spare: 0 | 1): readonly [suffix: number, prefix: number] => {
  const shorter = Math.min(ref.length, alt.length)
  let suffix = 0
  const [refEnd, altEnd] = [ref.length - 1, alt.length - 1]
  while (suffix < shorter - spare && ref.charCodeAt(refEnd - suffix) === alt.charCodeAt(altEnd - suffix)) suffix++
  let prefix = 0
  while (prefix < shorter - spare - suffix && ref.charCodeAt(prefix) === alt.charCodeAt(prefix)) prefix++
  return [suffix, prefix]
}

/** The shortest spelling at its place: what both alleles end with and begin with is left out, but for one base. */
export const trim = (alleles: Alleles): Alleles => {
  const { pos, ref, alt } = alleles
  if (ref.length === 1 && alt.length === 1) return alleles
  const [suffix, prefix] = shared(ref, alt, 1)
  if (suffix === 0 && prefix === 0) return alleles
  return {
    pos: pos + prefix,
    ref: ref.slice(prefix, ref.length - suffix),
    alt: alt.slice(prefix, alt.length - suffix)
  }
}

/**
 * The shortest, leftmost spelling. Alleles may be empty here. Undefined where it depends on bases left of the
 * surroundings, or on the one right of them; `whole`: nothing is left of them.
 */
export const normalise = (alleles: Alleles, around: Surroundings, whole: boolean): Alleles | undefined => {
  const { pos, ref, alt } = alleles
  if (ref.length === 1 && alt.length === 1) return alleles
  const [suffix, prefix] = shared(ref, alt, 0)
  const [before, after] = [ref.slice(prefix, ref.length - suffix), alt.slice(prefix, alt.length - suffix)]
  const start = pos - 1 + prefix
  if (before !== "" && after !== "") return { pos: start + 1, ref: before, alt: after }
  const unit = before + after
  const { start: left, bases } = around
  let moved = 0
  while (start - moved > left && bases[start - moved - 1 - left] === unit[unit.length - 1 - (moved % unit.length)])
    moved++
  const at = start - moved
  if (at === left && !whole) return undefined
  const turn = unit.length - (moved % unit.length)
  const turned = unit.slice(turn) + unit.slice(0, turn)
  const [deleted, inserted] = before === "" ? ["", turned] : [turned, ""]
  if (at > left) {
    const anchor = bases[at - 1 - left]!
    return { pos: at, ref: anchor + deleted, alt: anchor + inserted }
  }
  const anchor = bases[at + deleted.length - left]
  return anchor === undefined ? undefined : { pos: at + 1, ref: deleted + anchor, alt: inserted + anchor }
}
