/** The index of a FASTA file (`.fai`): where each sequence begins, and how its lines are laid out. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { InputError } from "../core/Failure.ts"
import * as FastaLines from "./FastaLines.ts"

export interface Entry {
  readonly name: string
  /** Bases. */
  readonly length: number
  /** Byte of the first base, in the text. */
  readonly offset: number
  readonly lineBases: number
  /** Bases and line break. */
  readonly lineBytes: number
}

/** Where a base (from 0) stands in the text. */
export const offsetOf = ({ offset, lineBases, lineBytes }: Entry, base: number): number =>
  lineBases === 0 ? offset : offset + Math.floor(base / lineBases) * lineBytes + (base % lineBases)

/** The bytes [from, from + length) of the text, unpacked; fewer at its end. */
export type ReadText = (from: number, length: number) => Effect.Effect<Uint8Array, InputError>

const fault = (message: string, file: string, line: number, hint?: string) =>
  new InputError({ message, file, line, ...(hint === undefined ? {} : { hint }) })

/** Reads a `.fai`; undefined where it is none. */
export const parse = (text: string): ReadonlyArray<Entry> | undefined => {
  const entries: Array<Entry> = []
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue
    const [name, ...numbers] = line.trimEnd().split("\t")
    const [length, offset, lineBases, lineBytes] = numbers.map(Number)
    if (numbers.length < 4 || ![length, offset, lineBases, lineBytes].every(Number.isSafeInteger)) return undefined
    entries.push({ name: name!, length: length!, offset: offset!, lineBases: lineBases!, lineBytes: lineBytes! })
  }
  return entries
}

export const format = (entries: ReadonlyArray<Entry>): string =>
  entries
    .map(({ name, length, offset, lineBases, lineBytes }) => [name, length, offset, lineBases, lineBytes].join("\t"))
    .map((line) => `${line}\n`)
    .join("")

/** The name in a header line: what stands between `>` and the first blank. */
export const nameOf = (header: string): string => /^>\s*(\S*)/u.exec(header)?.[1] ?? ""

/** A header and its line break are no longer than this; more bytes between two sequences mean a stale index. */
const longestHeader = 1 << 16

/** The byte after the base before `bases`: line breaks between bases counted, those after the last not. */
const byteOf = ({ offset, lineBases, lineBytes }: Entry, bases: number): number =>
  bases === 0 ? offset : offset + Math.floor((bases - 1) / lineBases) * lineBytes + ((bases - 1) % lineBases) + 1

const isBreak = (byte: number | undefined): boolean => byte === 10 || byte === 13

/**
 * Why an index does not belong to a text of `size` bytes; nothing where it does. Between two sequences there must be line
 * breaks and the header of the second, and nothing else; at the ends of the first, of a middle and of the last full line
 * of each sequence there must be line breaks.
 */
export const misfit = Effect.fnUntraced(function* (
  entries: ReadonlyArray<Entry>,
  size: number,
  read: ReadText
): Effect.fn.Return<string | undefined, InputError> {
  let end = 0
  for (const entry of entries) {
    const { name, length, offset, lineBases, lineBytes } = entry
    const elsewhere = `sequence '${name}' does not begin at byte ${offset}`
    if (offset < end || offset - end > longestHeader || offset > size) return elsewhere
    const before = Buffer.from(yield* read(end, offset - end)).toString("latin1")
    const header = (end === 0 ? before.replace(/^\u00ef\u00bb\u00bf/u, "") : before).trimStart()
    const headed = header.startsWith(">") && !/[\r\n]./su.test(header.trimEnd())
    const started = end === 0 || isBreak(before.charCodeAt(0))
    if (!headed || !started || !isBreak(before.charCodeAt(before.length - 1)) || nameOf(header) !== name) {
      return elsewhere
    }
    if (length > 0 && (lineBases < 1 || lineBytes < lineBases || lineBytes > lineBases + 2)) {
      return `sequence '${name}' cannot have lines of ${lineBases} bases in ${lineBytes} bytes`
    }
    end = byteOf(entry, length)
    if (end > size) return `sequence '${name}' does not have ${length} bases`
    const lines = length === 0 ? 0 : Math.floor((length - 1) / lineBases)
    for (const line of new Set([1, Math.ceil(lines / 2), lines])) {
      if (lines === 0) break
      const at = offset + (line - 1) * lineBytes + lineBases
      const around = yield* read(at - 1, lineBytes - lineBases + 2)
      const breaks = around.subarray(1, -1)
      if (isBreak(around[0]) || isBreak(around.at(-1)) || breaks.length === 0 || !breaks.every(isBreak)) {
        return `the lines of sequence '${name}' do not hold ${lineBases} bases each`
      }
    }
  }
  if (size - end > longestHeader) return `the file goes on after byte ${end}`
  const rest = Buffer.from(yield* read(end, size - end)).toString("latin1")
  return rest.trim() === "" ? undefined : `the file goes on after byte ${end}`
})

/**
 * Makes the index by reading the whole file, plain or compressed; offsets are in the uncompressed text. Two sequences of
 * one name, and lines that differ in length, are errors with their line.
 */
export const build = Effect.fnUntraced(function* (path: string): Effect.fn.Return<ReadonlyArray<Entry>, InputError> {
  const entries: Array<Entry> = []
  let entry: { -readonly [K in keyof Entry]: Entry[K] } | undefined
  const names = new Map<string, number>()
  let lineNumber = 0
  let offset = 0
  // Set by a line shorter than the first: only the last of a sequence may be.
  let ended = false
  yield* Stream.runForEach(FastaLines.stream(path), (batch) => {
    offset += batch.skipped
    const failure = FastaLines.each(batch, (from, to, breakBytes) => {
      lineNumber++
      const bases = to - from
      offset += bases + breakBytes
      if (batch.bytes[from] === 62 && bases > 0) {
        const name = nameOf(batch.bytes.toString("latin1", from, to))
        if (name === "") return fault("a sequence without a name", path, lineNumber)
        const earlier = names.get(name)
        if (earlier !== undefined) return duplicate(name, path, lineNumber, earlier)
        names.set(name, lineNumber)
        entry = { name, length: 0, offset, lineBases: 0, lineBytes: 0 }
        entries.push(entry)
        ended = false
        return undefined
      }
      if (bases === 0) {
        ended = entry !== undefined
        return undefined
      }
      if (entry === undefined) return fault("not FASTA: the first line must begin with '>'", path, lineNumber)
      if (entry.lineBases === 0) {
        // Blank lines between the header and the first base.
        Object.assign(entry, { lineBases: bases, lineBytes: bases + breakBytes, offset: offset - bases - breakBytes })
        ended = false
      }
      if (ended || bases > entry.lineBases) {
        return fault(
          `the lines of '${entry.name}' differ in length (${bases} after ${entry.lineBases})`,
          path,
          lineNumber,
          "all lines of a sequence but the last must be equally long; fetch-reference writes them so"
        )
      }
      ended = bases < entry.lineBases
      entry.length += bases
      return undefined
    })
    return failure ?? Effect.void
  })
  if (entries.length === 0) return yield* fault("no sequence in the file", path, 1)
  return entries
})

/** Two sequences of one name: which of them is meant by it cannot be known. */
export const duplicate = (name: string, file: string, line: number, earlier: number): InputError =>
  fault(`two sequences are named '${name}' (the other on line ${earlier})`, file, line, "rename or remove one of them")
