/** Splice junctions: the introns that aligned reads skip, counted from a BAM file. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import { groupBy } from "../core/GroupBy.ts"
import type { Book } from "../core/Tally.ts"
import * as Table from "../data/Table.ts"
import * as Bam from "./Bam.ts"
import * as Interval from "./Interval.ts"

export const table = {
  chrom: Table.string("chromosome, UCSC name"),
  start: Table.integer("first base of the intron, 0-based"),
  end: Table.integer("end of the intron, 0-based, excluded"),
  strand: Table.string("strand of the transcript: + or -, . where the reads do not tell"),
  reads: Table.integer("reads that skip the intron")
}
export type Junction = Table.Row<typeof table>

/** Alignments that are left out unless they are asked for, each with its flag. */
export const kinds = {
  secondary: Bam.flag.secondary,
  supplementary: Bam.flag.part,
  failed: Bam.flag.failed,
  duplicate: Bam.flag.duplicate
} as const
export type Kind = keyof typeof kinds

export interface Filter {
  /** Reads mapped with less are left out. */
  readonly minimumQuality: number
  /** Whether reads of quality 255 are left out; else 255 is the highest. */
  readonly withoutUnknownQuality: boolean
  /** Kinds that are counted too. */
  readonly include: ReadonlyArray<Kind>
  /** Bases that a read must match on either side of the intron, up to the next intron or its end. */
  readonly minimumOverhang: number
}

const leftOut: { readonly [K in Kind]: string } = {
  secondary: "secondary",
  supplementary: "supplementary",
  failed: "failed quality checks",
  duplicate: "duplicates"
}

/** CIGAR operations by number: M I D N S H P = X. */
const consumesReference = [true, false, true, true, false, false, false, true, true]
const matches = [true, false, false, false, false, false, false, true, true]
const skip = 3

/**
 * Strand of the transcript: tag XS says it outright; tag ts (minimap2) says it relative to the read. Tags hold a
 * character.
 */
const strandOf = (reversed: boolean, xs: unknown, ts: unknown): "+" | "-" | "." => {
  if (xs === "+" || xs === "-") return xs
  if (ts !== "+" && ts !== "-") return "."
  return (ts === "+") === reversed ? "-" : "+"
}

interface Intron {
  readonly start: number
  readonly end: number
}

/** The introns of one alignment whose flanks match long enough. */
export const intronsOf = (start: number, cigar: ArrayLike<number>, minimumOverhang: number): ReadonlyArray<Intron> => {
  const introns: Array<Intron> = []
  // Matched bases of each stretch between introns: one more stretch than there are introns.
  const flanks = [0]
  let position = start
  for (let i = 0; i < cigar.length; i++) {
    const operation = cigar[i]! & 15
    const length = cigar[i]! >>> 4
    if (operation === skip) {
      introns.push({ start: position, end: position + length })
      flanks.push(0)
    } else if (matches[operation]) flanks[flanks.length - 1]! += length
    if (consumesReference[operation]) position += length
  }
  // A skip with nothing aligned on a side is the end of the alignment; adjacent skips have none between them.
  const outer = [flanks.findIndex((bases) => bases > 0), flanks.findLastIndex((bases) => bases > 0)] as const
  return introns.filter(
    ({ start, end }, index) =>
      end > start &&
      index >= outer[0] &&
      index < outer[1] &&
      flanks[index]! >= minimumOverhang &&
      flanks[index + 1]! >= minimumOverhang
  )
}

/** UCSC names of the references, or their own where two would have one. */
const namesOf = (references: ReadonlyArray<Bam.Reference>): ReadonlyArray<string> => {
  const same = groupBy(references, ({ name }) => Interval.chromName(name))
  return references.map(({ name }) =>
    same.get(Interval.chromName(name))!.length > 1 ? name : Interval.chromName(name)
  )
}

/** Why an alignment is not counted, whatever its junctions; nothing otherwise. */
const reasons = ({ minimumQuality, withoutUnknownQuality, include }: Filter) => {
  const excluded = (Object.keys(kinds) as Array<Kind>).filter((kind) => !include.includes(kind))
  return ({ flags, quality, reference }: Bam.Alignment): string | undefined => {
    if ((flags & Bam.flag.unmapped) !== 0 || reference < 0) return "unmapped"
    for (const kind of excluded) if ((flags & kinds[kind]) !== 0) return leftOut[kind]
    if (quality === 255 && withoutUnknownQuality) return "of unknown mapping quality (255)"
    return quality < minimumQuality ? "mapped with a lower quality" : undefined
  }
}

/** All junctions of a BAM file, in genome order. Each alignment is taken into the book: kept where it has a junction. */
export const count = Effect.fnUntraced(function* (
  path: string,
  filter: Filter,
  book: Book
): Effect.fn.Return<ReadonlyArray<Junction>, InputError> {
  const counts = new Map<string, { -readonly [K in keyof Junction]: Junction[K] }>()
  /** By reason, how many; the example is the first. */
  const left = new Map<string, { example: string; count: number }>()
  const reasonAgainst = reasons(filter)
  let names: ReadonlyArray<string> | undefined
  let taken = 0
  const references = yield* Bam.forEach(path, (alignment, references) => {
    taken++
    names ??= namesOf(references)
    let reason = reasonAgainst(alignment)
    if (reason === undefined && !alignment.skips()) reason = "without a junction"
    if (reason === undefined) {
      const introns = intronsOf(alignment.start, alignment.cigar(), filter.minimumOverhang)
      const { length } = references[alignment.reference]!
      if (introns.length === 0) reason = "with too short an overhang"
      else if (introns.at(-1)!.end > length) reason = "beyond the end of its chromosome"
      const reversed = (alignment.flags & Bam.flag.reverse) !== 0
      const strand =
        introns.length === 0 ? "." : strandOf(reversed, alignment.character("XS"), alignment.character("ts"))
      for (const { start, end } of reason === undefined ? introns : []) {
        const key = `${alignment.reference}:${start}:${end}:${strand}`
        const known = counts.get(key)
        if (known !== undefined) known.reads++
        else counts.set(key, { chrom: names[alignment.reference]!, start, end, strand, reads: 1 })
      }
    }
    if (reason === undefined) return
    const known = left.get(reason)
    if (known === undefined) left.set(reason, { example: alignment.name(), count: 1 })
    else known.count++
  })
  let kept = taken
  book.take(taken)
  for (const [reason, { example, count }] of left) {
    book.leave(reason, example, count)
    kept -= count
  }
  book.keep(kept)
  if (references.length === 0 && taken === 0) {
    return yield* new InputError({ message: "the file has no reference and no alignment", file: path })
  }
  return [...counts.values()].sort((a, b) => Interval.compare(a, b) || (a.strand < b.strand ? -1 : 1))
})
