/** Splice junctions: the introns that aligned reads skip, counted from a BAM file. */
import * as Effect from "effect/Effect"
import { cannot, InputError } from "../core/Failure.ts"
import * as Table from "../data/Table.ts"
import * as Interval from "./Interval.ts"

export const table = {
  chrom: Table.string("chromosome, UCSC name"),
  start: Table.integer("first base of the intron, 0-based"),
  end: Table.integer("end of the intron, 0-based, excluded"),
  strand: Table.string("strand of the transcript: + or -, . where the reads do not tell"),
  reads: Table.integer("reads that skip the intron")
}
export type Junction = Table.Row<typeof table>

export interface Filter {
  /** Reads mapped with less are left out. */
  readonly minimumQuality: number
  /** Bases that a read must match on either side of the intron, up to the next intron or its end. */
  readonly minimumOverhang: number
}

/** SAM flags of reads that are not counted: unmapped, secondary, failed, duplicate, supplementary. */
const uncounted = 0x4 | 0x100 | 0x200 | 0x400 | 0x800

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
  return introns.filter((_, index) => flanks[index]! >= minimumOverhang && flanks[index + 1]! >= minimumOverhang)
}

/** All junctions of the file, in genome order. It must have an index (`.bai` or `.csi`) beside it. */
export const count = Effect.fnUntraced(function* (
  path: string,
  index: { readonly baiPath: string } | { readonly csiPath: string },
  { minimumQuality, minimumOverhang }: Filter
): Effect.fn.Return<ReadonlyArray<Junction>, InputError> {
  const read = <A>(load: () => Promise<A>) => Effect.tryPromise({ try: load, catch: cannot("read", path) })
  const { BamFile } = yield* read(() => import("@gmod/bam"))
  const bam = new BamFile({ bamPath: path, ...index })
  yield* read(() => bam.getHeader())
  const counts = new Map<string, { -readonly [K in keyof Junction]: Junction[K] }>()
  for (const { refName, length } of bam.indexToChr ?? []) {
    const chrom = Interval.chromName(refName)
    for (const record of yield* read(() => bam.getRecordsForRange(refName, 0, length))) {
      if ((record.flags & uncounted) !== 0 || (record.mq ?? 0) < minimumQuality) continue
      const strand = strandOf(record.isReverseComplemented(), record.getTag("XS"), record.getTag("ts"))
      for (const { start, end } of intronsOf(record.start, record.NUMERIC_CIGAR, minimumOverhang)) {
        const key = `${chrom}:${start}:${end}:${strand}`
        const known = counts.get(key)
        if (known === undefined) counts.set(key, { chrom, start, end, strand, reads: 1 })
        else known.reads++
      }
    }
  }
  return [...counts.values()].sort((a, b) => Interval.compare(a, b) || (a.strand < b.strand ? -1 : 1))
})
