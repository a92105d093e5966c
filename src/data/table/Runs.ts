/** Lines with the number of their row, in files for a while: written in several runs, each in order, read back as one. */
import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs"

const headerBytes = 12
const gathered = 1 << 20

export class Run {
  private readonly path: string
  private readonly fd: number
  private buffer = Buffer.allocUnsafe(gathered)
  private filled = 0
  /** Of what is read back: the next line's place in the buffer, and where the file goes on. */
  private at = 0
  private offset = 0

  constructor(path: string) {
    this.path = path
    this.fd = openSync(path, "w+")
  }

  add(row: number, line: Uint8Array): void {
    const bytes = headerBytes + line.length
    if (this.filled + bytes > this.buffer.length) this.flush()
    if (bytes > this.buffer.length) this.buffer = Buffer.allocUnsafe(bytes)
    this.buffer.writeDoubleLE(row, this.filled)
    this.buffer.writeUInt32LE(line.length, this.filled + 8)
    this.buffer.set(line, this.filled + headerBytes)
    this.filled += bytes
  }

  private flush(): void {
    for (let at = 0; at < this.filled;) at += writeSync(this.fd, this.buffer, at, this.filled - at)
    this.filled = 0
  }

  /** From now on it is read. */
  rewind(): void {
    this.flush()
    this.at = 0
  }

  /** Makes so many bytes be in the buffer; false at the end. */
  private fill(bytes: number): boolean {
    if (this.filled - this.at >= bytes) return true
    this.buffer.copy(this.buffer, 0, this.at, this.filled)
    this.filled -= this.at
    this.at = 0
    if (bytes > this.buffer.length) {
      const wider = Buffer.allocUnsafe(bytes)
      this.buffer.copy(wider, 0, 0, this.filled)
      this.buffer = wider
    }
    for (let read = 1; read > 0 && this.filled < this.buffer.length;) {
      read = readSync(this.fd, this.buffer, this.filled, this.buffer.length - this.filled, this.offset)
      this.offset += read
      this.filled += read
    }
    return this.filled >= bytes
  }

  /** The row of the next line; undefined at the end. */
  get row(): number | undefined {
    return this.fill(headerBytes) ? this.buffer.readDoubleLE(this.at) : undefined
  }

  /** The next line, valid until another is asked for. */
  take(): Uint8Array {
    const length = this.buffer.readUInt32LE(this.at + 8)
    this.fill(headerBytes + length)
    const start = this.at + headerBytes
    this.at = start + length
    return this.buffer.subarray(start, this.at)
  }

  remove(): void {
    closeSync(this.fd)
    rmSync(this.path, { force: true })
  }
}

/** The lines of all runs by their rows. */
export function* merged(runs: ReadonlyArray<Run>): Iterable<Uint8Array> {
  for (;;) {
    let first: Run | undefined
    for (const run of runs) if (run.row !== undefined && run.row < (first?.row ?? Infinity)) first = run
    if (first === undefined) return
    yield first.take()
  }
}
