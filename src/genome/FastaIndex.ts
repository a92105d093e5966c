/** The index of a FASTA file (`.fai`): where each sequence begins, and how its lines are laid out. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { InputError } from "../core/Failure.ts"
import * as TextLines from "../data/TextLines.ts"

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

const fault = (message: string, file: string, line: number, hint?: string) =>
  new InputError({ message, file, line, ...(hint === undefined ? {} : { hint }) })

/** Reads a `.fai`. */
export const parse = Effect.fnUntraced(function* (
  text: string,
  path: string
): Effect.fn.Return<ReadonlyArray<Entry>, InputError> {
  const entries: Array<Entry> = []
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue
    const [name, ...numbers] = line.trimEnd().split("\t")
    const [length, offset, lineBases, lineBytes] = numbers.map(Number)
    if (numbers.length < 4 || ![length, offset, lineBases, lineBytes].every(Number.isSafeInteger)) {
      return yield* fault("not a FASTA index: a name and four whole numbers are expected", path, index + 1, "delete it")
    }
    entries.push({ name: name!, length: length!, offset: offset!, lineBases: lineBases!, lineBytes: lineBytes! })
  }
  return entries
})

export const format = (entries: ReadonlyArray<Entry>): string =>
  entries
    .map(({ name, length, offset, lineBases, lineBytes }) => [name, length, offset, lineBases, lineBytes].join("\t"))
    .map((line) => `${line}\n`)
    .join("")

/** The name in a header line: what stands between `>` and the first blank. */
export const nameOf = (header: string): string => /^>\s*(\S*)/u.exec(header)?.[1] ?? ""

/** Makes the index by reading the whole file, plain or compressed; offsets are in the uncompressed text. */
export const build = Effect.fnUntraced(function* (path: string): Effect.fn.Return<ReadonlyArray<Entry>, InputError> {
  const entries: Array<Entry> = []
  let entry: { -readonly [K in keyof Entry]: Entry[K] } | undefined
  const names = new Set<string>()
  let lineNumber = 0
  let offset = 0
  // Set by a line shorter than the first: only the last of a sequence may be.
  let ended = false
  yield* Stream.runForEach(TextLines.stream(path, "latin1"), (lines) => {
    for (const raw of lines) {
      lineNumber++
      const bytes = raw.length + 1
      const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw
      offset += bytes
      if (line.startsWith(">")) {
        const name = nameOf(line)
        if (name === "") return fault("a sequence without a name", path, lineNumber)
        if (names.has(name)) {
          return fault(`two sequences are named '${name}'`, path, lineNumber)
        }
        names.add(name)
        entry = { name, length: 0, offset, lineBases: 0, lineBytes: 0 }
        entries.push(entry)
        ended = false
        continue
      }
      if (entry === undefined) {
        if (line === "") continue
        return fault("not FASTA: the first line must begin with '>'", path, lineNumber)
      }
      if (line === "") {
        ended = true
        continue
      }
      if (entry.lineBases === 0) Object.assign(entry, { lineBases: line.length, lineBytes: bytes })
      if (ended || line.length > entry.lineBases) {
        return fault(
          `the lines of '${entry.name}' differ in length (${line.length} after ${entry.lineBases})`,
          path,
          lineNumber,
          "all lines of a sequence but the last must be equally long; fetch-reference writes them so"
        )
      }
      ended = line.length < entry.lineBases
      entry.length += line.length
    }
    return Effect.void
  })
  if (entries.length === 0) return yield* fault("no sequence in the file", path, 1)
  return entries
})
