/**
 * Alignments of a BAM file (SAM specification, section 4.2), read once from beginning to end, a stretch at a time: the
 * order of the alignments does not matter, and no index is needed. An index that is there is compared with what was read.
 *
 * @gmod/bam reads indexes; its reader of alignments took three times the CPU of this one (bench/junctions.mjs).
 */
import * as Effect from "effect/Effect"
import { existsSync, statSync } from "node:fs"
import { cannot, InputError } from "../core/Failure.ts"
import * as Magic from "../data/text/Magic.ts"
import * as TextFile from "../data/text/TextFile.ts"
import * as Bgzip from "./Bgzip.ts"

/** SAM flags. */
export const flag = { unmapped: 0x4, reverse: 0x10, secondary: 0x100, failed: 0x200, duplicate: 0x400, part: 0x800 }

export interface Reference {
  readonly name: string
  /** Base pairs. */
  readonly length: number
}

/** An alignment; it is valid until the next one is read. */
export interface Alignment {
  /** Index of the reference; -1 where there is none. */
  readonly reference: number
  /** 0-based. */
  readonly start: number
  readonly flags: number
  /** 255 where it is unknown. */
  readonly quality: number
  readonly name: () => string
  /** Whether it skips reference bases: an intron, of spliced alignments. */
  readonly skips: () => boolean
  /** Operations as (length << 4) + operation, of M I D N S H P = X by number; of long ones, those of the tag CG. */
  readonly cigar: () => Uint32Array
  /** The value of a tag that holds one character (type A). */
  readonly character: (tag: string) => string | undefined
}

const fixedBytes = 32
const [softClip, skip] = [4, 3]
/** Bytes of a value by the type of a tag. */
const sizes: { readonly [type: string]: number } = { A: 1, c: 1, C: 1, s: 2, S: 2, i: 4, I: 4, f: 4 }

/** A window onto the bytes of one alignment, which is moved from one to the next. */
class Cursor implements Alignment {
  reference = 0
  start = 0
  flags = 0
  quality = 0
  private bytes: Buffer = Buffer.alloc(0)
  private at = 0
  private end = 0
  private operations = 0
  private bases = 0

  /** Moves to the alignment in [at, end); false where its parts do not fit in. */
  move(bytes: Buffer, at: number, end: number): boolean {
    this.bytes = bytes
    this.at = at
    this.end = end
    this.reference = bytes.readInt32LE(at)
    this.start = bytes.readInt32LE(at + 4)
    this.quality = bytes[at + 9]!
    this.operations = bytes.readUInt16LE(at + 12)
    this.flags = bytes.readUInt16LE(at + 14)
    this.bases = bytes.readInt32LE(at + 16)
    return this.bases >= 0 && bytes[at + 8]! > 0 && this.tags() <= end
  }

  private cigarAt(): number {
    return this.at + fixedBytes + this.bytes[this.at + 8]!
  }

  private tags(): number {
    return this.cigarAt() + 4 * this.operations + ((this.bases + 1) >>> 1) + this.bases
  }

  /** Where the value of a tag begins, and its type; -1 where the alignment does not have it. */
  private find(tag: string): number {
    const { bytes, end } = this
    const [first, second] = [tag.charCodeAt(0), tag.charCodeAt(1)]
    for (let at = this.tags(); at + 3 < end;) {
      if (bytes[at] === first && bytes[at + 1] === second) return at + 2
      const type = String.fromCharCode(bytes[at + 2]!)
      at += 3
      if (type === "Z" || type === "H") {
        const zero = bytes.indexOf(0, at)
        if (zero < 0) return -1
        at = zero + 1
      } else if (type === "B") {
        at += 5 + (sizes[String.fromCharCode(bytes[at]!)] ?? 0) * bytes.readUInt32LE(at + 1)
      } else at += sizes[type] ?? end
    }
    return -1
  }

  readonly name = (): string => this.bytes.toString("latin1", this.at + fixedBytes, this.cigarAt() - 1)

  readonly skips = (): boolean => {
    const at = this.cigarAt()
    for (let index = 0; index < this.operations; index++) if ((this.bytes[at + 4 * index]! & 15) === skip) return true
    return false
  }

  readonly cigar = (): Uint32Array => {
    const read = (at: number, count: number) => {
      const operations = new Uint32Array(count)
      for (let index = 0; index < count; index++) operations[index] = this.bytes.readUInt32LE(at + 4 * index)
      return operations
    }
    const short = read(this.cigarAt(), this.operations)
    // More operations than a record can count stand in the tag CG; the record says that all bases are clipped.
    const replaced = short.length === 2 && (short[0]! & 15) === softClip && short[0]! >>> 4 === this.bases
    if (!replaced || (short[1]! & 15) !== skip) return short
    const at = this.find("CG")
    return at < 0 || this.bytes.toString("latin1", at, at + 2) !== "BI"
      ? short
      : read(at + 6, this.bytes.readUInt32LE(at + 2))
  }

  readonly character = (tag: string): string | undefined => {
    const at = this.find(tag)
    return at >= 0 && this.bytes[at] === 65 ? String.fromCharCode(this.bytes[at + 1]!) : undefined
  }
}

const cutShort = (path: string, message: string): InputError =>
  new InputError({ message, file: path, hint: "the file is cut or damaged: copy or write it again" })

/** Fails for what is no BAM file, and says what it is. */
const requireBam = (path: string): void => {
  const head = TextFile.headOf(path)
  if (Bgzip.blockSize(head) !== undefined) return
  const kind = Magic.kindOf(head)
  const sam = /^(?:@(?:HD|SQ|RG|PG|CO)\t|[^\t\n]+\t\d+\t[^\t\n]+\t\d+\t\d+\t[*\dMIDNSHP=X]+\t)/u
  const toBam = "write it as BAM: samtools view -b -o OUT.bam FILE"
  const [what, hint] =
    head.length === 0
      ? ["empty", "write it again"]
      : head.toString("latin1", 0, 4) === "BAM\u0001"
        ? ["BAM without its compression", toBam]
        : kind !== undefined
          ? [kind.name, kind.hint]
          : sam.test(Buffer.from(head).toString("latin1"))
            ? ["SAM text", toBam]
            : Magic.isGzip(head)
              ? ["plain gzip, where BAM is bgzip", toBam]
              : ["something else", toBam]
  throw new InputError({ message: `not a BAM file: it is ${what}`, file: path, hint })
}

interface Header {
  readonly references: ReadonlyArray<Reference>
  /** Where the first alignment begins. */
  readonly end: number
}

/** The header, or nothing where the bytes do not hold all of it. */
const headerOf = (bytes: Buffer, path: string): Header | undefined => {
  if (bytes.length < 4) return undefined
  if (bytes.toString("latin1", 0, 4) !== "BAM\u0001") {
    const name = Magic.kindOf(bytes)?.name ?? (bytes[0] === 64 ? "SAM text" : "something else")
    throw new InputError({
      message: `not a BAM file: it is ${name}, compressed`,
      file: path,
      hint: "write it as BAM: samtools view -b -o OUT.bam FILE"
    })
  }
  if (bytes.length < 12) return undefined
  let at = 8 + bytes.readUInt32LE(4)
  if (at + 4 > bytes.length) return undefined
  const count = bytes.readUInt32LE(at)
  const references: Array<Reference> = []
  at += 4
  for (let index = 0; index < count; index++) {
    if (at + 4 > bytes.length) return undefined
    const nameBytes = bytes.readUInt32LE(at)
    if (at + 8 + nameBytes > bytes.length) return undefined
    const name = bytes.toString("latin1", at + 4, at + 3 + nameBytes)
    references.push({ name, length: bytes.readUInt32LE(at + 4 + nameBytes) })
    at += 8 + nameBytes
  }
  return { references, end: at }
}

/** Gives each alignment in the order of the file; gives the references, and how many mapped alignments each has. */
function* alignments(path: string, onAlignment: (alignment: Alignment, references: ReadonlyArray<Reference>) => void) {
  requireBam(path)
  const cursor = new Cursor()
  let header: Header | undefined
  let mapped = new Float64Array(0)
  let rest: Buffer = Buffer.alloc(0)
  for (const text of Bgzip.unpack(path)) {
    const bytes = rest.length === 0 ? text : Buffer.concat([rest, text])
    rest = bytes
    yield
    let at = 0
    if (header === undefined) {
      header = headerOf(bytes, path)
      if (header === undefined) continue
      mapped = new Float64Array(header.references.length)
      at = header.end
    }
    while (at + 4 <= bytes.length) {
      const size = bytes.readInt32LE(at)
      if (size < fixedBytes) throw cutShort(path, "an alignment is damaged: its size does not read")
      const end = at + 4 + size
      if (end > bytes.length) break
      const whole = cursor.move(bytes, at + 4, end)
      if (!whole || cursor.reference >= mapped.length) throw cutShort(path, "an alignment is damaged")
      if (cursor.reference >= 0 && (cursor.flags & flag.unmapped) === 0) mapped[cursor.reference]!++
      onAlignment(cursor, header.references)
      at = end
    }
    rest = bytes.subarray(at)
  }
  if (header === undefined) throw cutShort(path, "the header is not whole")
  if (rest.length > 0) throw cutShort(path, "the last alignment is not whole")
  return { references: header.references, mapped }
}

/** The index beside a file, under either of the usual names, that is not older than it. */
const indexOf = (path: string) => {
  const suffixes = [".bai", ".csi"].flatMap((suffix) => [path + suffix, path.replace(/\.bam$/u, suffix)])
  const found = suffixes.find((each) => each !== path && existsSync(each))
  return found === undefined || statSync(found).mtimeMs < statSync(path).mtimeMs ? undefined : found
}

/** What an index counts that is not in the file; nothing where they agree, or the index cannot be read. */
const misfit = async (bamPath: string, index: string, mapped: Float64Array): Promise<string | undefined> => {
  const { BamFile } = await import("@gmod/bam")
  const parsed = new BamFile({ bamPath, ...(index.endsWith(".csi") ? { csiPath: index } : { baiPath: index }) }).index!
  const readable = await parsed.parse().then(
    () => true,
    () => false
  )
  if (!readable) return undefined
  const { size } = statSync(bamPath)
  for (const [reference, there] of mapped.entries()) {
    const chunks = await parsed.blocksForRange(reference, 0, 2 ** 29)
    if (chunks.some(({ maxv }) => maxv.blockPosition > size)) return "reaches beyond the file"
    const count = await parsed.lineCount(reference)
    if (count > 0 && count !== there) return `counts ${count} alignments where the file has ${there}`
  }
  return undefined
}

/**
 * Reads all alignments, in the order of the file. Fails for what is no BAM file (and says what it is), for one that is cut
 * (within a block, within an alignment, without end-of-file block) or damaged (checksums of blocks), and where an index
 * beside it that is not older counts other alignments.
 */
export const forEach = Effect.fnUntraced(function* (
  path: string,
  onAlignment: (alignment: Alignment, references: ReadonlyArray<Reference>) => void
): Effect.fn.Return<ReadonlyArray<Reference>, InputError> {
  const failure = (cause: unknown) => (cause instanceof InputError ? cause : cannot("read", path)(cause))
  const steps = alignments(path, onAlignment)
  const step = Effect.try({ try: () => steps.next(), catch: failure })
  let next = yield* step
  while (next.done !== true) {
    yield* Effect.yieldNow
    next = yield* step
  }
  const index = indexOf(path)
  const { mapped, references } = next.value
  const wrong =
    index === undefined
      ? undefined
      : yield* Effect.tryPromise({ try: () => misfit(path, index, mapped), catch: failure })
  if (wrong === undefined) return references
  return yield* new InputError({
    message: `the index ${wrong}`,
    file: index!,
    hint: "the BAM file is cut, or the index is of another: copy the file again, or samtools index FILE"
  })
})
