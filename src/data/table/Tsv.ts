/** Fields as tab-separated text has them. */
import * as Printable from "../../core/Printable.ts"
import { TextBatch, type Batch } from "./Batch.ts"
import { Bytes } from "./Bytes.ts"
import { faultAt, type Place } from "./Place.ts"

// oxlint-disable-next-line no-control-regex -- no text holds a NUL
const special = /^"|[\t\n\r\0]/u

const names: { readonly [character: string]: string } = { "\t": "a tab", "\0": "a NUL" }

/**
 * A field as it is written. What begins with a quote is quoted, as such a text is read; other programs split lines at every
 * tab, so that no field may hold one. Throws with the place that the value comes from.
 */
export const field = (cell: string, column: string, from: Place): string => {
  if (!special.test(cell)) return cell
  const [broken] = /[\t\n\r\0]/u.exec(cell) ?? []
  if (broken === undefined) return `"${cell.replaceAll('"', '""')}"`
  throw faultAt(from, {
    message: `column '${column}': ${names[broken] ?? "a line break"} in the value ${Printable.quoted(cell)}`,
    hint: "tab-separated text cannot hold it: replace it in the input"
  })
}

const [tab, firstPlain, quote] = [9, 14, 34]

const shortText = 32

/** Fields of batches as bytes, one after another, with a tab before each but the first where that is asked for. */
export class TsvBytes extends Bytes {
  /** A text as {@link field} writes it. */
  cell(text: string, column: string, place: () => Place): void {
    if (text.length > shortText || !this.plainText(text)) this.text(field(text, column, place()))
  }

  /** Copies a short text of single bytes that may stand as it is; false of another. */
  private plainText(text: string): boolean {
    this.reserve(shortText)
    const { buffer } = this
    let to = this.length
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code > 127 || (code < firstPlain && (code >= tab || code === 0)) || (at === 0 && code === quote)) return false
      buffer[to++] = code
    }
    this.length = to
    return true
  }

  /** A stretch of bytes as {@link field} writes it. */
  stretch(bytes: Buffer, start: number, end: number, column: string, place: () => Place): void {
    if (!this.plain(bytes, start, end)) this.text(field(bytes.toString("utf8", start, end), column, place()))
  }

  /** The fields of a row; `columns`: in their order, of which the names are `names`. */
  fields(
    batch: Batch,
    row: number,
    columns: ReadonlyArray<number>,
    names: ReadonlyArray<string>,
    leading: boolean,
    place: () => Place
  ): void {
    const count = columns.length
    if (count === 0) return
    if (leading) this.byte(tab)
    const isText = batch instanceof TextBatch
    const [first, last] = [columns[0]!, columns[count - 1]!]
    if (isText && count > 1 && last - first === count - 1 && this.together(batch, row, first, last)) return
    for (let n = 0; n < count; n++) {
      if (n > 0) this.byte(tab)
      const column = columns[n]!
      if (isText) {
        const at = row * batch.width + column
        if (this.plain(batch.bytes, batch.starts[at]!, batch.ends[at]!)) continue
      }
      this.cell(batch.text(row, column), names[n]!, place)
    }
  }

  /** Copies columns whose bytes are the fields with tabs between them, none of which needs quotes; false of others. */
  private together({ bytes, starts, ends, width }: TextBatch, row: number, first: number, last: number): boolean {
    const from = row * width + first
    const to = row * width + last
    for (let at = from; at <= to; at++) {
      const isBroken = at < to && (bytes[ends[at]!] !== tab || starts[at + 1] !== ends[at]! + 1)
      if (isBroken || bytes[starts[at]!] === quote) return false
    }
    return this.plain(bytes, starts[from]!, ends[to]!, tab + 1)
  }

  /** Copies a field that may stand as it is; false of another. */
  private plain(bytes: Buffer, start: number, end: number, least = tab): boolean {
    if (start < end && bytes[start] === quote) return false
    this.reserve(end - start)
    const { buffer } = this
    let to = this.length
    for (let from = start; from < end; from++) {
      const byte = bytes[from]!
      if (byte < firstPlain && (byte >= least || byte === 0)) return false
      buffer[to++] = byte
    }
    this.length = to
    return true
  }
}

/** The fields of a line that {@link field} made, each with a tab before it. */
export const fieldsOf = (line: string): ReadonlyArray<string> =>
  line
    .split("\t")
    .slice(1)
    .map((text) => (text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text))
