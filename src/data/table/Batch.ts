/** Some rows of a table, one below the other: what readers give, so that a table may be larger than memory. */
import { isAscii } from "node:buffer"
import * as Cell from "./Cell.ts"
import * as Value from "./Value.ts"
import type { Vector } from "./Vector.ts"

export interface Batch {
  readonly height: number
  /** 1-based line of the file at which a row begins; in Parquet and Arrow as if it were text below a header. */
  readonly line: (row: number) => number
  readonly text: (row: number, column: number) => string
  readonly row: (row: number) => ReadonlyArray<string>
  readonly isEmpty: (row: number, column: number) => boolean
  /** Whether it is a spelling of a missing value. */
  readonly isMissing: (row: number, column: number) => boolean
}

/** A table in a binary file, opened: nothing needs to be closed. */
export interface Opened {
  readonly columns: ReadonlyArray<string>
  readonly batches: AsyncGenerator<Batch, void>
}

/** Fields as stretches of a text's bytes; a text is made only of those that are asked for. */
export class TextBatch implements Batch {
  private readonly ascii: boolean
  private whole: string | undefined
  readonly bytes: Buffer
  readonly width: number
  readonly height: number
  /** Of the fields, row by row. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  private readonly lines: Int32Array

  constructor(
    bytes: Buffer,
    [height, width]: readonly [number, number],
    starts: Int32Array,
    ends: Int32Array,
    lines: Int32Array
  ) {
    this.bytes = bytes
    this.width = width
    this.height = height
    this.starts = starts
    this.ends = ends
    this.lines = lines
    this.ascii = isAscii(bytes)
  }

  line(row: number): number {
    return this.lines[row]!
  }

  private field(at: number): string {
    const [start, end] = [this.starts[at]!, this.ends[at]!]
    // Of a text of single bytes, stretches of bytes are stretches of the text.
    return this.ascii
      ? (this.whole ??= this.bytes.toString("latin1")).slice(start, end)
      : this.bytes.toString("utf8", start, end)
  }

  text(row: number, column: number): string {
    return this.field(row * this.width + column)
  }

  isEmpty(row: number, column: number): boolean {
    const at = row * this.width + column
    return this.starts[at] === this.ends[at]
  }

  isMissing(row: number, column: number): boolean {
    const at = row * this.width + column
    return Value.isMissingIn(this.bytes, this.starts[at]!, this.ends[at]!)
  }

  row(row: number): ReadonlyArray<string> {
    const cells: Array<string> = []
    for (let at = row * this.width, end = at + this.width; at < end; at++) cells.push(this.field(at))
    return cells
  }

  /** The first row with these fields, in the text's own encoding; -1 where there is none. */
  find(fields: ReadonlyArray<Buffer>): number {
    const is = (field: Buffer, at: number): boolean =>
      field.length === this.ends[at]! - this.starts[at]! &&
      field.equals(this.bytes.subarray(this.starts[at], this.ends[at]))
    for (let row = 0; row < this.height; row++) {
      if (fields.every((field, column) => is(field, row * this.width + column))) return row
    }
    return -1
  }

  /** The same rows from one of them on. */
  from(row: number): TextBatch {
    const at = row * this.width
    return new TextBatch(
      this.bytes,
      [this.height - row, this.width],
      this.starts.subarray(at),
      this.ends.subarray(at),
      this.lines.subarray(row)
    )
  }
}

/** Columns of values, of which the cells are the texts. */
export class ValueBatch implements Batch {
  readonly columns: ReadonlyArray<Vector>
  readonly height: number
  private readonly firstLine: number

  constructor(columns: ReadonlyArray<Vector>, height: number, firstLine: number) {
    this.columns = columns
    this.height = height
    this.firstLine = firstLine
  }

  line(row: number): number {
    return this.firstLine + row
  }

  text(row: number, column: number): string {
    return Cell.text(this.columns[column]!.at(row))
  }

  isEmpty(row: number, column: number): boolean {
    return this.columns[column]!.isEmpty(row)
  }

  isMissing(row: number, column: number): boolean {
    return Value.isMissing(this.text(row, column))
  }

  row(row: number): ReadonlyArray<string> {
    return this.columns.map((values) => Cell.text(values.at(row)))
  }
}
