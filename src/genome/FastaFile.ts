/**
 * A FASTA file and its indexes as @gmod/indexedfasta reads them. An index beside the file (`.fai`, `.gzi`) is looked at
 * before it is believed; one that does not belong to the file is made anew in a folder of the task's own.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { IndexedFasta } from "@gmod/indexedfasta"
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
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
  /** Bytes of the text, for many small looks: at once where the file is not compressed. */
  readonly text: FastaIndex.ReadText
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

/** Opens a file until the scope ends. */
export const open = Effect.fnUntraced(function* (path: string): Effect.fn.Return<FastaFile, InputError, Scope.Scope> {
  const library = yield* Effect.tryPromise({ try: () => import("@gmod/indexedfasta"), catch: cannot("read", path) })
  const task = yield* Effect.serviceOption(Task)
  /** Writes an index where it is in nobody's way; gives its path. */
  const made = (content: string | Uint8Array): Effect.Effect<string, InputError, Scope.Scope> =>
    Effect.map(
      Effect.acquireRelease(
        attempt(path, () => mkdtempSync(join(Option.isSome(task) ? task.value.scratch : tmpdir(), "agflow-fasta-"))),
        (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
      ),
      (folder) => {
        writeFileSync(join(folder, "index"), content)
        return join(folder, "index")
      }
    )
  const packed = yield* attempt(path, () => Magic.isGzip(TextFile.headOf(path)))
  let size = yield* attempt(path, () => statSync(path).size)
  let gziPath = `${path}.gzi`
  if (packed) {
    const layout = yield* Bgzip.scan(path)
    const gzi = Bgzip.formatIndex(layout.blocks)
    size = layout.text
    if (!existsSync(gziPath) || !readFileSync(gziPath).equals(gzi)) gziPath = yield* made(gzi)
  }

  const fastaOf = (faiPath: string): IndexedFasta =>
    packed ? new library.BgzipIndexedFasta({ path, gziPath, faiPath }) : new library.IndexedFasta({ path, faiPath })
  let fasta = fastaOf(`${path}.fai`)
  const read: FastaIndex.ReadText = (from, length) =>
    Effect.tryPromise({
      try: () => (length <= 0 ? Promise.resolve(new Uint8Array(0)) : fasta.fasta.read(length, from)),
      catch: cannot("read", path)
    })

  let entries: ReadonlyArray<FastaIndex.Entry> | undefined
  if (existsSync(`${path}.fai`)) {
    const reason = yield* misfit(path, size, read)
    if (reason === undefined) entries = FastaIndex.parse(readFileSync(`${path}.fai`, "utf8"))
    else if (Option.isSome(task)) yield* task.value.log(`${path}.fai is not used (${reason}): the index is made anew`)
  }
  if (entries === undefined) {
    entries = yield* FastaIndex.build(path)
    fasta = fastaOf(yield* made(FastaIndex.format(entries)))
  }
  const fd = packed
    ? undefined
    : yield* Effect.acquireRelease(
        attempt(path, () => openSync(path, "r")),
        (fd) => Effect.sync(() => closeSync(fd))
      )
  return {
    entries,
    text: (from, length) =>
      fd === undefined
        ? read(from, length)
        : attempt(path, () => {
            const bytes = Buffer.allocUnsafe(length)
            return bytes.subarray(0, readSync(fd, bytes, 0, length, from))
          }),
    letters: Effect.fnUntraced(function* ({ name }, start, end) {
      const found = yield* Effect.tryPromise({
        try: () => fasta.getSequence(name, start, end),
        catch: cannot("read", path)
      })
      if (found?.length === end - start) return found
      return yield* new InputError({
        message: `contig '${name}' does not have the bases ${start + 1}-${end} in lines of one length`,
        file: path,
        hint: "fetch-reference writes a file anew, with all lines of a sequence but the last equally long"
      })
    })
  }
})
