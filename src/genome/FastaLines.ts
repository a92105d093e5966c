/** The lines of a FASTA file as bytes: plain, gzip or bgzip; line breaks are LF, CR LF, or CR throughout. */
import * as Stream from "effect/Stream"
import { createReadStream } from "node:fs"
import type { Readable } from "node:stream"
import { createGunzip } from "node:zlib"
import { cannot, InputError } from "../core/Failure.ts"
import * as Magic from "../data/text/Magic.ts"
import * as TextFile from "../data/text/TextFile.ts"
import * as Bgzip from "./Bgzip.ts"

const [lf, cr] = [10, 13]

/** Whole lines, one after another. */
export interface Batch {
  readonly bytes: Buffer
  /** The byte that ends a line. */
  readonly separator: number
  /** Bytes of the text before the first of these: a byte order mark. */
  readonly skipped: number
}

const textOf = (path: string): Readable => {
  const head = TextFile.headOf(path)
  const kind = Magic.kindOf(head)
  if (kind !== undefined)
    throw new InputError({ message: `not FASTA: it is ${kind.name}`, file: path, hint: kind.hint })
  if (Bgzip.blockSize(head) !== undefined) Bgzip.requireEnd(path)
  const source = createReadStream(path, { highWaterMark: 1 << 20 })
  if (!Magic.isGzip(head)) return source
  const gunzip = createGunzip({ chunkSize: 1 << 18 })
  source.on("error", (error) => gunzip.destroy(error))
  gunzip.on("close", () => source.destroy())
  return source.pipe(gunzip)
}

/** The bytes before the text: UTF-8's mark is passed over. Of UTF-16 no offset would be that of a base. */
const markOf = (bytes: Buffer, path: string): number => {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 3
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new InputError({
      message: "UTF-16 text, where FASTA is ASCII",
      file: path,
      line: 1,
      hint: "iconv -f UTF-16 -t UTF-8 FILE"
    })
  }
  return 0
}

/** CR ends lines where the first line ends in CR alone. */
const separatorOf = (bytes: Buffer): number => {
  const [first, other] = [bytes.indexOf(lf), bytes.indexOf(cr)]
  return other >= 0 && bytes[other + 1] !== lf && (first < 0 || other < first) ? cr : lf
}

async function* batches(path: string): AsyncGenerator<Batch, void> {
  const input = textOf(path)
  /** What has come since the last line break. A sequence on one line comes in many pieces. */
  let rest: Array<Buffer> = []
  let separator: number | undefined
  let skipped = 0
  const begin = (text: Buffer): Buffer => {
    skipped = markOf(text, path)
    separator = separatorOf(text.subarray(skipped))
    return text.subarray(skipped)
  }
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      rest.push(chunk)
      if (separator === undefined) {
        const text = Buffer.concat(rest)
        // A pair of CR and LF may be cut by the end of a chunk.
        if (text.length < 1 << 16 && !text.includes(lf)) continue
        rest = [begin(text)]
      }
      const last = rest.at(-1)!
      const end = last.lastIndexOf(separator!) + 1
      if (end === 0) continue
      const bytes = Buffer.concat([...rest.slice(0, -1), last.subarray(0, end)])
      rest = [last.subarray(end)]
      yield { bytes, separator: separator!, skipped }
      skipped = 0
    }
    const left = Buffer.concat(rest)
    if (left.length === 0) return
    const bytes = separator === undefined ? begin(left) : left
    yield { bytes, separator: separator!, skipped }
  } finally {
    input.destroy()
  }
}

/** Batches of whole lines in the order of the file; the last line may lack its break. */
export const stream = (path: string): Stream.Stream<Batch, InputError> =>
  Stream.fromAsyncIterable({ [Symbol.asyncIterator]: () => batches(path) }, (cause) =>
    cause instanceof InputError ? cause : cannot("read", path)(cause)
  )

/** Calls `onLine` with each line as [from, to) of the bytes, and the bytes of its break; ends with the first failure. */
export const each = (
  { bytes, separator }: Batch,
  onLine: (from: number, to: number, breakBytes: number) => InputError | undefined
): InputError | undefined => {
  for (let from = 0; from < bytes.length;) {
    const found = bytes.indexOf(separator, from)
    const end = found < 0 ? bytes.length : found
    const to = separator === lf && end > from && bytes[end - 1] === cr ? end - 1 : end
    const next = found < 0 ? end : found + 1
    const failure = onLine(from, to, next - to)
    if (failure !== undefined) return failure
    from = next
  }
  return undefined
}
