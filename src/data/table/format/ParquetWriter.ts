/** Parquet files as they are written: by row groups, compressed with Snappy. */
import type { ColumnChunk, Encoding, SchemaElement } from "hyparquet"
import type { ColumnType, TableSchema } from "../Schema.ts"
import type { TypedColumn } from "../Typed.ts"
import * as Chunk from "./ParquetChunk.ts"

const types: { readonly [T in ColumnType]: "STRING" | "DOUBLE" | "INT64" | "BOOLEAN" } = {
  string: "STRING",
  number: "DOUBLE",
  integer: "INT64",
  boolean: "BOOLEAN"
}

const load = async () => {
  const [{ fileWriter, ParquetWriter, schemaFromColumnData }, { writePageHeader }, { snappyCompress }] =
    await Promise.all([
      import("hyparquet-writer"),
      import("hyparquet-writer/src/datapage.js"),
      import("hyparquet-writer/src/snappy.js")
    ])
  return { fileWriter, ParquetWriter, schemaFromColumnData, writePageHeader, snappyCompress }
}
type Library = Awaited<ReturnType<typeof load>>

export class Writer {
  private readonly library: Library
  private readonly file: InstanceType<Library["ParquetWriter"]>
  private readonly names: ReadonlyArray<string>
  private readonly chunks: ReadonlyArray<Chunk.Chunk>
  private rows = 0

  constructor(library: Library, path: string, schema: TableSchema) {
    const columns = Object.entries(schema)
    this.library = library
    this.names = Object.keys(schema)
    this.chunks = columns.map(([name, column]) => Chunk.make(name, column))
    this.file = new library.ParquetWriter({
      writer: library.fileWriter(path),
      schema: library.schemaFromColumnData({
        columnData: columns.map(([name, { type, nullable }]) => ({ name, type: types[type], nullable, data: [] }))
      }),
      createdBy: "agflow"
    })
  }

  row(row: Readonly<Record<string, unknown>>): void {
    for (let at = 0; at < this.names.length; at++) this.chunks[at]!.add(row[this.names[at]!])
    if (++this.rows === Chunk.height) this.flush()
  }

  columns(columns: Readonly<Record<string, TypedColumn>>, height: number): void {
    for (let from = 0; from < height;) {
      const to = Math.min(height, from + Chunk.height - this.rows)
      for (const [at, name] of this.names.entries()) this.chunks[at]!.addAll(columns[name]!, from, to)
      this.rows += to - from
      from = to
      if (this.rows === Chunk.height) this.flush()
    }
  }

  private flush(): void {
    const { file, rows } = this
    const start = file.writer.offset
    const columns = this.chunks.map((chunk, at) => this.column(file.schema[at + 1]!, chunk))
    file.row_groups.push({
      columns,
      total_byte_size: columns.reduce((sum, { meta_data: data }) => sum + data!.total_uncompressed_size, 0n),
      num_rows: BigInt(rows),
      total_compressed_size: BigInt(file.writer.offset - start)
    })
    file.num_rows += BigInt(rows)
    for (const chunk of this.chunks) chunk.clear()
    this.rows = 0
  }

  private column({ type, name, repetition_type: repetition }: SchemaElement, chunk: Chunk.Chunk): ColumnChunk {
    const { writePageHeader, snappyCompress } = this.library
    const { writer } = this.file
    const start = writer.offset
    const { rows, missing } = chunk
    const { bytes, dictionary, statistics } = chunk.encoded()
    const isSmaller = dictionary !== undefined || this.isSmaller(bytes)
    const pack = (page: Uint8Array) => (isSmaller ? snappyCompress(page) : page)
    const encoding: Encoding = dictionary === undefined ? "PLAIN" : "RLE_DICTIONARY"
    let unpacked = bytes.length
    if (dictionary !== undefined) {
      const page = pack(dictionary.bytes)
      writePageHeader(writer, {
        type: "DICTIONARY_PAGE",
        uncompressed_page_size: dictionary.bytes.length,
        compressed_page_size: page.length,
        dictionary_page_header: { num_values: dictionary.count, encoding: "PLAIN" }
      })
      unpacked += writer.offset - start + dictionary.bytes.length
      writer.appendBytes(page)
    }
    const dataStart = writer.offset
    const levels = repetition === "REQUIRED" ? new Uint8Array() : chunk.levels
    const page = pack(bytes)
    writePageHeader(writer, {
      type: "DATA_PAGE_V2",
      uncompressed_page_size: levels.length + bytes.length,
      compressed_page_size: levels.length + page.length,
      data_page_header_v2: {
        num_values: rows,
        num_nulls: missing,
        num_rows: rows,
        encoding,
        definition_levels_byte_length: levels.length,
        repetition_levels_byte_length: 0,
        is_compressed: isSmaller
      }
    })
    unpacked += writer.offset - dataStart + levels.length
    writer.appendBytes(levels)
    writer.appendBytes(page)
    return {
      file_offset: BigInt(start),
      meta_data: {
        type: type!,
        encodings: dictionary === undefined ? ["PLAIN"] : ["PLAIN", encoding],
        path_in_schema: [name],
        codec: isSmaller ? "SNAPPY" : "UNCOMPRESSED",
        num_values: BigInt(rows),
        total_compressed_size: BigInt(writer.offset - start),
        total_uncompressed_size: BigInt(unpacked),
        data_page_offset: BigInt(dataStart),
        ...(dictionary !== undefined && { dictionary_page_offset: BigInt(start) }),
        statistics: { null_count: BigInt(missing), ...statistics }
      }
    }
  }

  /** Whether compression pays, by how the beginning comes out: numbers of many digits stay as they are. */
  private isSmaller(bytes: Uint8Array): boolean {
    const sample = bytes.subarray(0, 1 << 16)
    return this.library.snappyCompress(sample).length < sample.length * 0.95
  }

  async end(): Promise<void> {
    if (this.rows > 0) this.flush()
    await this.file.finish()
  }
}

export const open = async (path: string, schema: TableSchema): Promise<Writer> => new Writer(await load(), path, schema)

/** Rows are taken one by one, and written by groups: the table may be larger than memory. */
export const write = async (
  path: string,
  schema: TableSchema,
  rows: Iterable<Readonly<Record<string, unknown>>>
): Promise<void> => {
  const writer = await open(path, schema)
  for (const row of rows) writer.row(row)
  await writer.end()
}
