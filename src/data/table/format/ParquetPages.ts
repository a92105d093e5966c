/** The pages of a Parquet column of single values, decoded one at a time. */
import type { ColumnMetaData, DecodedArray, SchemaTree } from "hyparquet"
import { crc32 } from "node:zlib"
import * as Vector from "../Vector.ts"

/** What is needed of hyparquet, loaded when a file is read. */
export const load = async () => {
  const [{ parquetHeader }, { decompressPage, readDataPage }, plain, encoding, { convert, DEFAULT_PARSERS }, schema] =
    await Promise.all([
      import("hyparquet/src/column.js"),
      import("hyparquet/src/datapage.js"),
      import("hyparquet/src/plain.js"),
      import("hyparquet/src/encoding.js"),
      import("hyparquet/src/convert.js"),
      import("hyparquet/src/schema.js")
    ])
  return {
    parquetHeader,
    decompressPage,
    readDataPage,
    ...plain,
    ...encoding,
    convert,
    parsers: DEFAULT_PARSERS,
    isFlatColumn: schema.isFlatColumn
  }
}
export type Hyparquet = Awaited<ReturnType<typeof load>>
type DataReader = Parameters<Hyparquet["parquetHeader"]>[0]
type PageHeader = ReturnType<Hyparquet["parquetHeader"]>
type Decoder = Parameters<Hyparquet["readDataPage"]>[2]
type Encoding = Parameters<Hyparquet["readDataPage"]>[1]["encoding"]

export interface Options {
  readonly schemaPath: Array<SchemaTree>
  readonly metadata: ColumnMetaData
  readonly compressors: NonNullable<Decoder["compressors"]>
  readonly parsers: Partial<Decoder["parsers"]>
  /** Of values that are there. */
  readonly read: ((values: ArrayLike<unknown>) => ArrayLike<unknown>) | undefined
}

/** A page's own values, below which those are spread that are not there. */
type Values = Vector.Plain | Vector.Texts

export class Pages {
  private readonly reader: DataReader
  private readonly decoder: Decoder
  private readonly isText: boolean
  private dictionary: Values | undefined
  private readonly library: Hyparquet
  private readonly options: Options

  /** `bytes`: of the column's chunk. */
  constructor(library: Hyparquet, bytes: ArrayBuffer, options: Options) {
    const { schemaPath, metadata, compressors, parsers } = options
    const { element } = schemaPath.at(-1)!
    this.library = library
    this.options = options
    this.reader = { view: new DataView(bytes), offset: 0 }
    this.decoder = {
      pathInSchema: metadata.path_in_schema,
      type: metadata.type,
      element,
      // Levels are read here.
      schemaPath: schemaPath.slice(0, 1),
      codec: metadata.codec,
      compressors,
      parsers: { ...library.parsers, ...parsers },
      utf8: false
    }
    const isString = element.converted_type === "UTF8" || element.logical_type?.type === "STRING"
    this.isText = metadata.type === "BYTE_ARRAY" && isString
  }

  /** The values of the next page; undefined after the last. */
  next(): Vector.Vector | undefined {
    while (this.reader.offset < this.reader.view.byteLength - 1) {
      const header = this.library.parquetHeader(this.reader)
      const bytes = this.take(header)
      if (header.type === "DICTIONARY_PAGE") this.dictionary = this.entries(header, bytes)
      else if (header.type === "DATA_PAGE") return this.first(header, bytes)
      else if (header.type === "DATA_PAGE_V2") return this.second(header, bytes)
    }
    return undefined
  }

  /** As they are stored, held to their checksum where they have one. */
  private take({ compressed_page_size: length, crc }: PageHeader): Uint8Array {
    const { view, offset } = this.reader
    if (offset + length > view.byteLength) throw new Error("a page ends beyond its column: the file is cut or damaged")
    this.reader.offset += length
    const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, length)
    if (crc !== undefined && crc32(bytes) !== crc >>> 0) {
      throw new Error("a page does not have its checksum: the file is damaged")
    }
    return bytes
  }

  private unpacked(bytes: Uint8Array, length: number): Uint8Array {
    const { codec, compressors } = this.decoder
    return length === 0 ? bytes.subarray(0, 0) : this.library.decompressPage(bytes, length, codec, compressors)
  }

  private entries(header: PageHeader, bytes: Uint8Array): Values {
    const page = this.unpacked(bytes, header.uncompressed_page_size)
    return this.values(page, "PLAIN", described(header.dictionary_page_header).num_values)
  }

  private first(header: PageHeader, bytes: Uint8Array): Vector.Vector {
    const { num_values: count, encoding } = described(header.data_page_header)
    const page = this.unpacked(bytes, header.uncompressed_page_size)
    if (!this.isOptional) return this.values(page, encoding, count)
    const length = new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(0, true)
    return this.spread(page.subarray(4, 4 + length), page.subarray(4 + length), encoding, count)
  }

  private second(header: PageHeader, bytes: Uint8Array): Vector.Vector {
    const head = described(header.data_page_header_v2)
    const { num_values: count, encoding, definition_levels_byte_length: length } = head
    const rest = bytes.subarray(length)
    const page = head.is_compressed === false ? rest : this.unpacked(rest, header.uncompressed_page_size - length)
    return this.isOptional
      ? this.spread(bytes.subarray(0, length), page, encoding, count)
      : this.values(page, encoding, count)
  }

  private get isOptional(): boolean {
    return this.decoder.element.repetition_type !== "REQUIRED"
  }

  private spread(levels: Uint8Array, page: Uint8Array, encoding: Encoding, count: number): Vector.Vector {
    if (isOneRun(levels, count)) return this.values(page, encoding, count)
    const present = new Uint8Array(count)
    this.library.readRleBitPackedHybrid(readerOf(levels), 1, present, levels.length)
    let there = 0
    for (let row = 0; row < count; row++) there += present[row]!
    const values = this.values(page, encoding, there)
    return there === count ? values : values.spread(present)
  }

  /** So many values that are there. */
  private values(page: Uint8Array, encoding: Encoding, count: number): Values {
    const { library, decoder, dictionary } = this
    if (this.isText && encoding === "PLAIN") return Vector.prefixed(page, count)
    if (encoding.endsWith("_DICTIONARY")) {
      const indices = new Uint32Array(count)
      const width = page[0] ?? 0
      const reader = readerOf(page.subarray(1))
      if (width > 0) library.readRleBitPackedHybrid(reader, width, indices, page.length - 1)
      if (dictionary === undefined && count > 0) throw new Error("a page has no dictionary")
      return dictionary === undefined ? new Vector.Plain([]) : dictionary.choose(indices)
    }
    const head = {
      num_values: count,
      encoding,
      definition_level_encoding: "RLE",
      repetition_level_encoding: "RLE"
    } as const
    return this.cells(library.readDataPage(page, head, decoder).dataPage)
  }

  private cells(data: DecodedArray): Values {
    const values = this.library.convert(data, this.decoder)
    return new Vector.Plain(this.options.read?.(values) ?? values)
  }
}

/** Whether levels say in a single run that all values are there. */
const isOneRun = (levels: Uint8Array, count: number): boolean => {
  let at = 0
  let run = 0
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = levels[at++] ?? 0
    run += (byte & 127) * 2 ** shift
    if (byte < 128) break
  }
  return run % 2 === 0 && run / 2 >= count && levels[at] === 1
}

const described = <A>(header: A | undefined): A => {
  if (header === undefined) throw new Error("a page has no header")
  return header
}

const readerOf = (bytes: Uint8Array): DataReader => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  offset: 0
})

/** A column's values in stretches of any length, of pages of any length. */
export class Cursor {
  private readonly next: () => Vector.Vector | undefined
  private page: Vector.Vector = new Vector.Plain([])
  private row = 0

  constructor(next: () => Vector.Vector | undefined) {
    this.next = next
  }

  /** How many more are decoded; 0 at the end. */
  get left(): number {
    while (this.row === this.page.length) {
      const page = this.next()
      if (page === undefined) return 0
      this.page = page
      this.row = 0
    }
    return this.page.length - this.row
  }

  /** Undefined where there are fewer. */
  take(height: number): Vector.Vector | undefined {
    const parts: Array<Vector.Vector> = []
    for (let missing = height; missing > 0;) {
      const rows = Math.min(this.left, missing)
      if (rows === 0) return undefined
      const isWhole = rows === this.page.length
      parts.push(isWhole ? this.page : this.page.slice(this.row, this.row + rows))
      this.row += rows
      missing -= rows
    }
    return Vector.concat(parts)
  }
}
