/** Tar archives of plain files (POSIX ustar; sizes from 8 GiB as GNU tar writes them). Nothing else is written or read. */
import { createReadStream } from "node:fs"

const block = 512

export interface TarFile {
  /** Relative, with slashes. */
  readonly name: string
  readonly bytes: number
  readonly content: { readonly path: string } | { readonly text: string }
}

/** A name of up to 100 bytes, or one that can be cut at a slash into up to 155 and 100. */
const cutName = (name: string): readonly [prefix: string, name: string] => {
  if (Buffer.byteLength(name) <= 100) return ["", name]
  const at = name.indexOf("/", name.length - 101)
  if (at < 0 || at > 155) throw new Error(`the name is too long for an archive: ${name}`)
  return [name.slice(0, at), name.slice(at + 1)]
}

const checksum = (header: Uint8Array): number => {
  let sum = 0
  // Its own eight bytes count as spaces.
  for (let at = 0; at < block; at++) sum += at >= 148 && at < 156 ? 32 : header[at]!
  return sum
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0")

const headerOf = ({ name, bytes }: TarFile): Buffer => {
  const header = Buffer.alloc(block)
  const [prefix, last] = cutName(name)
  header.write(last, 0)
  header.write("0000644\x000000000\x000000000\x00", 100)
  if (bytes < 8 ** 11) header.write(`${octal(bytes, 11)}\0`, 124)
  else {
    header[124] = 0x80
    header.writeBigUInt64BE(BigInt(bytes), 128)
  }
  // No times, no names of users: the same files give the same archive.
  header.write("00000000000\0", 136)
  header.write("0", 156)
  header.write("ustar\x0000", 257)
  header.write(prefix, 345)
  header.write(`${octal(checksum(header), 6)}\0 `, 148)
  return header
}

const padding = (bytes: number): Buffer => Buffer.alloc((block - (bytes % block)) % block)

/** The bytes of an archive. Fails when a file has not the size that was told. */
export async function* write(files: Iterable<TarFile>): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    yield headerOf(file)
    let written = 0
    const chunks =
      "text" in file.content
        ? [Buffer.from(file.content.text)]
        : (createReadStream(file.content.path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>)
    for await (const chunk of chunks) {
      written += chunk.length
      yield chunk
    }
    if (written !== file.bytes) throw new Error(`${file.name} has ${written} bytes, not ${file.bytes}`)
    yield padding(file.bytes)
  }
  yield Buffer.alloc(2 * block)
}

const sizeOf = (header: Buffer): number => {
  if ((header[124]! & 0x80) !== 0) return Number(header.readBigUInt64BE(128))
  const text = header.toString("latin1", 124, 136).replace(/[\0 ]+$/u, "")
  if (!/^[0-7]+$/u.test(text)) throw new Error("it is no tar archive, or damaged: a size does not read")
  return Number.parseInt(text, 8)
}

const textAt = (header: Buffer, start: number, end: number): string => {
  const zero = header.indexOf(0, start)
  return header.toString("utf8", start, zero < 0 || zero > end ? end : zero)
}

/** What becomes of an archive's files: each is opened, given its bytes, and closed. */
export interface TarSink {
  readonly open: (name: string, bytes: number) => { readonly data: (chunk: Buffer) => void; readonly end: () => void }
}

/** Reads an archive to its end; throws at the first thing in it that is not a plain file, and when it breaks off. */
export const read = async (chunks: AsyncIterable<Buffer>, sink: TarSink): Promise<void> => {
  let rest: Buffer = Buffer.alloc(0)
  let file: ReturnType<TarSink["open"]> | undefined
  let left = 0
  let pad = 0
  let zeros = 0
  for await (const chunk of chunks) {
    let at = 0
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (at < rest.length) {
      if (file !== undefined && left > 0) {
        const take = Math.min(left, rest.length - at)
        file.data(rest.subarray(at, at + take))
        at += take
        left -= take
        if (left > 0) break
      }
      if (file !== undefined) {
        file.end()
        file = undefined
      }
      if (rest.length - at < pad) break
      at += pad
      pad = 0
      if (zeros === 2) {
        at = rest.length
        break
      }
      if (rest.length - at < block) break
      const header = rest.subarray(at, at + block)
      at += block
      if (header.every((byte) => byte === 0)) {
        zeros++
        continue
      }
      if (Number.parseInt(textAt(header, 148, 156).trim(), 8) !== checksum(header)) {
        throw new Error("it is no tar archive, or damaged: the checksum of a header is wrong")
      }
      const prefix = header.toString("latin1", 257, 262) === "ustar" ? textAt(header, 345, 500) : ""
      const name = `${prefix === "" ? "" : `${prefix}/`}${textAt(header, 0, 100)}`
      const type = header[156]
      if (type !== 0 && type !== 0x30) throw new Error(`'${name}' in it is not a plain file`)
      left = sizeOf(header)
      pad = (block - (left % block)) % block
      file = sink.open(name, left)
    }
    rest = rest.subarray(at)
    // An empty file has no bytes to wait for.
    if (file !== undefined && left === 0) {
      file.end()
      file = undefined
    }
  }
  if (zeros < 2) throw new Error("it breaks off before its end")
}
