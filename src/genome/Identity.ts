/**
 * Which variant of a reference a row of a file means: its chromosome by the reference's name, its alleles checked against
 * the sequence, in the shortest and leftmost spelling (see Alleles.ts).
 *
 * Made for millions of rows: a window of the sequence moves along with them, and none of it is an effect but an error.
 */
import * as Effect from "effect/Effect"
import type { InputError } from "../core/Failure.ts"
import * as Alleles from "./Alleles.ts"
import * as Fasta from "./Fasta.ts"
import * as Interval from "./Interval.ts"
import * as Sequence from "./Sequence.ts"
import * as Variant from "./Variant.ts"
import type { Row } from "./VariantSource.ts"
import * as VariantText from "./VariantText.ts"

export interface Found extends Alleles.Alleles {
  readonly chrom: string
  /** ref and alt have changed places. */
  readonly turned: boolean
  /** Spelled in another way than in the file, beyond its chromosome's name. */
  readonly respelled: boolean
}

export const idOf = ({ chrom, pos, ref, alt }: Found): string => Variant.idOf(chrom, pos, ref, alt)

export interface Problem {
  /** `ambiguous`: the reference has two chromosomes that may be meant. */
  readonly kind: VariantText.Problem["kind"] | "outside" | "mismatch" | "ambiguous"
  /** A short category, without values. */
  readonly category: string
  readonly reason: string
  /** What is said of one such row where its category stands beside it; else the reason. */
  readonly example?: string
  readonly hint?: string
}

export interface Identity {
  /** The variant, or why there is none; undefined where the sequence cannot be looked at: {@link Identity.read}. */
  readonly find: (row: Row) => Found | Problem | undefined
  /** The same; fails where the sequence cannot be read. */
  readonly read: (row: Row) => Effect.Effect<Found | Problem, InputError>
}

/** What a row asks about; an allele may be empty. */
interface Asked extends Alleles.Alleles {
  readonly chrom: string
  /** An insertion stands before `pos`. */
  readonly before: boolean
}

/** A stretch of one piece of the reference. */
interface Window extends Alleles.Surroundings {
  readonly chrom: string
  readonly piece: Interval.Interval
}

/** Bases that are read at once: few where variants lie far apart or in no order. */
const least = 1 << 7
const most = 1 << 17

/** Variants in a window from which on the next is larger; with fewer it is smaller. */
const dense = 2

/** Bases left of a variant that are read with it: most repeats end within them. */
const before = 200

const likelyCause = (ref: string, alt: string, found: string): string => {
  if (alt !== "" && found.startsWith(alt)) {
    return "the genome has the alternative allele: are ref and alt swapped? `mismatch: swap` turns them, and their effects"
  }
  if (found.startsWith(Sequence.reverseComplement(ref))) return "the alleles look like those of the reverse strand"
  return "are the variants of another genome build, or their positions 0-based?"
}

const same = (a: Alleles.Alleles, b: Alleles.Alleles): boolean => a.pos === b.pos && a.ref === b.ref && a.alt === b.alt

/** Whether `text` holds `part` at a place: letter by letter, which is faster for few than cutting them out. */
const holds = (text: string, at: number, part: string): boolean => {
  for (let i = 0; i < part.length; i++) if (text.charCodeAt(at + i) !== part.charCodeAt(i)) return false
  return true
}

/** A number of at most nine digits; -1 of any other text. */
const digits = (text: string): number => {
  let value = 0
  if (text.length === 0 || text.length > 9) return -1
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

const bases = (allele: string): string => (allele === "-" ? "" : allele.toUpperCase())

/** Of variants in a reference; `swap`: alleles that the genome has the other way round are turned. */
export const make = (fasta: Fasta.Fasta, { swap }: { readonly swap: boolean }): Identity => {
  const names = new Map<string, ReturnType<Fasta.Fasta["resolve"]>>()
  const resolve = (chrom: string) => {
    let found = names.get(chrom)
    if (found === undefined) names.set(chrom, (found = fasta.resolve(chrom)))
    return found
  }
  const held = new Map<string, string>()
  /** What the reference has of a chromosome, or else of all. */
  const has = (chrom: string): string => {
    let text = held.get(chrom)
    if (text === undefined) {
      const pieces = fasta.pieces.filter((piece) => piece.chrom === chrom).map(Interval.format)
      text = Fasta.listed(pieces.length > 0 ? pieces : new Set(fasta.pieces.map((piece) => piece.chrom)))
      held.set(chrom, text)
    }
    return text
  }
  const outside = (chrom: string): Problem => ({
    kind: "outside",
    category: "outside the reference",
    reason: `outside the reference, which has ${has(chrom)}`,
    example: `the reference has ${has(chrom)}`
  })

  let window: Window | undefined
  let size = least
  let [looks, seen] = [0, 0]
  /** What is read next: more at once while most of it is looked at. */
  const reach = (piece: Interval.Interval, start: number, end: number): Interval.Interval => {
    const hits = looks - seen
    seen = looks
    size = Math.min(most, Math.max(least, hits >= dense ? size * 2 : size / 2))
    const from = Math.max(piece.start, start)
    return { chrom: piece.chrom, start: from, end: Math.min(piece.end, Math.max(end, from + size)) }
  }

  /** Undefined where the window does not reach far enough. */
  const place = (asked: Asked, at: Window): Found | Problem | undefined => {
    const { chrom, pos } = asked
    let { ref, alt } = asked
    const offset = pos - 1 - at.start
    const longest = Math.max(ref.length, alt.length, 1)
    if (offset < 0 || offset + longest + 1 > at.bases.length) {
      const reaches = at.start + at.bases.length === at.piece.end && offset + ref.length <= at.bases.length
      if (offset < 0 || !reaches) return undefined
    }
    let turned = false
    if (!holds(at.bases, offset, ref)) {
      const found = at.bases.slice(offset, offset + longest)
      if (ref.includes("N")) {
        return {
          kind: "unsupported",
          category: "reference allele with ambiguous bases",
          reason: `the reference allele is ${ref}, the genome has ${found.slice(0, ref.length)}`
        }
      }
      if (!swap || alt === "" || !found.startsWith(alt)) {
        const interval = { chrom, start: pos - 1, end: pos - 1 + ref.length }
        return {
          kind: "mismatch",
          category: "reference allele differs from the genome",
          reason: `the reference allele is ${ref}, the genome has ${found.slice(0, ref.length)} at ${Interval.format(interval)}`,
          hint: likelyCause(ref, alt, found)
        }
      }
      turned = true
      ;[ref, alt] = [alt, ref]
    }
    const whole = at.start === at.piece.start
    const alleles = { pos, ref, alt }
    if (ref !== "") {
      const spelled = Alleles.normalise(alleles, at, whole)
      return spelled && { ...spelled, chrom, turned, respelled: turned || !same(spelled, alleles) }
    }
    // Before its position, or after it as MAF has it: both are the same in a repeat alone.
    const readings = [pos, asked.before ? pos : pos + 1].map((pos) => Alleles.normalise({ pos, ref, alt }, at, whole))
    const [one, other] = readings
    if (one === undefined || other === undefined) return undefined
    return same(one, other)
      ? { ...one, chrom, turned, respelled: true }
      : {
          kind: "unsupported",
          category: "insertion without the base before it",
          reason: `'-' as reference allele does not say whether the bases are inserted before or after ${pos}`,
          hint: "write the base before the insertion in both alleles, as VCF does"
        }
  }

  /** What the row asks about, as far as that does not need the sequence. */
  const asked = (row: Row): Problem | Asked => {
    if (row.problem !== undefined) return row.problem
    const pos = VariantText.position(row.pos)
    if (typeof pos !== "number") return pos
    const [ref, alt] = [bases(row.ref), bases(row.alt)]
    // For the check, an empty allele is any other than its partner.
    const problem = VariantText.alleleProblem(row.ref === "-" ? `${alt}A` : ref, row.alt === "-" ? `${ref}A` : alt)
    if (problem !== undefined) return problem
    if (row.chrom === "") {
      return { kind: "malformed", category: "no chromosome", reason: "the chromosome is missing" }
    }
    const known = resolve(row.chrom)
    if ("problem" in known) {
      return known.problem === "absent"
        ? outside(row.chrom)
        : {
            kind: "ambiguous",
            category: "several chromosomes may be meant",
            reason: `the reference has several chromosomes that '${row.chrom}' may be`,
            hint: `it has: ${has(row.chrom)}`
          }
    }
    if (row.build !== undefined && fasta.build !== undefined && row.build !== fasta.build) {
      return {
        kind: "mismatch",
        category: "of another genome build than the reference",
        reason: `the variant is of ${row.build}, the reference of ${fasta.build}`,
        hint: "lift the variants over, or give the reference of their build"
      }
    }
    ;[lastName, lastChrom, lastBuild] = [row.chrom, known.name, row.build]
    return { pos, ref, alt, chrom: known.name, before: row.before === true }
  }

  /** Most rows: one base for another, in upper case, where the window is. Undefined for all others. */
  let [lastName, lastChrom, lastBuild] = ["", "", fasta.build]
  const substitution = ({ chrom, pos, ref, alt, build, problem }: Row): Found | undefined => {
    if (ref.length !== 1 || alt.length !== 1 || chrom !== lastName || build !== lastBuild || problem !== undefined) {
      return undefined
    }
    if (window?.chrom !== lastChrom || ref === alt || !"ACGT".includes(alt)) return undefined
    const place = digits(pos)
    const base = window.bases.charCodeAt(place - 1 - window.start)
    return base === ref.charCodeAt(0) && "ACGT".includes(ref)
      ? { chrom: lastChrom, pos: place, ref, alt, turned: false, respelled: false }
      : undefined
  }

  /** Windows about a variant, each larger than the one before, until one says what it is. */
  function* windowsOf(asked: Asked): Generator<Interval.Interval, Found | Problem, string> {
    const { chrom, pos, ref, alt } = asked
    const site = { chrom, start: pos - 1, end: pos - 1 + Math.max(1, ref.length) }
    const known = window?.chrom === chrom && Interval.contains(window.piece, site) ? window.piece : undefined
    const piece = known ?? fasta.pieces.find((piece) => Interval.contains(piece, site))
    if (piece === undefined) return outside(chrom)
    const right = site.start + Math.max(ref.length, alt.length) + 2
    // What is left of a substitution does not matter.
    for (let left = ref.length === 1 && alt.length === 1 ? 0 : before; ; left = Math.max(before, left * 4)) {
      const interval = reach(piece, site.start - left, right)
      const bases = yield interval
      window = { chrom: piece.chrom, piece, start: interval.start, bases }
      const found = place(asked, window)
      if (found !== undefined) return found
      if (bases.length === Interval.width(piece)) {
        return { kind: "unsupported", category: "no base of the sequence left", reason: `${ref} is all of ${chrom}` }
      }
    }
  }

  const find: Identity["find"] = (row) => {
    looks++
    const plain = substitution(row)
    if (plain !== undefined) return plain
    const wanted = asked(row)
    if ("kind" in wanted) return wanted
    const near = window?.chrom === wanted.chrom ? place(wanted, window) : undefined
    if (near !== undefined) return near
    const windows = windowsOf(wanted)
    let next = windows.next()
    while (next.done !== true) {
      const bases = fasta.look(next.value)
      if (bases === undefined) return undefined
      next = windows.next(bases)
    }
    return next.value
  }

  const read: Identity["read"] = Effect.fnUntraced(function* (row) {
    const wanted = asked(row)
    if ("kind" in wanted) return wanted
    const windows = windowsOf(wanted)
    let next = windows.next()
    while (next.done !== true) next = windows.next((yield* fasta.fetch(next.value)).sequence)
    return next.value
  })
  return { find, read }
}
