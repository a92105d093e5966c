/** Small BAM files for tests, and their indexes. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Bgzip from "../../src/genome/Bgzip.ts"
import { file } from "./genome.ts"

const operations = "MIDNSHP=X"

/** `10M100N20M` as BAM has it. */
export const cigar = (text: string): ReadonlyArray<number> =>
  [...text.matchAll(/(\d+)([MIDNSHP=X])/gu)].map(
    ([, length, name]) => ((Number(length) << 4) | operations.indexOf(name!)) >>> 0
  )

export interface Read {
  readonly name?: string
  readonly flags?: number
  readonly reference?: number
  readonly start?: number
  readonly quality?: number
  readonly cigar: string
  /** Bases of the read. */
  readonly length?: number
  /** Tags as their bytes. */
  readonly tags?: Buffer
}

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

/** A tag of one character. */
export const character = (tag: string, value: string): Buffer => Buffer.from(`${tag}A${value}`)

/** The tag that holds a long CIGAR. */
export const longCigar = (text: string): Buffer => {
  const all = cigar(text)
  return Buffer.concat([Buffer.from("CGBI"), word(all.length), ...all.map((each) => word(each | 0))])
}

const record = ({ name = "r", flags = 0, reference = 0, start = 0, quality = 60, tags, ...read }: Read): Buffer => {
  const parts = cigar(read.cigar)
  const length = read.length ?? 4
  const fixed = Buffer.alloc(32)
  fixed.writeInt32LE(reference, 0)
  fixed.writeInt32LE(start, 4)
  fixed[8] = name.length + 1
  fixed[9] = quality
  fixed.writeUInt16LE(parts.length, 12)
  fixed.writeUInt16LE(flags, 14)
  fixed.writeInt32LE(length, 16)
  const body = Buffer.concat([
    fixed,
    Buffer.from(`${name}\0`),
    ...parts.map((each) => word(each | 0)),
    Buffer.alloc(((length + 1) >>> 1) + length),
    tags ?? Buffer.alloc(0)
  ])
  return Buffer.concat([word(body.length), body])
}

export const bytesOf = (references: ReadonlyArray<readonly [string, number]>, reads: ReadonlyArray<Read>): Buffer =>
  Buffer.concat([
    Buffer.from("BAM\u0001"),
    word(4),
    Buffer.from("@CO\t"),
    word(references.length),
    ...references.flatMap(([name, length]) => [word(name.length + 1), Buffer.from(`${name}\0`), word(length)]),
    ...reads.map(record)
  ])

/** Compresses bytes into a file of this name. */
export const packed = async (name: string, bytes: Uint8Array): Promise<string> => {
  const path = file(name, "")
  await Effect.runPromise(Bgzip.write(path, Stream.succeed(bytes)))
  return path
}

export const bam = (
  reads: ReadonlyArray<Read>,
  references: ReadonlyArray<readonly [string, number]> = [["chr1", 100_000]]
): Promise<string> => packed("in.bam", bytesOf(references, reads))

/** A `.bai` of one reference, with one chunk up to a block of the file, and the mapped reads that it counts. */
export const bai = (lastBlock: number, mapped: number): Buffer => {
  const offset = (block: number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(BigInt(block) << 16n)
    return bytes
  }
  const count = (value: number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(BigInt(value))
    return bytes
  }
  return Buffer.concat([
    Buffer.from("BAI\u0001"),
    word(1),
    word(2),
    ...[word(4681), word(1), offset(0), offset(lastBlock)],
    ...[word(37_450), word(2), offset(0), offset(lastBlock), count(mapped), count(0)],
    word(1),
    offset(0)
  ])
}
