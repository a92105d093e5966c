/** Two alleles of a sequence that stands by itself: an element on a plasmid, the surroundings of a site. */
import * as Result from "effect/Result"
import * as Printable from "../core/Printable.ts"
import * as Table from "../data/Table.ts"

export const table = {
  pair_id: Table.string("name of the pair, unique"),
  ref: Table.string("sequence of the one allele"),
  alt: Table.string("sequence of the other allele")
}
export type SequencePair = Table.Row<typeof table>

export const substitutionTable = {
  pair_id: Table.string("name of the pair, unique"),
  sequence: Table.string("the sequence with the reference allele"),
  start: Table.integer("0-based position of its first base, in the coordinates of `pos`"),
  pos: Table.integer("1-based position of the first base of ref"),
  ref: Table.string("reference allele; - or empty for an insertion before pos"),
  alt: Table.string("alternative allele; - or empty for a deletion")
}
export type Substitution = Table.Row<typeof substitutionTable>

/** Letters, and gaps of an alignment; neither blanks nor numbers, which shift positions. */
const strange = (text: string): string | undefined => /[^A-Z*.-]/u.exec(text)?.[0]

const bases = (allele: string): string => (allele === "-" ? "" : allele.toUpperCase())

/** The pair that a change of a sequence makes; the failure says why it does not fit the sequence. */
export const ofSubstitution = ({
  pair_id,
  sequence,
  start,
  pos,
  ref,
  alt
}: Substitution): Result.Result<SequencePair, string> => {
  const at = pos - 1 - start
  const whole = sequence.toUpperCase()
  const [before, after] = [bases(ref), bases(alt)]
  const other = [whole, before, after].map(strange).find((letter) => letter !== undefined)
  if (other !== undefined) return Result.fail(`${Printable.quoted(other)} is no base`)
  if (before === after) return Result.fail("the reference and the alternative allele are the same")
  if (at < 0 || at + before.length > whole.length) return Result.fail(`position ${pos} lies outside the sequence`)
  const found = whole.slice(at, at + before.length)
  if (found !== before) return Result.fail(`the sequence has ${found} where the reference allele is ${before}`)
  return Result.succeed({ pair_id, ref: whole, alt: whole.slice(0, at) + after + whole.slice(at + before.length) })
}
