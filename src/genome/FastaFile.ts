/**
 * A FASTA file, plain or bgzip, and its index. An index beside the file (`.fai`) is looked at before it is believed; one that
 * does not belong to the file is made anew. Where bgzip's blocks are is found by walking through the file (`.gzi` is not
 * needed), and each block is held to its checksum.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs"
import { cannot, InputError } from "../core/Failure.ts"
import { Task } from "../core/Task.ts"
import * as Magic from "../data/text/Magic.ts"
import * as TextFile from "../data/text/TextFile.ts"
import * as Bgzip from "./Bgzip.ts"
import * as FastaIndex from "./FastaIndex.ts"

export interface FastaFile {
  readonly entries: ReadonlyArray<FastaIndex.Entry>
  /** The letters [start, end) of a sequence, as the file has them. */
  readonly letters: (entry: FastaIndex.Entry, start: number, end: number) => Effect.Effect<string, InputError>
  /** Bytes of the text, at once, for many small looks. Throws as reading a file does. */
  readonly text: Bgzip.ReadAt
}

/** Of more sequences than this, reading all of the file costs no more than looking at each of them. */
const mostLookedAt = 5000

const attempt = <A>(path: string, use: () => A): Effect.Effect<A, InputError> =>
  Effect.try({ try: use, catch: (cause) => (cause instanceof InputError ? cause : cannot("read", path)(cause)) })

/** Why the index beside a file is not used; undefined where it is. An index is never older than its file. */
const misfit = Effect.fnUntraced(function* (
  path: string,
  size: number,
  read: FastaIndex.ReadText
): Effect.fn.Return<string | undefined, InputError> {
  const fai = `${path}.fai`
  if (statSync(fai).mtimeMs < statSync(path).mtimeMs) return "it is older than the file"
  const entries = FastaIndex.parse(readFileSync(fai, "utf8"))
  if (entries === undefined || entries.length === 0) return "it is no FASTA index"
  if (entries.length > mostLookedAt) return `it lists ${entries.length} sequences`
  return yield* FastaIndex.misfit(entries, size, read)
})

/** Bytes that are read at once while looks move on through a file, each within reach of the one before. */
const block = 1 << 16

/** Reads a plain file: a block where the last look was near, else no more than is asked for. */
const blockwise = (fd: number): Bgzip.ReadAt => {
  const held = Buffer.alloc(2 * block)
  let [start, end, last] = [0, 0, 0]
  return (from, length) => {
    if (length <= 0) return Buffer.alloc(0)
    const isNext = from >= last && from <= last + block && length <= block
    last = from
    if (from < start || from + length > end) {
      if (!isNext) {
        const bytes = Buffer.allocUnsafe(length)
        return bytes.subarray(0, readSync(fd, bytes, 0, length, from))
      }
      start = from
      end = from + readSync(fd, held, 0, held.length, from)
    }
    return held.subarray(from - start, Math.min(end, from + length) - start)
  }
}

/** The letters among bytes: all but line breaks. */
const lettersOf = (text: Uint8Array): string => {
  const found = Buffer.allocUnsafe(text.length)
  let length = 0
  for (const code of text) if (code !== 10 && code !== 13) found[length++] = code
  return found.toString("latin1", 0, length)
}

/** Opens a file until the scope ends. */
export const open = Effect.fnUntraced(function* (path: string): Effect.fn.Return<FastaFile, InputError, Scope.Scope> {
  const task = yield* Effect.serviceOption(Task)
  const packed = yield* attempt(path, () => Magic.isGzip(TextFile.headOf(path)))
  const layout = packed ? yield* Bgzip.scan(path) : undefined
  const size = layout?.text ?? (yield* attempt(path, () => statSync(path).size))
  const fd = yield* Effect.acquireRelease(
    attempt(path, () => openSync(path, "r")),
    (fd) => Effect.sync(() => closeSync(fd))
  )
  const text = layout === undefined ? blockwise(fd) : Bgzip.reader(path, fd, layout)

  let entries: ReadonlyArray<FastaIndex.Entry> | undefined
  if (existsSync(`${path}.fai`)) {
    const reason = yield* misfit(path, size, (from, length) => attempt(path, () => text(from, length)))
    if (reason === undefined) entries = FastaIndex.parse(readFileSync(`${path}.fai`, "utf8"))
    else if (Option.isSome(task)) yield* task.value.log(`${path}.fai is not used (${reason}): the index is made anew`)
  }
  entries ??= yield* FastaIndex.build(path)
  return {
    entries,
    text,
    letters: Effect.fnUntraced(function* (entry, start, end) {
      const [from, to] = [FastaIndex.offsetOf(entry, start), FastaIndex.offsetOf(entry, end - 1) + 1]
      const found = end <= start ? "" : lettersOf(yield* attempt(path, () => text(from, to - from)))
      if (found.length === end - start) return found
      return yield* new InputError({
        message: `contig '${entry.name}' does not have the bases ${start + 1}-${end} in lines of one length`,
        file: path,
        hint: "fetch-reference writes a file anew, with all lines of a sequence but the last equally long"
      })
    })
  }
})
