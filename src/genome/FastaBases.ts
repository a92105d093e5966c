/** The bases of contigs as models are given them: A, C, G, T, N. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import type { Book } from "../core/Tally.ts"
import type * as FastaFile from "./FastaFile.ts"
import type * as FastaIndex from "./FastaIndex.ts"
import * as Sequence from "./Sequence.ts"

/** Bases of a stretch, and how many stretches are kept: neighbouring windows share most of theirs. 4 MiB. */
const [stretch, kept] = [1 << 14, 256]

interface Stretch {
  /** As in the file, where any became N. */
  readonly letters: string
  readonly bases: string
}

/**
 * Gives the bases [start, end) of a contig. Letters that became N are counted in the book of ambiguous bases where they
 * are asked for.
 */
export const reader = (path: string, file: FastaFile.FastaFile, book: (rows: string) => Book | undefined) => {
  const known = new Map<string, Stretch>()
  const keyOf = (entry: FastaIndex.Entry, start: number) => `${start} ${entry.name}`
  /** The stretches from the one that begins at `start` to the first that is known, or to `end`: one read. */
  const read = Effect.fnUntraced(function* (entry: FastaIndex.Entry, start: number, end: number) {
    let to = start + stretch
    while (to < end && !known.has(keyOf(entry, to))) to += stretch
    const all = yield* file.letters(entry, start, Math.min(entry.length, to))
    const made: Array<Stretch> = []
    for (let at = 0; at < all.length; at += stretch) {
      const letters = all.slice(at, at + stretch)
      const { bases, unclear, illegal } = Sequence.plain(letters)
      if (illegal >= 0) {
        const place = `at position ${start + at + illegal + 1}`
        return yield* new InputError({
          message: `contig '${entry.name}' holds '${letters[illegal]}' ${place}, which is no base`,
          file: path
        })
      }
      made.push({ letters: unclear === 0 ? "" : letters, bases })
    }
    for (const [index, each] of made.slice(0, kept).entries()) {
      if (known.size >= kept) known.delete(known.keys().next().value!)
      known.set(keyOf(entry, start + index * stretch), each)
    }
    return made
  })
  /** Counts the letters [from, to) of a stretch that became N. */
  const account = ({ letters }: Stretch, from: number, to: number, place: (at: number) => string) => {
    const unclear = [...letters.slice(from, to).matchAll(/[^ACGTUN]/giu)]
    if (unclear.length === 0) return
    const ambiguous = book("ambiguous bases")
    ambiguous?.take(unclear.length)
    ambiguous?.keep(unclear.length)
    const example = `${unclear[0]![0]} at ${place(unclear[0]!.index)}`
    ambiguous?.note("not A, C, G, T or N: read as N", example, unclear.length)
  }
  return Effect.fnUntraced(function* (entry: FastaIndex.Entry, start: number, end: number) {
    let sequence = ""
    for (let at = start - (start % stretch); at < end;) {
      const found = known.get(keyOf(entry, at))
      const parts = found === undefined ? yield* read(entry, at, end) : [found]
      for (const part of parts) {
        const [from, to] = [Math.max(0, start - at), end - at]
        const origin = at + from
        sequence += part.bases.slice(from, to)
        if (part.letters !== "") account(part, from, to, (index) => `${entry.name}:${origin + index + 1}`)
        at += stretch
      }
    }
    return sequence
  })
}

/** 1 for all bytes but A, C, G, T, N. */
const isOther = Uint8Array.from({ length: 256 }, (_, code) => ("ACGTN".includes(String.fromCharCode(code)) ? 0 : 1))

type Read = (entry: FastaIndex.Entry, start: number, end: number) => Effect.Effect<string, InputError>

/**
 * The same bases without the library between: offsets are computed here, and nothing is kept or counted. What is not as the
 * index says goes to `read`, which knows what is wrong.
 */
export const looker = (file: FastaFile.FastaFile, read: Read): Read =>
  Effect.fnUntraced(function* (entry, start, end) {
    const { offset, lineBases, lineBytes } = entry
    const at = (base: number) => offset + Math.floor(base / lineBases) * lineBytes + (base % lineBases)
    const found = Buffer.from(yield* file.text(at(start), at(end - 1) + 1 - at(start)))
    let length = 0
    let others = 0
    for (let i = 0; i < found.length; i++) {
      const code = found[i]!
      // Line breaks.
      if (code <= 32) continue
      found[length++] = code
      others += isOther[code]!
    }
    const letters = found.toString("latin1", 0, length)
    const { bases, illegal } = others === 0 ? { bases: letters, illegal: -1 } : Sequence.plain(letters)
    return length === end - start && illegal < 0 ? bases : yield* read(entry, start, end)
  })
