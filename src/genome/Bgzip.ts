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

/** Finds all blocks by walking through the file: for files without `.gzi`. */
export const scan = (path: string, fd: number): Effect.Effect<ReadonlyArray<Block>, InputError> =>
  Effect.try({
    try: () => {
      const size = fstatSync(fd).size
      const header = Buffer.alloc(headerLength)
      const footer = Buffer.alloc(4)
      const blocks: Array<Block> = []
      for (let compressed = 0, text = 0; compressed < size;) {
        const length = readSync(fd, header, 0, headerLength, compressed)
        const bytes = blockSize(header.subarray(0, length))
        if (bytes === undefined || compressed + bytes > size) {
          throw new InputError({
            message: `not a whole bgzip file: byte ${compressed} begins no complete block`,
            file: path,
            hint: "plain gzip cannot be read in the middle: gunzip it, then compress it with bgzip"
          })
        }
        readSync(fd, footer, 0, 4, compressed + bytes - 4)
        const textBytes = footer.readUInt32LE(0)
        if (textBytes > 0) blocks.push({ compressed, text })
        compressed += bytes
        text += textBytes
      }
      return blocks
    },
    catch: (cause) => failure(path, cause)
  })

/** Reads a `.gzi`. */
export const parseIndex = (bytes: Uint8Array, path: string): Effect.Effect<ReadonlyArray<Block>, InputError> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = bytes.length < 8 ? -1 : Number(view.getBigUint64(0, true))
  if (bytes.length !== 8 + 16 * count) {
    return Effect.fail(new InputError({ message: "not a whole bgzip index", file: path, hint: "delete it" }))
  }
  const blocks: Array<Block> = [{ compressed: 0, text: 0 }]
  for (let at = 8; at < bytes.length; at += 16) {
    blocks.push({ compressed: Number(view.getBigUint64(at, true)), text: Number(view.getBigUint64(at + 8, true)) })
  }
  return Effect.succeed(blocks)
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

/** The last block that begins at or before a text offset. */
const blockAt = (blocks: ReadonlyArray<Block>, text: number): number => {
  let low = 0
  let high = blocks.length
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (blocks[middle]!.text <= text) low = middle
    else high = middle
  }
  return low
}

/** Inflated blocks that are kept: neighbouring windows share most of theirs. 4 MiB. */
const keptBlocks = 64

/** Reads `length` text bytes from offset `from`; fewer at the end of the file. */
export const reader = (path: string, fd: number, blocks: ReadonlyArray<Block>) => {
  const kept = new Map<number, Uint8Array>()
  const inflate = (index: number): Uint8Array => {
    const known = kept.get(index)
    if (known !== undefined) return known
    const compressed = Buffer.allocUnsafe(1 << 16)
    const length = readSync(fd, compressed, 0, compressed.length, blocks[index]!.compressed)
    const size = blockSize(compressed.subarray(0, length))
    if (size === undefined || size > length) {
      throw new InputError({
        message: "the bgzip index and the file do not agree",
        file: path,
        hint: "delete the .gzi"
      })
    }
    const text = inflateRawSync(compressed.subarray(headerLength, size - footerLength))
    if (kept.size >= keptBlocks) kept.delete(kept.keys().next().value!)
    kept.set(index, text)
    return text
  }
  return (from: number, length: number): Effect.Effect<Uint8Array, InputError> =>
    Effect.try({
      try: () => {
        const out = Buffer.allocUnsafe(length)
        let filled = 0
        for (let index = blockAt(blocks, from); filled < length && index < blocks.length; index++) {
          const text = inflate(index)
          const part = text.subarray(from + filled - blocks[index]!.text, from + length - blocks[index]!.text)
          out.set(part, filled)
          filled += part.length
        }
        return out.subarray(0, filled)
      },
      catch: (cause) => failure(path, cause)
    })
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
