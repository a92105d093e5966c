/** Bytes that are added to, in memory that grows. */
import * as Digits from "./Digits.ts"

/** Longer texts are encoded by the engine, which costs more than their characters. */
const shortText = 32

export class Bytes {
  protected buffer: Buffer
  length = 0

  constructor(bytes = 1 << 12) {
    this.buffer = Buffer.allocUnsafe(bytes)
  }

  /** Valid until more is added. */
  get bytes(): Buffer {
    return this.buffer.subarray(0, this.length)
  }

  protected reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return
    const wider = Buffer.allocUnsafe(Math.max(this.length + bytes, this.buffer.length * 2))
    this.buffer.copy(wider, 0, 0, this.length)
    this.buffer = wider
  }

  byte(byte: number): void {
    this.reserve(1)
    this.buffer[this.length++] = byte
  }

  /** Little end first. */
  uint32(number: number): void {
    this.reserve(4)
    this.length = this.buffer.writeUInt32LE(number, this.length)
  }

  /** A number as `Cell.text` writes it. */
  number(value: number): void {
    this.reserve(Digits.room)
    this.length = Digits.put(value, this.buffer, this.length)
  }

  text(text: string): void {
    this.reserve(text.length * 3)
    if (text.length <= shortText && this.short(text)) return
    this.length += this.buffer.write(text, this.length)
  }

  /** False of a text that is not ASCII. */
  private short(text: string): boolean {
    const { buffer } = this
    let to = this.length
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code > 127) return false
      buffer[to++] = code
    }
    this.length = to
    return true
  }

  copyFrom(bytes: Uint8Array, start: number, end: number): void {
    this.reserve(end - start)
    const { buffer } = this
    let to = this.length
    for (let from = start; from < end; from++) buffer[to++] = bytes[from]!
    this.length = to
  }

  copyTo(bytes: Uint8Array, at: number): void {
    const { buffer, length } = this
    for (let from = 0, to = at; from < length; from++, to++) bytes[to] = buffer[from]!
  }

  clear(): void {
    this.length = 0
  }
}
