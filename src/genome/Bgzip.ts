/**
 * Bgzip: gzip in blocks of at most 64 KiB of text, so that any stretch can be read by itself (SAM specification, section
 * 4.1), and its index (`.gzi`): where each block after the first begins, compressed and uncompressed.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs"
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib"
import { InputError, messageOf } from "../core/Failure.ts"

/** Byte offsets of a block: in the compressed file, and in the text. */
export interface Block {
  readonly compressed: number
  readonly text: number
}

const headerLength = 18
const footerLength = 8
/** Text bytes of a full block, as bgzip writes them. */
const blockText = 0xff00
/** The empty block that ends every file. */
const endOfFile = Buffer.from("1f8b08040000000000ff0600424302001b0003000000000000000000", "hex")

const failure = (path: string, cause: unknown) =>
  cause instanceof InputError ? cause : new InputError({ message: messageOf(cause), file: path })

/** The compressed size of the block that starts with these bytes; undefined where it is no bgzip block. */
export const blockSize = (header: Uint8Array): number | undefined => {
  const magic = header[0] === 0x1f && header[1] === 0x8b && header[3] === 4
  // bgzip writes its own field (BC) first and alone.
  const field = header[10] === 6 && header[12] === 66 && header[13] === 67
  return header.length >= headerLength && magic && field ? header[16]! + header[17]! * 256 + 1 : undefined
}

/** Reads a file that is closed afterwards. */
const withFile = <A>(path: string, use: (fd: number, size: number) => A): A => {
  const fd = openSync(path, "r")
  try {
    return use(fd, fstatSync(fd).size)
  } finally {
    closeSync(fd)
  }
}

const cut = (path: string, message: string): InputError =>
  new InputError({ message: `the file is cut: ${message}`, file: path, hint: "copy or compress it again" })

/** Throws an {@link InputError} where the file does not end in the empty block that ends every whole file. */
export const requireEnd = (path: string): void =>
  withFile(path, (fd, size) => {
    const end = Buffer.alloc(endOfFile.length)
    const length = readSync(fd, end, 0, end.length, Math.max(0, size - end.length))
    if (!end.subarray(0, length).equals(endOfFile)) throw cut(path, "it has no end-of-file block")
  })

/** What a file holds: its blocks, and the bytes of its text. */
export interface Layout {
  readonly blocks: ReadonlyArray<Block>
  readonly text: number
}

/**
 * Finds all blocks by walking through the whole file, and so tells whether it is whole: an index beside it cannot. Fails
 * for plain gzip, for a block that is cut, and where the end-of-file block is missing.
 */
export const scan = (path: string): Effect.Effect<Layout, InputError> =>
  Effect.try({
    try: () =>
      withFile(path, (fd, size) => {
        const header = Buffer.alloc(headerLength)
        const footer = Buffer.alloc(4)
        const blocks: Array<Block> = []
        let text = 0
        for (let compressed = 0; compressed < size;) {
          const length = readSync(fd, header, 0, headerLength, compressed)
          const bytes = blockSize(header.subarray(0, length))
          if (bytes === undefined && compressed === 0) {
            throw new InputError({
              message: "plain gzip, which cannot be read by position: random access needs bgzip",
              file: path,
              hint: "gunzip FILE.gz, then bgzip FILE"
            })
          }
          if (bytes === undefined || compressed + bytes > size) {
            throw cut(path, `byte ${compressed} begins no complete block`)
          }
          readSync(fd, footer, 0, 4, compressed + bytes - 4)
          const textBytes = footer.readUInt32LE(0)
          if (textBytes > 0) blocks.push({ compressed, text })
          compressed += bytes
          text += textBytes
        }
        requireEnd(path)
        return { blocks, text }
      }),
    catch: (cause) => failure(path, cause)
  })

/** Bytes of the text from a place on. Throws an {@link InputError} where a block is damaged. */
export type ReadAt = (from: number, length: number) => Buffer

/** Reads stretches of the text; the block that was read last is kept, so that neighbours cost one block together. */
export const reader = (path: string, fd: number, { blocks, text }: Layout): ReadAt => {
  const bytes = Buffer.alloc(1 << 16)
  let [held, content] = [-1, Buffer.alloc(0)]
  const load = (index: number): Buffer => {
    if (index === held) return content
    const at = blocks[index]!.compressed
    const read = readSync(fd, bytes, 0, bytes.length, at)
    const length = blockSize(bytes.subarray(0, headerLength)) ?? 0
    if (length < headerLength + footerLength || length > read) throw cut(path, `byte ${at} begins no complete block`)
    const found = inflateRawSync(bytes.subarray(headerLength, length - footerLength))
    if (crc32(found) !== bytes.readUInt32LE(length - footerLength)) {
      throw new InputError({ message: `the block at byte ${at} is damaged`, file: path, hint: "copy it again" })
    }
    ;[held, content] = [index, found]
    return found
  }
  /** The block that holds a place: the last that begins at or before it. */
  const blockOf = (place: number): number => {
    let [low, high] = [0, blocks.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (blocks[middle]!.text <= place) low = middle
      else high = middle - 1
    }
    return low
  }
  return (from, length) => {
    const end = Math.min(from + length, text)
    if (from >= end) return Buffer.alloc(0)
    const first = blockOf(from)
    const parts: Array<Buffer> = []
    for (let index = first; index < blocks.length && blocks[index]!.text < end; index++) {
      const start = blocks[index]!.text
      parts.push(load(index).subarray(Math.max(0, from - start), end - start))
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  }
}

/** The bytes of a `.gzi`, as `bgzip --index` writes them. */
export const formatIndex = (blocks: ReadonlyArray<Block>): Uint8Array => {
  const bytes = Buffer.alloc(8 + 16 * Math.max(0, blocks.length - 1))
  bytes.writeBigUInt64LE(BigInt(Math.max(0, blocks.length - 1)), 0)
  for (const [index, { compressed, text }] of blocks.slice(1).entries()) {
    bytes.writeBigUInt64LE(BigInt(compressed), 8 + 16 * index)
    bytes.writeBigUInt64LE(BigInt(text), 16 + 16 * index)
  }
  return bytes
}

/** Compressed bytes that are read at once. */
const readBytes = 1 << 20

/**
 * The text of a whole file, a piece at a time. Throws an {@link InputError} for a block that is cut or damaged (its
 * checksum), and where the end-of-file block is missing.
 */
export function* unpack(path: string): Generator<Buffer, void> {
  requireEnd(path)
  const fd = openSync(path, "r")
  try {
    const { size } = fstatSync(fd)
    const bytes = Buffer.alloc(readBytes + (1 << 16))
    let held = 0
    for (let position = 0; position < size;) {
      const read = readSync(fd, bytes, held, readBytes, position)
      const from = position - held
      position += read
      held += read
      const texts: Array<Buffer> = []
      let at = 0
      while (at < held) {
        const length = blockSize(bytes.subarray(at, Math.min(held, at + headerLength)))
        if (length === undefined ? held - at >= headerLength || position >= size : false) {
          throw cut(path, `byte ${from + at} begins no complete block`)
        }
        if (length === undefined || at + length > held) break
        const text = inflateRawSync(bytes.subarray(at + headerLength, at + length - footerLength))
        if (crc32(text) !== bytes.readUInt32LE(at + length - footerLength)) {
          throw new InputError({
            message: `the block at byte ${from + at} is damaged`,
            file: path,
            hint: "copy it again"
          })
        }
        texts.push(text)
        at += length
      }
      if (position >= size && at < held) throw cut(path, `byte ${from + at} begins no complete block`)
      bytes.copyWithin(0, at, held)
      held -= at
      yield Buffer.concat(texts)
    }
  } finally {
    closeSync(fd)
  }
}

const compress = (text: Uint8Array): Buffer => {
  const deflated = deflateRawSync(text, { level: 6 })
  const block = Buffer.alloc(headerLength + deflated.length + footerLength)
  block.set(endOfFile.subarray(0, 16))
  block.writeUInt16LE(block.length - 1, 16)
  block.set(deflated, headerLength)
  block.writeUInt32LE(crc32(text), block.length - 8)
  block.writeUInt32LE(text.length, block.length - 4)
  return block
}

/** Writes a bgzip file; gives its blocks, for {@link formatIndex}. */
export const write = <R>(
  path: string,
  text: Stream.Stream<Uint8Array, InputError, R>
): Effect.Effect<ReadonlyArray<Block>, InputError, R> =>
  Effect.acquireUseRelease(
    Effect.try({ try: () => openSync(path, "w"), catch: (cause) => failure(path, cause) }),
    (fd) => {
      const blocks: Array<Block> = []
      const pending = Buffer.alloc(blockText)
      let filled = 0
      let compressed = 0
      let written = 0
      const flush = () => {
        if (filled === 0) return
        blocks.push({ compressed, text: written })
        compressed += writeSync(fd, compress(pending.subarray(0, filled)))
        written += filled
        filled = 0
      }
      const add = (bytes: Uint8Array) => {
        for (let at = 0; at < bytes.length;) {
          const part = bytes.subarray(at, at + blockText - filled)
          pending.set(part, filled)
          filled += part.length
          at += part.length
          if (filled === blockText) flush()
        }
      }
      const attempt = (write: () => void) => Effect.try({ try: write, catch: (cause) => failure(path, cause) })
      return Stream.runForEach(text, (bytes) => attempt(() => add(bytes))).pipe(
        Effect.andThen(
          attempt(() => {
            flush()
            writeSync(fd, endOfFile)
          })
        ),
        Effect.as(blocks)
      )
    },
    (fd) => Effect.sync(() => closeSync(fd))
  )
