/** Cuts text into records and fields, chunk by chunk: quotes, comments, blank lines; every record as wide as the first. */
import { InputError } from "../../core/Failure.ts"
import * as Printable from "../../core/Printable.ts"
import { TextBatch } from "./Batch.ts"
import * as Dialect from "./Dialect.ts"
import * as Header from "./Header.ts"

export interface Layout extends Dialect.Dialect {
  /** Lines above the first record. */
  readonly skipLines: number
  /** Lines that begin with it are no records. */
  readonly comment: string | undefined
  /** The number of fields, where the first record is a row; else it is the header, and lines of `##` above it are skipped. */
  readonly width: number | undefined
}

const [tab, newline, carriage, blank, quote, hash] = [9, 10, 13, 32, 34, 35]

/** A quoted field longer than this is one whose end is missing. */
const longestQuoted = 1 << 24

/** So many records of so many fields may be in a chunk of text; more are made room for. */
const firstRoom = 1 << 12

export class Splitter {
  private readonly separator: number
  private readonly comment: Buffer | undefined
  private width: number
  private line = 1
  private records = 0
  private rest: Buffer = Buffer.alloc(0)
  /** Blank lines that are rows of an only column if another row follows. */
  private blanks: Array<number> = []

  /** Of the batch that is made. */
  private starts = new Int32Array(0)
  private ends = new Int32Array(0)
  private lines = new Int32Array(0)
  private fields = 0
  private height = 0
  private failure: InputError | undefined
  private readonly file: string
  private readonly layout: Layout

  constructor(file: string, layout: Layout) {
    this.file = file
    this.layout = layout
    this.separator = Dialect.bytes[layout.separator]
    this.comment = layout.comment === undefined ? undefined : Buffer.from(layout.comment)
    this.width = layout.width ?? -1
  }

  /** What comes before a fault is given first. */
  private fault(fault: Header.Fault, line: number): void {
    this.failure = new InputError({ ...fault, file: this.file, line })
  }

  /** Fails where the last records could not be given. */
  end(): void {
    if (this.failure !== undefined) throw this.failure
  }

  /** Whether the line that begins here is no record. */
  private isSkipped(bytes: Buffer, at: number): boolean {
    if (this.line <= this.layout.skipLines) return true
    const { comment } = this
    if (comment !== undefined && bytes[at] === comment[0] && bytes.subarray(at, at + comment.length).equals(comment)) {
      return true
    }
    return this.records === 0 && this.layout.width === undefined && bytes[at] === hash && bytes[at + 1] === hash
  }

  private begin(): void {
    // As many as the last time, and some more.
    const room = Math.max(firstRoom, this.width, Math.ceil(this.fields * 1.1))
    this.starts = new Int32Array(room)
    this.ends = new Int32Array(room)
    this.lines = new Int32Array(Math.max(firstRoom, Math.ceil(this.height * 1.1)))
    this.fields = 0
    this.height = 0
  }

  private add(start: number, end: number): void {
    if (this.fields === this.starts.length) {
      this.starts = widened(this.starts)
      this.ends = widened(this.ends)
    }
    this.starts[this.fields] = start
    this.ends[this.fields++] = end
  }

  private close(line: number): void {
    if (this.height === this.lines.length) this.lines = widened(this.lines)
    this.lines[this.height++] = line
    this.records++
  }

  /** The records from here on for which nothing must be known but the separator; gives where another one begins. */
  private plain(bytes: Buffer, from: number): number {
    const { separator, width, starts, ends, lines } = this
    const { quotes } = this.layout
    const room = starts.length - width
    let { fields, height, line } = this
    let at = from
    while (at < bytes.length && fields <= room && height < lines.length) {
      const begin = at
      const first = fields
      const most = first + width
      let byte = bytes[at]!
      let start = at
      while (fields < most) {
        if (byte === quote && quotes) break
        while (byte !== separator && byte !== newline) byte = bytes[++at]!
        starts[fields] = start
        ends[fields++] = at
        if (byte === newline) break
        start = ++at
        byte = bytes[at]!
      }
      if (fields !== most || byte !== newline || at === begin || bytes[at] !== newline) {
        fields = first
        at = begin
        break
      }
      if (bytes[at - 1] === carriage && at > start) {
        // A blank line is one with a carriage return, too.
        if (at - 1 === begin) {
          fields = first
          at = begin
          break
        }
        ends[fields - 1] = at - 1
      }
      lines[height++] = line++
      at++
    }
    this.records += height - this.height
    this.fields = fields
    this.height = height
    this.line = line
    return at
  }

  /** The records that end in the chunk; `last` where no other follows. */
  push(chunk: Buffer, last = false): TextBatch {
    this.end()
    const given = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    const whole = given.lastIndexOf(newline) + 1
    // Past its end every line has a line break.
    const bytes =
      last && whole < given.length
        ? Buffer.concat([given, Buffer.of(newline)])
        : given.subarray(0, last ? given.length : whole)
    this.rest = given.subarray(bytes.length)
    const { separator, layout } = this
    const { quotes } = layout
    const runs = layout.separator === "space"
    const isBlank = (byte: number | undefined) => byte === blank || byte === tab
    this.begin()
    for (let at = 0; at < bytes.length && this.failure === undefined;) {
      if (!runs && this.records > 0 && this.comment === undefined && this.blanks.length === 0) {
        at = this.plain(bytes, at)
        if (at === bytes.length) break
      }
      if (this.isSkipped(bytes, at)) {
        at = bytes.indexOf(newline, at) + 1
        this.line++
        continue
      }
      const begin = at
      const line = this.line
      if (runs) while (isBlank(bytes[at])) at++
      if (bytes[at] === newline || (bytes[at] === carriage && bytes[at + 1] === newline)) {
        at = bytes.indexOf(newline, at) + 1
        this.line++
        if (this.width === 1 && this.records > 0) this.blanks.push(line)
        continue
      }
      for (const each of this.blanks) {
        this.add(begin, begin)
        this.close(each)
      }
      if (this.blanks.length > 0) this.blanks = []
      const first = this.fields
      /** Fields of this record with quotes written twice. */
      let twice: Array<number> | undefined
      let more = true
      let isWhole = true
      while (more) {
        let start = at
        let end: number
        if (quotes && bytes[at] === quote) {
          start = at + 1
          let from = start
          for (;;) {
            end = bytes.indexOf(quote, from)
            if (end === -1 || bytes[end + 1] !== quote) break
            if (twice === undefined) twice = [this.fields]
            else if (twice.at(-1) !== this.fields) twice.push(this.fields)
            from = end + 2
          }
          if (end === -1) {
            isWhole = false
            break
          }
          for (let n = bytes.indexOf(newline, start); n !== -1 && n < end; n = bytes.indexOf(newline, n + 1))
            this.line++
          at = end + 1
          if (bytes[at] === carriage && bytes[at + 1] === newline) at++
          const next = bytes[at]
          if (next !== separator && next !== newline && !(runs && next === tab)) {
            const stop = bytes.indexOf(newline, at)
            const text = bytes.toString("utf8", start - 1, Math.min(stop, start + 200))
            this.fault(
              {
                message: `text behind the end of a quoted field: ${Printable.quoted(text)}`,
                hint: "a field that begins with a quote ends with one, and quotes within it are written twice"
              },
              this.line
            )
            break
          }
        } else {
          if (runs) while (bytes[at] !== newline && !isBlank(bytes[at])) at++
          else while (bytes[at] !== newline && bytes[at] !== separator) at++
          end = bytes[at] === newline && bytes[at - 1] === carriage && at > start ? at - 1 : at
        }
        this.add(start, end)
        if (runs) {
          while (isBlank(bytes[at])) at++
          if (bytes[at] === carriage && bytes[at + 1] === newline) at++
        }
        more = bytes[at] !== newline
        if (more && !runs) at++
      }
      if (!isWhole) {
        if (last || bytes.length - begin > longestQuoted) {
          this.fault(
            { message: "a quoted field does not end", hint: "a field that begins with a quote must end with one" },
            line
          )
          break
        }
        this.fields = first
        this.line = line
        this.rest = Buffer.concat([bytes.subarray(begin), this.rest])
        break
      }
      if (this.failure !== undefined) break
      at++
      this.line++
      if (this.width === -1) this.width = this.fields - first
      if (this.fields - first !== this.width) {
        const isFirst = this.records === (layout.width === undefined ? 1 : 0)
        this.fault(Header.ragged(this.fields - first, this.width, layout.separator, isFirst), line)
        break
      }
      for (const field of twice ?? []) this.ends[field] = undouble(bytes, this.starts[field]!, this.ends[field]!)
      this.close(line)
    }
    return new TextBatch(bytes, [this.height, Math.max(this.width, 1)], this.starts, this.ends, this.lines)
  }
}

const widened = (array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
  const wider = new Int32Array(array.length * 2)
  wider.set(array)
  return wider
}

/** Makes one quote of two, in place; gives the new end. */
const undouble = (bytes: Buffer, start: number, end: number): number => {
  let to = start
  for (let from = start; from < end; from++) {
    bytes[to++] = bytes[from]!
    if (bytes[from] === quote) from++
  }
  return to
}
