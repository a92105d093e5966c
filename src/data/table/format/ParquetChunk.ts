/** The values of a column of a row group that is being written, in the form in which Parquet has them. */
import { Bytes } from "../Bytes.ts"
import type { Column, ColumnType } from "../Schema.ts"
import * as Typed from "../Typed.ts"
import * as Value from "../Value.ts"
import { packed, RowDictionary } from "./ParquetDictionary.ts"

/** Rows of a group. */
export const height = 131_072

/** A page without its levels. */
export interface Encoded {
  /** The entries, of which the values are then the numbers. */
  readonly dictionary?: { readonly bytes: Uint8Array; readonly count: number }
  readonly bytes: Uint8Array
  readonly statistics?: { readonly min_value: number | bigint; readonly max_value: number | bigint }
}

export abstract class Chunk {
  private readonly present = new Uint8Array(height)
  rows = 0
  /** Values that are there. */
  protected count = 0
  private readonly name: string
  protected readonly column: Column<unknown>

  constructor(name: string, column: Column<unknown>) {
    this.name = name
    this.column = column
  }

  get missing(): number {
    return this.rows - this.count
  }

  /** Where values are there, as levels. */
  get levels(): Uint8Array {
    return packed(this.present, this.rows, 1)
  }

  /** Adds a value; false of one that the column cannot have. */
  protected abstract put(value: unknown): boolean
  abstract encoded(): Encoded

  protected there(isThere: boolean): void {
    this.present[this.rows++] = isThere ? 1 : 0
    if (isThere) this.count++
  }

  /** Throws of what is no value of the column. */
  add(value: unknown): void {
    if (this.put(value)) this.there(true)
    else if ((value === null || value === undefined) && this.column.nullable) this.there(false)
    else throw new Error(Value.problem(this.name, this.column, value)?.message ?? `column '${this.name}'`)
  }

  /** Those of some rows. */
  addAll(column: Typed.TypedColumn, from: number, to: number): void {
    for (let row = from; row < to; row++) this.add(Typed.cell(column, this.column.nullable, row))
  }

  clear(): void {
    this.rows = 0
    this.count = 0
  }
}

class Numbers extends Chunk {
  protected readonly values = new Float64Array(height)

  protected put(value: unknown): boolean {
    if (typeof value !== "number") return false
    this.values[this.count] = value
    return true
  }

  override addAll(column: Typed.TypedColumn, from: number, to: number): void {
    if (column.type === "string") return super.addAll(column, from, to)
    const { values: given } = column
    const { nullable } = this.column
    for (let row = from; row < to; row++) {
      const value = given[row]!
      const isThere = !nullable || !Number.isNaN(value)
      if (isThere) this.values[this.count] = value
      this.there(isThere)
    }
  }

  /** Without NaN; zero has either sign, as it may be either. */
  protected get bounds(): readonly [number, number] | undefined {
    const { values, count } = this
    let [least, most] = [Infinity, -Infinity]
    let any = false
    for (let at = 0; at < count; at++) {
      const value = values[at]!
      if (value <= least) [least, any] = [value, true]
      if (value >= most) most = value
    }
    return any ? [least === 0 ? -0 : least, most === 0 ? 0 : most] : undefined
  }

  encoded(): Encoded {
    const { bounds } = this
    return {
      bytes: new Uint8Array(this.values.buffer, 0, this.count * 8),
      ...(bounds && { statistics: { min_value: bounds[0], max_value: bounds[1] } })
    }
  }
}

class Integers extends Numbers {
  protected override put(value: unknown): boolean {
    return Number.isSafeInteger(value) && super.put(value)
  }

  override encoded(): Encoded {
    const { values, count, bounds } = this
    const halves = new Int32Array(count * 2)
    for (let at = 0; at < count; at++) {
      const high = Math.floor(values[at]! / 2 ** 32)
      halves[at * 2] = values[at]! - high * 2 ** 32
      halves[at * 2 + 1] = high
    }
    return {
      bytes: new Uint8Array(halves.buffer),
      ...(bounds && { statistics: { min_value: BigInt(bounds[0]), max_value: BigInt(bounds[1]) } })
    }
  }
}

class Truths extends Chunk {
  private readonly bits = new Uint8Array(height / 8)

  protected put(value: unknown): boolean {
    if (typeof value !== "boolean") return false
    const { bits, count } = this
    const at = count >> 3
    bits[at] = (count % 8 === 0 ? 0 : bits[at]!) | (value ? 1 << (count & 7) : 0)
    return true
  }

  encoded(): Encoded {
    return { bytes: this.bits.subarray(0, Math.ceil(this.count / 8)) }
  }
}

/** Each behind its length. */
class Texts extends Chunk {
  private readonly bytes = new Bytes()
  private readonly starts = new Int32Array(height + 1)

  protected put(value: unknown): boolean {
    if (typeof value !== "string") return false
    const start = this.bytes.length
    this.bytes.uint32(0)
    this.bytes.text(value)
    this.bytes.bytes.writeUInt32LE(this.bytes.length - start - 4, start)
    this.starts[this.count + 1] = this.bytes.length
    return true
  }

  override addAll(column: Typed.TypedColumn, from: number, to: number): void {
    const stretches = column.type === "string" ? column.stretches : undefined
    if (stretches === undefined) return super.addAll(column, from, to)
    const { bytes, starts, ends, first, step } = stretches
    const { nullable } = this.column
    for (let row = from, at = first + from * step; row < to; row++, at += step) {
      const [start, end] = [starts[at]!, ends[at]!]
      if (start === -1 || (nullable && Value.isMissingIn(bytes, start, end))) {
        this.add(Typed.cell(column, nullable, row))
        continue
      }
      this.bytes.uint32(end - start)
      this.bytes.copyFrom(bytes, start, end)
      this.starts[this.count + 1] = this.bytes.length
      this.there(true)
    }
  }

  encoded(): Encoded {
    const { bytes } = this.bytes
    const dictionary = new RowDictionary(bytes, this.starts.subarray(0, this.count + 1))
    return dictionary.encoded() ?? { bytes }
  }

  override clear(): void {
    super.clear()
    this.bytes.clear()
  }
}

const kinds: { readonly [T in ColumnType]: new (name: string, column: Column<unknown>) => Chunk } = {
  string: Texts,
  number: Numbers,
  integer: Integers,
  boolean: Truths
}

export const make = (name: string, column: Column<unknown>): Chunk => new kinds[column.type](name, column)
