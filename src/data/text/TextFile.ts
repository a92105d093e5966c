/**
 * The one door for text: plain or gzip (of several members, as bgzip writes it), by its bytes. Gives UTF-8 without a byte
 * order mark, in chunks of whole lines that end in `\n`. UTF-16 with its mark is decoded, lines that end in `\r` alone (old
 * Macintosh) are made to end in `\n`. What is not text, not whole, or in another encoding is an error that says so.
 */
import { isUtf8 } from "node:buffer"
import { closeSync, createReadStream, fstatSync, openSync, readFileSync, readSync } from "node:fs"
import type { Readable } from "node:stream"
import { createGunzip, gunzipSync } from "node:zlib"
import { InputError, messageOf } from "../../core/Failure.ts"
import * as Magic from "./Magic.ts"

/** `latin1` is Windows-1252, which has ISO 8859-1's letters. `bytes` are given as they are, for what counts bytes. */
export type Encoding = "utf8" | "latin1" | "bytes"

const headBytes = 4096

/** The empty block that ends every bgzip file (SAM specification, section 4.1.2). */
const bgzipEnd = Buffer.from("1f8b08040000000000ff0600424302001b0003000000000000000000", "hex")

const isBgzip = (head: Uint8Array): boolean =>
  Magic.isGzip(head) && head[3] === 4 && head[12] === 0x42 && head[13] === 0x43

const notWhole = (file: string, cause: unknown): InputError =>
  cause instanceof InputError
    ? cause
    : new InputError({
        message: `not a whole gzip file: ${messageOf(cause)}`,
        file,
        hint: "the file is cut or damaged: fetch or write it again"
      })

/** The first bytes, and those that end the file. */
const endsOf = (path: string): { readonly head: Buffer; readonly tail: Buffer } => {
  const fd = openSync(path, "r")
  try {
    const at = (from: number, length: number) => {
      const bytes = Buffer.alloc(length)
      return bytes.subarray(0, readSync(fd, bytes, 0, length, from))
    }
    const stat = fstatSync(fd)
    // Of a pipe nothing can be looked at beforehand.
    if (!stat.isFile()) return { head: Buffer.alloc(0), tail: Buffer.alloc(0) }
    return { head: at(0, headBytes), tail: at(Math.max(0, stat.size - bgzipEnd.length), bgzipEnd.length) }
  } finally {
    closeSync(fd)
  }
}

/** The first bytes of a file: by them formats are known. */
export const headOf = (path: string): Buffer => endsOf(path).head

const checkCompressed = (file: string, head: Uint8Array, tail: Buffer): void => {
  if (!isBgzip(head) || tail.equals(bgzipEnd)) return
  throw new InputError({
    message: "not a whole bgzip file: the block that ends it is missing",
    file,
    hint: "the file is cut: fetch or write it again"
  })
}

/** Fails where the text behind these first bytes is none. */
const checkText = (file: string, head: Uint8Array, gzip: boolean): void => {
  const kind = Magic.kindOf(head)
  if (kind !== undefined) {
    throw new InputError({
      message: gzip ? `not text: it is ${kind.name} within gzip` : `not text: it is ${kind.name}`,
      file,
      hint: gzip && !/^(?:a BCF|a BAM)/u.test(kind.name) ? `decompress it first: gunzip FILE` : kind.hint
    })
  }
  // Letters of ASCII in UTF-16 are every other byte zero.
  const zeros = (odd: number) => head.filter((byte, at) => at % 2 === odd && byte === 0).length
  const most = head.length / 4
  if (unicodeOf(head) === undefined && head.length >= 8 && zeros(0) > most !== zeros(1) > most) {
    const name = zeros(1) > most ? "UTF-16LE" : "UTF-16BE"
    throw new InputError({
      message: `the file is ${name} without a byte order mark`,
      file,
      hint: `write it as UTF-8: iconv -f ${name} -t UTF-8 FILE`
    })
  }
}

const unicodeOf = (head: Uint8Array): "utf-16le" | "utf-16be" | undefined =>
  head[0] === 0xff && head[1] === 0xfe ? "utf-16le" : head[0] === 0xfe && head[1] === 0xff ? "utf-16be" : undefined

const newline = 10
const carriage = 13

/** Whether lines end in `\r` alone, by the beginning of a text. */
const isMacintosh = (text: Uint8Array): boolean => {
  const at = text.indexOf(carriage)
  return at !== -1 && at + 1 < text.length && !text.includes(newline)
}

interface Decoder {
  readonly push: (bytes: Buffer) => Buffer
  readonly end: () => Buffer
}

const through = (label: string, file: string): Decoder => {
  const decoder = new TextDecoder(label, { fatal: true })
  const decode = (bytes?: Buffer): Buffer => {
    try {
      return Buffer.from(decoder.decode(bytes, { stream: bytes !== undefined }), "utf8")
    } catch {
      throw new InputError({ message: `the file is not whole ${label.toUpperCase()} text`, file })
    }
  }
  return { push: decode, end: () => decode() }
}

const asIs: Decoder = { push: (bytes) => bytes, end: () => Buffer.alloc(0) }

const decoderOf = (head: Uint8Array, encoding: Encoding, file: string): Decoder => {
  if (encoding === "bytes") return asIs
  const unicode = unicodeOf(head)
  if (unicode !== undefined) return through(unicode, file)
  if (encoding === "latin1") return through("windows-1252", file)
  if (head[0] !== 0xef || head[1] !== 0xbb || head[2] !== 0xbf) return asIs
  let first = true
  return {
    push: (bytes) => {
      const rest = first ? bytes.subarray(3) : bytes
      first = false
      return rest
    },
    end: () => Buffer.alloc(0)
  }
}

/** The place of the first byte that is none of UTF-8 text, or zero. */
const strangeByte = (bytes: Buffer): number => {
  const zero = bytes.indexOf(0)
  if (zero !== -1) return zero
  // Valid up to the longest prefix that is: found by halves, cut where no character is cut.
  let [low, high] = [0, bytes.length]
  while (high - low > 1) {
    let middle = (low + high) >>> 1
    while (middle > low && (bytes[middle]! & 0xc0) === 0x80) middle--
    if (middle === low) break
    if (isUtf8(bytes.subarray(low, middle))) low = middle
    else high = middle
  }
  let at = low
  while (at < high && isUtf8(bytes.subarray(low, at + 1))) at++
  while (at < high && bytes[at]! < 0x80) at++
  return at
}

/** What is wrong with the text, but for the line. */
interface Strange {
  readonly at: number
  readonly message: string
  readonly hint: string
}

const strangeOf = (bytes: Buffer, encoding: Encoding): Strange | undefined => {
  const zero = bytes.indexOf(0)
  if (zero !== -1) {
    return { at: zero, message: "not text: the line holds a NUL byte", hint: "is it a binary file, or damaged?" }
  }
  if (encoding === "bytes" || isUtf8(bytes)) return undefined
  const at = strangeByte(bytes)
  const byte = bytes[at]!
  const letter = new TextDecoder("windows-1252").decode(Uint8Array.of(byte))
  const meaning = /[\p{L}\p{S}\p{P}]/u.test(letter) ? ` ('${letter}' in Latin-1)` : ""
  return {
    at,
    message: `not UTF-8: the line holds the byte 0x${byte.toString(16).toUpperCase()}${meaning}`,
    hint: "write it as UTF-8: iconv -f WINDOWS-1252 -t UTF-8 FILE"
  }
}

const linesIn = (bytes: Uint8Array): number => {
  let lines = 0
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) lines++
  return lines
}

/** The text as it is decoded, in pieces of any size; not yet looked at. */
async function* decoded(path: string, encoding: Encoding): AsyncGenerator<Buffer, void> {
  const { head, tail } = endsOf(path)
  const gzip = Magic.isGzip(head)
  checkCompressed(path, head, tail)
  const source = createReadStream(path, { highWaterMark: chunkBytes })
  let input: Readable = source
  if (gzip) {
    const gunzip = createGunzip({ chunkSize: 1 << 18 })
    source.on("error", (error) => gunzip.destroy(error))
    input = source.pipe(gunzip)
  }
  let decoder: Decoder | undefined
  let macintosh = false
  try {
    for await (const bytes of input as AsyncIterable<Buffer>) {
      let text = bytes
      if (decoder === undefined) {
        checkText(path, bytes, gzip)
        decoder = decoderOf(bytes, encoding, path)
        text = decoder.push(bytes)
        macintosh = encoding !== "bytes" && isMacintosh(text)
      } else {
        text = decoder.push(bytes)
      }
      if (macintosh) withLineFeeds(text)
      yield text
    }
    const last = decoder?.end()
    if (last !== undefined && last.length > 0) yield last
  } catch (cause) {
    throw gzip ? notWhole(path, cause) : cause
  } finally {
    source.destroy()
    if (!source.closed) await new Promise<void>((resolve) => source.once("close", resolve))
  }
}

const withLineFeeds = (text: Buffer): void => {
  for (let at = text.indexOf(carriage); at !== -1; at = text.indexOf(carriage, at + 1)) text[at] = newline
}

const chunkBytes = 1 << 20

/** A longer one is no line of any text that is read here but a FASTA's, which is read as bytes. */
const longestLine = 1 << 29

/** The file's text in chunks of whole lines; the last line may lack its end. Fails with {@link InputError}, or as `fs` does. */
export async function* chunks(path: string, encoding: Encoding = "utf8"): AsyncGenerator<Buffer, void> {
  let pending: Array<Buffer> = []
  let size = 0
  let given = 0
  const checked = async (bytes: Buffer): Promise<Buffer> => {
    const strange = strangeOf(bytes, encoding)
    if (strange === undefined) {
      given += bytes.length
      return bytes
    }
    const { at, message, hint } = strange
    throw new InputError({ message, hint, file: path, line: await lineAt(path, encoding, given + at) })
  }
  for await (const bytes of decoded(path, encoding)) {
    const end = bytes.lastIndexOf(newline) + 1
    if (end > 0) {
      yield await checked(
        pending.length === 0 ? bytes.subarray(0, end) : Buffer.concat([...pending, bytes.subarray(0, end)])
      )
      pending = []
      size = 0
    }
    if (end < bytes.length) pending.push(bytes.subarray(end))
    size += bytes.length - end
    if (size > longestLine) {
      const line = await lineAt(path, encoding, given)
      throw new InputError({ message: "the line is longer than 512 MB", file: path, line })
    }
  }
  if (size > 0) yield await checked(Buffer.concat(pending))
}

/** Only for what is told of a fault: the text is read once more. */
const lineAt = async (path: string, encoding: Encoding, offset: number): Promise<number> => {
  let left = offset
  let line = 1
  for await (const bytes of decoded(path, encoding)) {
    line += linesIn(bytes.subarray(0, left))
    left -= bytes.length
    if (left <= 0) break
  }
  return line
}

/** The whole of a small file at once, as {@link chunks} gives it. Throws. */
export const whole = (path: string, encoding: Encoding = "utf8"): Buffer => {
  const bytes = readFileSync(path)
  const gzip = Magic.isGzip(bytes)
  checkCompressed(path, bytes.subarray(0, headBytes), bytes.subarray(-bgzipEnd.length))
  let plain = bytes
  try {
    if (gzip) plain = gunzipSync(bytes)
  } catch (cause) {
    throw notWhole(path, cause)
  }
  checkText(path, plain.subarray(0, headBytes), gzip)
  const decoder = decoderOf(plain, encoding, path)
  const text = Buffer.concat([decoder.push(plain), decoder.end()])
  if (encoding !== "bytes" && isMacintosh(text)) withLineFeeds(text)
  const strange = strangeOf(text, encoding)
  if (strange === undefined) return text
  const { at, message, hint } = strange
  throw new InputError({ message, hint, file: path, line: 1 + linesIn(text.subarray(0, at)) })
}
