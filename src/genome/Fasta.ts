/**
 * A reference sequence, plain or bgzip, read by coordinates.
 *
 * A contig named like a region (`chr17:42425000-43600000`, 1-based, both ends included) stands for that piece of chr17,
 * so a file may hold snippets with true coordinates; any other contig is a whole chromosome. Chromosomes have their UCSC
 * names (see Chromosome.ts), but for two contigs that would have the same (`1` and `chr1`, `chrM` and `chrMT`): those keep
 * the names of the file, and are never taken for each other.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs"
import { cannot, InputError } from "../core/Failure.ts"
import { groupBy } from "../core/GroupBy.ts"
import type { IndexedFasta as IndexedFastaType } from "@gmod/indexedfasta"
import * as Bgzip from "./Bgzip.ts"
import * as Chromosome from "./Chromosome.ts"
import * as FastaIndex from "./FastaIndex.ts"
import * as Interval from "./Interval.ts"

export interface Fetched {
  /** Upper case, as long as the interval. */
  readonly sequence: string
  /** How many of its bases lie outside the sequence at hand and were written as N. */
  readonly padded: number
}

export interface Fasta {
  readonly path: string
  /** What the file holds: one interval per contig, genome order. */
  readonly pieces: ReadonlyArray<Interval.Interval>
  /** The sequence of an interval, which may reach beyond what the file holds. Fails for an unknown chromosome. */
  readonly fetch: (interval: Interval.Interval) => Effect.Effect<Fetched, InputError>
  /** Whether one piece holds the whole interval. */
  readonly covers: (interval: Interval.Interval) => boolean
  /** The file's chromosome of a name in any spelling. */
  readonly resolve: Chromosome.Resolver["resolve"]
  /** The genome's build, where names or lengths of its chromosomes tell it. */
  readonly build: Chromosome.Build | undefined
}

interface Piece extends Interval.Interval {
  readonly entry: FastaIndex.Entry
}

type IndexedFastaOptions = ConstructorParameters<typeof IndexedFastaType>[0]

type Read = (from: number, length: number) => Effect.Effect<Uint8Array, InputError>

const plainReader =
  (path: string, fd: number): Read =>
  (from, length) =>
    Effect.try({
      try: () => {
        const bytes = Buffer.allocUnsafe(length)
        return bytes.subarray(0, readSync(fd, bytes, 0, length, from))
      },
      catch: cannot("read", path)
    })

const companion = (path: string, suffix: string): Effect.Effect<Buffer | undefined, InputError> =>
  Effect.try({
    try: () => (existsSync(path + suffix) ? readFileSync(path + suffix) : undefined),
    catch: cannot("read", path + suffix)
  })

/** Gzip is told from plain text by its first bytes, not by the name. */
const openReader = Effect.fnUntraced(function* (path: string, fd: number): Effect.fn.Return<Read, InputError> {
  const plain = plainReader(path, fd)
  const magic = yield* plain(0, 2)
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) return plain
  const gzi = yield* companion(path, ".gzi")
  const blocks = yield* gzi === undefined ? Bgzip.scan(path, fd) : Bgzip.parseIndex(gzi, `${path}.gzi`)
  return Bgzip.reader(path, fd, blocks)
})

/** UCSC names of whole contigs, or their own where two would have one. */
const namesOf = (entries: ReadonlyArray<FastaIndex.Entry>): ((name: string) => string) => {
  const whole = entries.filter(({ name }) => Interval.parse(name) === undefined)
  const same = groupBy(whole, ({ name }) => Chromosome.nameOf(name))
  return (name) => (same.get(Chromosome.nameOf(name))!.length > 1 ? name : Chromosome.nameOf(name))
}

const pieceOf = (
  entry: FastaIndex.Entry,
  path: string,
  nameOf: (name: string) => string
): Effect.Effect<Piece, InputError> => {
  const region = Interval.parse(entry.name)
  if (region === undefined) {
    return Effect.succeed({ chrom: nameOf(entry.name), start: 0, end: entry.length, entry })
  }
  return Interval.width(region) === entry.length
    ? Effect.succeed({ ...region, entry })
    : Effect.fail(
        new InputError({
          message: `contig '${entry.name}' holds ${entry.length} bases where its name says ${Interval.width(region)}`,
          file: path,
          hint: "regions are 1-based and include both ends"
        })
      )
}

/**
 * The bases [start, end) of a contig, through @gmod/indexedfasta over our own reader: its bgzip handle unpacks each block
 * anew for every window, ours keeps them (half the time for windows that overlap).
 */
type Bases = (contig: string, start: number, end: number) => Effect.Effect<string, InputError>

const openBases = Effect.fnUntraced(function* (
  path: string,
  read: Read,
  entries: ReadonlyArray<FastaIndex.Entry>
): Effect.fn.Return<Bases, InputError> {
  const { IndexedFasta } = yield* Effect.tryPromise({
    try: () => import("@gmod/indexedfasta"),
    catch: cannot("read", path)
  })
  const handle = (parts: Partial<IndexedFastaOptions["fasta"]>) => parts as NonNullable<IndexedFastaOptions["fasta"]>
  const fasta = new IndexedFasta({
    fasta: handle({ read: (length, position) => Effect.runPromise(read(position, length)) as Promise<never> }),
    fai: handle({ readFile: () => Promise.resolve(Buffer.from(FastaIndex.format(entries))) as Promise<never> })
  })
  return Effect.fnUntraced(function* (contig, start, end) {
    const bases = yield* Effect.tryPromise({
      try: () => fasta.getSequence(contig, start, end),
      catch: cannot("read", path)
    })
    if (bases?.length === end - start) return bases
    return yield* new InputError({
      message: `contig '${contig}' ends before base ${end}`,
      file: path,
      hint: "the index does not belong to the file: delete the .fai"
    })
  })
})

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

/** Opens a FASTA file until the scope ends. Indexes beside it (`.fai`, `.gzi`) are used, else made in memory. */
export const open = Effect.fnUntraced(function* (path: string): Effect.fn.Return<Fasta, InputError, Scope.Scope> {
  const fd = yield* Effect.acquireRelease(
    Effect.try({ try: () => openSync(path, "r"), catch: cannot("read", path) }),
    (fd) => Effect.sync(() => closeSync(fd))
  )
  const read = yield* openReader(path, fd)
  const fai = yield* companion(path, ".fai")
  const entries = yield* fai === undefined
    ? FastaIndex.build(path)
    : FastaIndex.parse(fai.toString("utf8"), `${path}.fai`)
  const bases = yield* openBases(path, read, entries)
  const nameOf = namesOf(entries)
  const pieces = (yield* Effect.forEach(entries, (entry) => pieceOf(entry, path, nameOf))).sort(Interval.compare)
  const byChrom = groupBy(pieces, ({ chrom }) => chrom)
  const { resolve } = Chromosome.resolver(byChrom.keys())

  return {
    path,
    pieces,
    resolve,
    build: buildOf(entries),
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
        const text = yield* bases(piece.entry.name, start - piece.start, end - piece.start)
        sequence += "N".repeat(start - interval.start - sequence.length) + text
        padded -= end - start
      }
      sequence += "N".repeat(Interval.width(interval) - sequence.length)
      return { sequence: sequence.toUpperCase(), padded }
    })
  }
})
