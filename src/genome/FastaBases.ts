/** The bases of contigs as models are given them: A, C, G, T, N. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import type { Book } from "../core/Tally.ts"
import type * as FastaFile from "./FastaFile.ts"
import * as FastaIndex from "./FastaIndex.ts"
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

/** Bases [start, end) of a contig at once; undefined where {@link reader} must say what is wrong. */
export type Look = (entry: FastaIndex.Entry, start: number, end: number) => string | undefined

/** The same bases for many small looks: nothing is kept or counted. */
export const looker =
  (file: FastaFile.FastaFile): Look =>
  (entry, start, end) => {
    const from = FastaIndex.offsetOf(entry, start)
    let text: Buffer
    try {
      text = file.text(from, FastaIndex.offsetOf(entry, end - 1) + 1 - from)
    } catch {
      return undefined
    }
    const found = Buffer.allocUnsafe(text.length)
    let length = 0
    let others = 0
    for (let i = 0; i < text.length; i++) {
      const code = text[i]!
      // Line breaks.
      if (code <= 32) continue
      found[length++] = code
      others += isOther[code]!
    }
    if (length !== end - start) return undefined
    const letters = found.toString("latin1", 0, length)
    if (others === 0) return letters
    const { bases, illegal } = Sequence.plain(letters)
    return illegal < 0 ? bases : undefined
  }
