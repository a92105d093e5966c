/**
 * A reference sequence, plain or bgzip, read by coordinates.
 *
 * A contig named like a region (`chr17:42425000-43600000`, 1-based, both ends included) that holds as many bases as its
 * name says stands for that piece of chr17, so a file may hold snippets with true coordinates; any other contig is a whole
 * chromosome. Chromosomes have their UCSC names (see Chromosome.ts), but for two contigs that would have the same (`1` and
 * `chr1`, `chrM` and `chrMT`): those keep the names of the file, and are never taken for each other.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { InputError } from "../core/Failure.ts"
import { groupBy } from "../core/GroupBy.ts"
import type { Book } from "../core/Tally.ts"
import { Task } from "../core/Task.ts"
import * as Chromosome from "./Chromosome.ts"
import * as FastaBases from "./FastaBases.ts"
import * as FastaFile from "./FastaFile.ts"
import type * as FastaIndex from "./FastaIndex.ts"
import * as Interval from "./Interval.ts"

export interface Fetched {
  /** A, C, G, T, N, as long as the interval: U is read as T, any other letter as N. */
  readonly sequence: string
  /** How many of its bases lie outside the reference and were written as N. */
  readonly padded: number
}

export interface Piece extends Interval.Interval {
  /** Part of a chromosome, by the name of the contig; else a whole one. */
  readonly part: boolean
}

export interface Fasta {
  readonly path: string
  /** What the file holds: one interval per contig, genome order. */
  readonly pieces: ReadonlyArray<Piece>
  /** The sequence of an interval, which may reach beyond what the file holds. Fails for an unknown chromosome. */
  readonly fetch: (interval: Interval.Interval) => Effect.Effect<Fetched, InputError>
  /**
   * An interval within one piece as {@link Fasta.fetch} gives it, at less cost for each of many; nothing is noted. Undefined
   * where it has to be fetched, which then says why.
   */
  readonly look: (interval: Interval.Interval) => string | undefined
  /** Whether one piece holds the whole interval. */
  readonly covers: (interval: Interval.Interval) => boolean
  /** The file's chromosome of a name in any spelling. */
  readonly resolve: Chromosome.Resolver["resolve"]
  /** The genome's build, where names or lengths of its chromosomes tell it. */
  readonly build: Chromosome.Build | undefined
}

interface Placed extends Piece {
  readonly entry: FastaIndex.Entry
}

/** The part of a chromosome that a contig's name says it is, where it holds as many bases. */
const partOf = ({ name, length }: FastaIndex.Entry): Interval.Interval | undefined => {
  const region = Interval.parse(name)
  return region !== undefined && Interval.width(region) === length ? region : undefined
}

/**
 * Contigs by UCSC name, or by their own where two would have one. What is only named like a region is noted, and two names of
 * one chromosome are: tables have the UCSC name alone, so rows that said `MT` are read from `chrM` where there is a `chrMT` too.
 */
const piecesOf = (
  entries: ReadonlyArray<FastaIndex.Entry>,
  book: (rows: string) => Book | undefined
): ReadonlyArray<Placed> => {
  const whole = entries.filter((entry) => partOf(entry) === undefined)
  const same = groupBy(whole, ({ name }) => Chromosome.nameOf(name))
  const regions = whole.filter(({ name }) => Interval.parse(name) !== undefined)
  const twins = [...same].filter(([, { length }]) => length > 1)
  if (regions.length + twins.length > 0) {
    const contigs = book("contigs")
    contigs?.take(entries.length)
    contigs?.keep(entries.length)
    for (const { name } of regions)
      contigs?.note("named like a region of another length: taken as a whole contig", name)
    for (const [name, entries] of twins) {
      const names = entries.map((entry) => entry.name).join(" and ")
      contigs?.note("of one chromosome under several names: not merged", `${names}, ${name} in tables`, entries.length)
    }
  }
  return entries.map((entry) => {
    const part = partOf(entry)
    if (part !== undefined) return { ...part, part: true, entry }
    const name = Chromosome.nameOf(entry.name)
    return { chrom: same.get(name)!.length > 1 ? entry.name : name, start: 0, end: entry.length, part: false, entry }
  })
}

const buildOf = (entries: ReadonlyArray<FastaIndex.Entry>): Chromosome.Build | undefined => {
  for (const { name, length } of entries) {
    const build = Chromosome.buildOfName(name) ?? Chromosome.buildOfLength(name, length)
    if (build !== undefined) return build
  }
  return undefined
}

const absence = (chrom: string, problem: "absent" | "ambiguous"): string =>
  problem === "absent"
    ? `the reference has no chromosome '${chrom}'`
    : `the reference has several chromosomes that '${chrom}' may be`

/** The first ten, for messages. */
export const listed = (names: Iterable<string>): string => {
  const all = [...names]
  return `${all.slice(0, 10).join(", ")}${all.length > 10 ? `, ... (${all.length})` : ""}`
}

/**
 * Opens a FASTA file until the scope ends. An index beside it (`.fai`) is used where it belongs to it, else made anew. In a
 * task, contigs and bases that are read in another form than they have are noted in its account.
 */
export const open = Effect.fnUntraced(function* (path: string): Effect.fn.Return<Fasta, InputError, Scope.Scope> {
  const task = yield* Effect.serviceOption(Task)
  const book = (rows: string) => (Option.isSome(task) ? task.value.ledger.open(rows) : undefined)
  const file = yield* FastaFile.open(path)
  const bases = FastaBases.reader(path, file, book)
  const look = FastaBases.looker(file)
  const pieces = [...piecesOf(file.entries, book)].sort(Interval.compare)
  const byChrom = groupBy(pieces, ({ chrom }) => chrom)
  const { resolve } = Chromosome.resolver(byChrom.keys())

  return {
    path,
    pieces,
    resolve,
    build: buildOf(file.entries),
    look: (interval) => {
      const piece = byChrom.get(interval.chrom)?.find((each) => Interval.contains(each, interval))
      return piece && look(piece.entry, interval.start - piece.start, interval.end - piece.start)
    },
    covers: (interval) => byChrom.get(interval.chrom)?.some((piece) => Interval.contains(piece, interval)) ?? false,
    fetch: Effect.fnUntraced(function* (interval) {
      const found = resolve(interval.chrom)
      if ("problem" in found) {
        return yield* new InputError({
          message: absence(interval.chrom, found.problem),
          file: path,
          hint: `it has: ${listed(byChrom.keys())}`
        })
      }
      const candidates = byChrom.get(found.name)!
      let sequence = ""
      let padded = Interval.width(interval)
      // Pieces may overlap; what an earlier one has filled is not read again.
      for (const piece of candidates) {
        const start = Math.max(interval.start + sequence.length, piece.start)
        const end = Math.min(interval.end, piece.end)
        if (start >= end) continue
        const text = yield* bases(piece.entry, start - piece.start, end - piece.start)
        sequence += "N".repeat(start - interval.start - sequence.length) + text
        padded -= end - start
      }
      sequence += "N".repeat(Interval.width(interval) - sequence.length)
      return { sequence, padded }
    })
  }
})
