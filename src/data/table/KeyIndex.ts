/**
 * The rows of a table by an exact key of several columns, in some 40 bytes a row and the text itself: a hash table over
 * a typed array, with the texts in blocks of bytes.
 */
import { TextBatch, type Batch } from "./Batch.ts"
import type { TsvBytes } from "./Tsv.ts"

/** Between the fields of a key: no byte of UTF-8. */
const between = 0xff
const blockBytes = 1 << 24
const headerBytes = 16

const cacheLine = 64

/** Rows whose places in memory are asked for together. */
const ahead = 512

/** FNV-1a, 32 bits. */
const [firstHash, hashFactor] = [0x811c9dc5, 0x01000193]

const hashOf = ({ bytes, starts, ends, width }: TextBatch, row: number, columns: ReadonlyArray<number>): number => {
  let hash = firstHash
  for (let part = 0; part < columns.length; part++) {
    const field = row * width + columns[part]!
    if (part > 0) hash = Math.imul(hash ^ between, hashFactor)
    for (let at = starts[field]!, end = ends[field]!; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, hashFactor)
  }
  return mixed(hash)
}

/**
 * An entry is known by its place: block and byte within it. There it has its row, the length of its key, that of what more
 * is said of the row, its number in its table, and these.
 */
export type Entry = number

export const none: Entry = -1

export class KeyIndex {
  /** By hash, two numbers: the hash, and the entry's place plus 1, 0 where none is. */
  private slots = new Uint32Array(1 << 13)
  private readonly blocks: Array<Buffer> = []
  private filled = blockBytes
  private count = 0
  private own: Buffer = Buffer.alloc(1 << 10)
  /** The key that is set: a stretch of a batch's bytes, or of its own. */
  private key = this.own
  private keyStart = 0
  private keyLength = 0
  private keyHash = 0
  protected warmed = 0

  get size(): number {
    return this.count
  }

  /** Makes room for so many rows, if none was added. */
  expect(rows: number): void {
    if (this.count === 0) this.slots = new Uint32Array(Math.max(1 << 13, 2 ** Math.ceil(Math.log2((rows + 1) * 4))))
  }

  /** What it takes, in bytes. */
  get bytes(): number {
    return this.blocks.length * blockBytes + this.slots.byteLength
  }

  /**
   * Calls `act` with each row of a batch, whose key in these columns is then the one that is set. Some rows ahead their
   * places in the table are looked at, so that memory answers for many of them at once.
   */
  forEach(batch: Batch, columns: ReadonlyArray<number>, act: (row: number) => void): void {
    const hashes = new Uint32Array(ahead)
    for (let from = 0; from < batch.height; from += ahead) {
      const to = Math.min(batch.height, from + ahead)
      if (batch instanceof TextBatch) {
        for (let row = from; row < to; row++) hashes[row - from] = hashOf(batch, row, columns)
        this.warm(hashes, to - from)
        for (let row = from; row < to; row++) {
          this.setBytes(batch, row, columns, hashes[row - from]!)
          act(row)
        }
      } else {
        for (let row = from; row < to; row++) {
          this.setTexts(columns.map((column) => batch.text(row, column)))
          act(row)
        }
      }
    }
  }

  /** What is read here lies in the processor's cache when it is needed. */
  private warm(hashes: Uint32Array, count: number): void {
    const { slots, blocks } = this
    const mask = slots.length - 2
    let sum = 0
    for (let n = 0; n < count; n++) sum += slots[(hashes[n]! << 1) & mask]!
    for (let n = 0; n < count; n++) {
      const entry = slots[((hashes[n]! << 1) & mask) + 1]! - 1
      if (entry === none) continue
      const block = blocks[Math.floor(entry / blockBytes)]!
      const at = entry % blockBytes
      // An entry often goes on in the next line of the cache.
      sum += block[at]! + block[Math.min(at + cacheLine, block.length - 1)]!
    }
    this.warmed = sum
  }

  private setBytes(
    { bytes, starts, ends, width }: TextBatch,
    row: number,
    columns: ReadonlyArray<number>,
    hash: number
  ): void {
    this.keyHash = hash
    if (columns.length === 1) {
      const field = row * width + columns[0]!
      this.key = bytes
      this.keyStart = starts[field]!
      this.keyLength = ends[field]! - this.keyStart
      return
    }
    let length = 0
    for (let part = 0; part < columns.length; part++) {
      const field = row * width + columns[part]!
      const [start, end] = [starts[field]!, ends[field]!]
      if (length + end - start >= this.own.length) this.widen(length + end - start)
      const { own } = this
      if (part > 0) own[length++] = between
      for (let at = start; at < end; at++) own[length++] = bytes[at]!
    }
    this.setOwn(length)
  }

  private setOwn(length: number): void {
    this.key = this.own
    this.keyStart = 0
    this.keyLength = length
  }

  /** Makes these texts the key that is set. */
  setTexts(texts: ReadonlyArray<string>): void {
    let length = 0
    for (const [part, text] of texts.entries()) {
      if (length + text.length * 3 >= this.own.length) this.widen(length + text.length * 3)
      if (part > 0) this.own[length++] = between
      length += this.own.write(text, length)
    }
    let hash = firstHash
    for (let at = 0; at < length; at++) hash = Math.imul(hash ^ this.own[at]!, hashFactor)
    this.setOwn(length)
    this.keyHash = mixed(hash)
  }

  private widen(needed: number): void {
    const wider = Buffer.alloc(Math.max(needed + 1, this.own.length * 2))
    this.own.copy(wider)
    this.own = wider
  }

  /** Which of so many parts the key belongs to. */
  part(parts: number): number {
    // Other bits than those that the table's places are chosen by.
    return Math.floor((this.keyHash / 2 ** 32) * parts)
  }

  /** The entry with the key that is set, or {@link none}. */
  find(): Entry {
    const { slots, keyHash } = this
    const mask = slots.length - 2
    for (let slot = (keyHash << 1) & mask; ; slot = (slot + 2) & mask) {
      const place = slots[slot + 1]! - 1
      if (place === none || (slots[slot] === keyHash && this.isKey(place))) return place
    }
  }

  private isKey(place: Entry): boolean {
    const block = this.blocks[Math.floor(place / blockBytes)]!
    const at = place % blockBytes
    const { key, keyStart, keyLength } = this
    if (numberAt(block, at + 4) !== keyLength) return false
    for (let n = at + headerBytes, from = keyStart, end = from + keyLength; from < end; n++, from++) {
      if (block[n] !== key[from]) return false
    }
    return true
  }

  /** Adds the key that is set, which no entry has, with more bytes about its row, and its number in its table. */
  add(more: TsvBytes, number: number): void {
    if ((this.count + 1) * 4 > this.slots.length) this.rehash()
    const { keyStart, keyLength, key } = this
    const bytes = headerBytes + keyLength + more.length
    if (this.filled + bytes > (this.blocks.at(-1)?.length ?? 0)) {
      this.blocks.push(Buffer.allocUnsafe(Math.max(blockBytes, bytes)))
      this.filled = 0
    }
    const block = this.blocks.at(-1)!
    const start = this.filled
    putNumber(block, start, this.count++)
    putNumber(block, start + 4, keyLength)
    putNumber(block, start + 8, more.length)
    putNumber(block, start + 12, number)
    let at = start + headerBytes
    for (let from = keyStart, end = from + keyLength; from < end; from++) block[at++] = key[from]!
    more.copyTo(block, at)
    this.filled += bytes
    place(this.slots, this.keyHash, (this.blocks.length - 1) * blockBytes + start + 1)
  }

  private rehash(): void {
    const slots = new Uint32Array(this.slots.length * 2)
    for (let slot = 0; slot < this.slots.length; slot += 2) {
      if (this.slots[slot + 1] !== 0) place(slots, this.slots[slot]!, this.slots[slot + 1]!)
    }
    this.slots = slots
  }

  /** The number of the entry's row, from 0 in the order in which they were added. */
  row(entry: Entry): number {
    return numberAt(this.blocks[Math.floor(entry / blockBytes)]!, entry % blockBytes)
  }

  /** All entries, in the order in which they were added. */
  *entries(): Iterable<Entry> {
    let row = 0
    for (const [number, block] of this.blocks.entries()) {
      const end = number === this.blocks.length - 1 ? this.filled : block.length
      for (let at = 0; at + headerBytes <= end && row < this.count;) {
        // Behind the last entry of a block is nothing that was written.
        if (numberAt(block, at) !== row) break
        yield number * blockBytes + at
        row++
        at += headerBytes + numberAt(block, at + 4) + numberAt(block, at + 8)
      }
    }
  }

  /** The number that the entry was added with. */
  number(entry: Entry): number {
    return numberAt(this.blocks[Math.floor(entry / blockBytes)]!, (entry % blockBytes) + 12)
  }

  /** The fields of an entry's key. */
  texts(entry: Entry): ReadonlyArray<string> {
    const at = (entry % blockBytes) + headerBytes
    const block = this.blocks[Math.floor(entry / blockBytes)]!
    return fieldsOf(block.subarray(at, at + numberAt(block, at - headerBytes + 4)))
  }

  /** What was said of an entry's row. */
  moreText(entry: Entry): string {
    const block = this.blocks[Math.floor(entry / blockBytes)]!
    const at = entry % blockBytes
    const start = at + headerBytes + numberAt(block, at + 4)
    return block.toString("utf8", start, start + numberAt(block, at + 8))
  }

  /** Adds it to bytes. */
  copyMore(entry: Entry, to: TsvBytes): void {
    const block = this.blocks[Math.floor(entry / blockBytes)]!
    const at = entry % blockBytes
    const start = at + headerBytes + numberAt(block, at + 4)
    to.copyFrom(block, start, start + numberAt(block, at + 8))
  }
}

/** Which of so many parts a text belongs to. */
export const partOf = (text: string, parts: number): number => {
  let hash = firstHash
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, hashFactor)
  return Math.floor((mixed(hash) / 2 ** 32) * parts)
}

const numberAt = (bytes: Buffer, at: number): number =>
  (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0

const putNumber = (bytes: Buffer, at: number, number: number): void => {
  bytes[at] = number
  bytes[at + 1] = number >>> 8
  bytes[at + 2] = number >>> 16
  bytes[at + 3] = number >>> 24
}

const place = (slots: Uint32Array, hash: number, entry: number): void => {
  const mask = slots.length - 2
  let slot = (hash << 1) & mask
  while (slots[slot + 1] !== 0) slot = (slot + 2) & mask
  slots[slot] = hash
  slots[slot + 1] = entry
}

const fieldsOf = (key: Buffer): ReadonlyArray<string> => {
  const fields: Array<string> = []
  for (let from = 0; from <= key.length;) {
    const next = key.indexOf(between, from)
    const stop = next === -1 ? key.length : next
    fields.push(key.toString("utf8", from, stop))
    from = stop + 1
  }
  return fields
}

/** All bits of the hash depend on all of the key. */
const mixed = (hash: number): number => {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
