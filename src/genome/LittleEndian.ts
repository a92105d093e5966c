/** Binary data under construction, little-endian. */

/** Bytes that grow as numbers are put in. */
export class Bytes {
  private buffer = Buffer.alloc(1 << 12)
  length = 0
  private room(count: number): number {
    if (this.length + count > this.buffer.length) {
      this.buffer = Buffer.concat([this.buffer], Math.max(2 * this.buffer.length, this.length + count))
    }
    this.length += count
    return this.length - count
  }
  u8(value: number): this {
    const at = this.room(1)
    this.buffer.writeUInt8(value, at)
    return this
  }
  u16(value: number): this {
    const at = this.room(2)
    this.buffer.writeUInt16LE(value, at)
    return this
  }
  u32(...values: ReadonlyArray<number>): this {
    for (const value of values) {
      const at = this.room(4)
      this.buffer.writeUInt32LE(value, at)
    }
    return this
  }
  u64(...values: ReadonlyArray<number>): this {
    for (const value of values) {
      const at = this.room(8)
      this.buffer.writeBigUInt64LE(BigInt(value), at)
    }
    return this
  }
  f32(...values: ReadonlyArray<number>): this {
    for (const value of values) {
      const at = this.room(4)
      this.buffer.writeFloatLE(value, at)
    }
    return this
  }
  f64(...values: ReadonlyArray<number>): this {
    for (const value of values) {
      const at = this.room(8)
      this.buffer.writeDoubleLE(value, at)
    }
    return this
  }
  text(value: string, width: number): this {
    const at = this.room(width)
    this.buffer.write(value, at, "utf8")
    return this
  }
  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length)
  }
}
