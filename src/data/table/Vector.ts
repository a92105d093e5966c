/** The values of a column in some rows, as a binary file has them. */
import { isAscii, isUtf8 } from "node:buffer"

export interface Vector {
  readonly length: number
  /** Null where nothing is there. */
  readonly at: (row: number) => unknown
  /** Whether it is a text of no length. */
  readonly isEmpty: (row: number) => boolean
  /** The same values, of some rows. */
  readonly slice: (from: number, to: number) => Vector
}

type Numeric = Float64Array | Float32Array | Int32Array | BigInt64Array

const isNumeric = (values: unknown): values is Numeric =>
  values instanceof Float64Array ||
  values instanceof Float32Array ||
  values instanceof Int32Array ||
  values instanceof BigInt64Array

const emptyLike = (values: Numeric, length: number): Numeric =>
  new (values.constructor as new (length: number) => Numeric)(length)

const notInDictionary = "a value is not in the dictionary of its column"

export class Plain implements Vector {
  readonly values: ArrayLike<unknown>
  /** 0 where nothing is there; undefined where all is. */
  readonly present: Uint8Array | undefined
  readonly length: number

  constructor(values: ArrayLike<unknown>, present?: Uint8Array) {
    this.values = values
    this.present = present
    this.length = values.length
  }

  at(row: number): unknown {
    return this.present?.[row] === 0 ? null : (this.values[row] ?? null)
  }

  isEmpty(row: number): boolean {
    return this.values[row] === ""
  }

  slice(from: number, to: number): Plain {
    const { values, present } = this
    const part = isNumeric(values) ? values.subarray(from, to) : (values as ReadonlyArray<unknown>).slice(from, to)
    return new Plain(part, present?.subarray(from, to))
  }

  /** The values that are there among rows of which some have none. */
  spread(present: Uint8Array): Plain {
    const { values } = this
    const all = isNumeric(values) ? emptyLike(values, present.length) : []
    let next = 0
    for (let row = 0; row < present.length; row++) {
      if (present[row] === 1) all[row] = values[next++] as never
      else if (all instanceof Float64Array) all[row] = Number.NaN
      else if (Array.isArray(all)) all[row] = null as never
    }
    return new Plain(all, present)
  }

  /** The values with these numbers. Throws of a number that none has. */
  choose(indices: ArrayLike<number>): Plain {
    const { values, length } = this
    const chosen = isNumeric(values)
      ? emptyLike(values, indices.length)
      : Array.from<unknown>({ length: indices.length })
    for (let row = 0; row < indices.length; row++) {
      const index = indices[row]!
      if (index >= length) throw new Error(notInDictionary)
      chosen[row] = values[index] as never
    }
    return new Plain(chosen)
  }
}

/** Texts as stretches of bytes in UTF-8: a text is made only of those that are asked for. */
export class Texts implements Vector {
  readonly bytes: Buffer
  /** -1 where nothing is there. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly length: number
  readonly ascii: boolean
  private whole: string | undefined

  constructor(bytes: Buffer, starts: Int32Array, ends: Int32Array, ascii = isAscii(bytes)) {
    this.bytes = bytes
    this.starts = starts
    this.ends = ends
    this.length = starts.length
    this.ascii = ascii
  }

  at(row: number): string | null {
    const [start, end] = [this.starts[row]!, this.ends[row]!]
    if (start === -1) return null
    // Of a text of single bytes, stretches of bytes are stretches of the text.
    return this.ascii
      ? (this.whole ??= this.bytes.toString("latin1")).slice(start, end)
      : this.bytes.toString("utf8", start, end)
  }

  isEmpty(row: number): boolean {
    return this.starts[row] === this.ends[row] && this.starts[row] !== -1
  }

  slice(from: number, to: number): Texts {
    return new Texts(this.bytes, this.starts.subarray(from, to), this.ends.subarray(from, to), this.ascii)
  }

  /** As {@link Plain.spread}. */
  spread(present: Uint8Array): Texts {
    const starts = new Int32Array(present.length).fill(-1)
    const ends = new Int32Array(present.length).fill(-1)
    let next = 0
    for (let row = 0; row < present.length; row++) {
      if (present[row] !== 1) continue
      starts[row] = this.starts[next]!
      ends[row] = this.ends[next++]!
    }
    return new Texts(this.bytes, starts, ends, this.ascii)
  }

  /** The texts with these numbers. Throws of a number that none has. */
  choose(indices: ArrayLike<number>): Texts {
    const starts = new Int32Array(indices.length)
    const ends = new Int32Array(indices.length)
    for (let row = 0; row < indices.length; row++) {
      const index = indices[row]!
      if (index >= this.length) throw new Error(notInDictionary)
      starts[row] = this.starts[index]!
      ends[row] = this.ends[index]!
    }
    return new Texts(this.bytes, starts, ends, this.ascii)
  }
}

/** Texts that stand behind their lengths, as Parquet has them. */
export const prefixed = (page: Uint8Array, count: number): Texts => {
  const bytes = Buffer.from(page.buffer, page.byteOffset, page.byteLength)
  const starts = new Int32Array(count)
  const ends = new Int32Array(count)
  let at = 0
  for (let row = 0; row < count; row++) {
    const length = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    starts[row] = at + 4
    at += 4 + length
    if (length < 0 || !(at <= bytes.length)) throw new Error("a text ends beyond its page: the file is cut or damaged")
    ends[row] = at
  }
  return isAscii(bytes) ? new Texts(bytes, starts, ends, true) : packed(bytes, starts, ends)
}

/** Without what is between the texts; what is no UTF-8 is replaced. */
const packed = (bytes: Buffer, starts: Int32Array, ends: Int32Array): Texts => {
  const parts = Array.from(starts, (start, row) => bytes.subarray(start, ends[row]))
  const whole = Buffer.concat(parts)
  const valid = isUtf8(whole) && parts.every((part) => isUtf8(part))
  const texts = valid ? parts : parts.map((part) => Buffer.from(part.toString("utf8")))
  let at = 0
  for (const [row, text] of texts.entries()) {
    starts[row] = at
    at += text.length
    ends[row] = at
  }
  return new Texts(valid ? whole : Buffer.concat(texts), starts, ends)
}

const texts = (parts: ReadonlyArray<Texts>, length: number): Texts => {
  const starts = new Int32Array(length)
  const ends = new Int32Array(length)
  const pieces: Array<Buffer> = []
  let [row, base, end] = [0, 0, 0]
  for (const part of parts) {
    // Those of one dictionary are in the same bytes.
    if (part.bytes !== pieces.at(-1)) {
      base = end
      end += part.bytes.length
      pieces.push(part.bytes)
    }
    for (let at = 0; at < part.length; at++, row++) {
      const isThere = part.starts[at] !== -1
      starts[row] = isThere ? base + part.starts[at]! : -1
      ends[row] = isThere ? base + part.ends[at]! : -1
    }
  }
  return new Texts(
    pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces),
    starts,
    ends,
    parts.every((part) => part.ascii)
  )
}

const isTexts = (parts: ReadonlyArray<Vector>): parts is ReadonlyArray<Texts> =>
  parts.every((part) => part instanceof Texts)

/** One below the other. */
export const concat = (parts: ReadonlyArray<Vector>): Vector => {
  if (parts.length === 1) return parts[0]!
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  if (isTexts(parts)) return texts(parts, length)
  const first = parts[0]!
  if (first instanceof Plain && isNumeric(first.values)) {
    const kind = first.values.constructor
    if (parts.every((part) => part instanceof Plain && part.values.constructor === kind)) {
      const values = emptyLike(first.values, length)
      const present = new Uint8Array(length).fill(1)
      let row = 0
      for (const part of parts as ReadonlyArray<Plain>) {
        values.set(part.values as never, row)
        if (part.present !== undefined) present.set(part.present, row)
        row += part.length
      }
      return new Plain(values, present)
    }
  }
  return new Plain(parts.flatMap((part) => Array.from({ length: part.length }, (_, row) => part.at(row))))
}
