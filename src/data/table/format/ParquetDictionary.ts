/** Texts of which many are the same, as the numbers of those that differ. */
import { Bytes } from "../Bytes.ts"

/** Numbers of so many bits behind each other, as one run: what Parquet calls bit-packed. */
export const packed = (numbers: ArrayLike<number>, count: number, width: number): Uint8Array => {
  const groups = Math.ceil(count / 8)
  const bytes = new Uint8Array(5 + groups * width)
  let at = 0
  let header = groups * 2 + 1
  for (; header > 127; header >>>= 7) bytes[at++] = (header & 127) | 128
  bytes[at++] = header
  const end = at + groups * width
  let waiting = 0
  let bits = 0
  for (let n = 0; n < count; n++) {
    waiting |= numbers[n]! << bits
    for (bits += width; bits >= 8; bits -= 8) {
      bytes[at++] = waiting
      waiting >>>= 8
    }
  }
  if (bits > 0) bytes[at] = waiting
  return bytes.subarray(0, end)
}

/** After so many rows it is looked whether texts are repeated at all. */
const tried = 1 << 14

export class RowDictionary {
  private readonly bytes: Uint8Array
  private readonly starts: Int32Array

  /** `starts`: of each text, and where the last one ends. */
  constructor(bytes: Uint8Array, starts: Int32Array) {
    this.bytes = bytes
    this.starts = starts
  }

  /** Undefined where it would not be half as large as the texts. */
  encoded() {
    const { bytes, starts } = this
    const count = starts.length - 1
    const slots = new Int32Array(2 ** Math.ceil(Math.log2(count * 2 + 2)))
    const mask = slots.length - 1
    const indices = new Int32Array(count)
    const entries = new Bytes()
    const first = new Int32Array(count)
    let found = 0
    for (let row = 0; row < count; row++) {
      if (row === tried && found > row * 0.9) return undefined
      const [start, end] = [starts[row]!, starts[row + 1]!]
      let slot = hashOf(bytes, start, end) & mask
      while (slots[slot] !== 0 && !this.isSame(start, end, first[slots[slot]! - 1]!)) slot = (slot + 1) & mask
      if (slots[slot] === 0) {
        first[found] = row
        entries.copyFrom(bytes, start, end)
        slots[slot] = ++found
      }
      indices[row] = slots[slot]! - 1
    }
    const width = Math.max(1, 32 - Math.clz32(found - 1))
    const run = packed(indices, count, width)
    if ((entries.length + run.length) * 2 > bytes.length) return undefined
    const page = new Uint8Array(run.length + 1)
    page[0] = width
    page.set(run, 1)
    return { dictionary: { bytes: entries.bytes, count: found }, bytes: page }
  }

  private isSame(start: number, end: number, row: number): boolean {
    const { bytes, starts } = this
    const other = starts[row]!
    if (end - start !== starts[row + 1]! - other) return false
    for (let n = 0; n < end - start; n++) if (bytes[start + n] !== bytes[other + n]) return false
    return true
  }
}

/** FNV-1a, 32 bits. */
const hashOf = (bytes: Uint8Array, start: number, end: number): number => {
  let hash = 0x811c9dc5
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
  return hash ^ (hash >>> 15)
}
