/** Parquet files as they are read: some rows of a row group at once, with any codec. */
import type { ColumnMetaData, FileMetaData, SchemaElement, SchemaTree } from "hyparquet"
import { type Batch, type Opened, ValueBatch } from "../Batch.ts"
import { Plain } from "../Vector.ts"
import * as Pages from "./ParquetPages.ts"
import * as Text from "./Text.ts"

/** As exact text, where numbers and dates of JavaScript lose digits. */
const parsers = {
  timestampFromMilliseconds: (value: bigint) => Text.timestamp(BigInt(value), 1000n),
  timestampFromMicroseconds: (value: bigint) => Text.timestamp(value, 1_000_000n),
  timestampFromNanoseconds: (value: bigint) => Text.timestamp(value, 1_000_000_000n),
  dateFromDays: (days: number) => Text.date(days)
}

const perSecond: { readonly [unit: string]: bigint } = { MILLIS: 1000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n }

/** Big end first, as Parquet has decimals in bytes. */
const unscaled = (value: Uint8Array | number | bigint): bigint =>
  value instanceof Uint8Array ? Text.integerOf(value.toReversed()) : BigInt(value)

/** What the values of a column are as cells; undefined where they may stay as they are read. */
type Read = ((value: never) => unknown) | undefined

const readerOf = (element: SchemaElement): Read => {
  const { converted_type: converted, logical_type: logical, scale = 0 } = element
  if (converted === "DECIMAL") return (value: Uint8Array | number | bigint) => Text.decimal(unscaled(value), scale)
  if (logical?.type === "TIME") return (value: number | bigint) => Text.time(BigInt(value), perSecond[logical.unit]!)
  if (converted === "UTF8" || logical?.type === "STRING") return undefined
  if (element.type === "BYTE_ARRAY" || element.type === "FIXED_LEN_BYTE_ARRAY") {
    return (value: unknown) => (value instanceof Uint8Array ? Text.binary(value) : value)
  }
  return undefined
}

/** Decimals are given as they are stored. */
const raw = (metadata: FileMetaData): FileMetaData => ({
  ...metadata,
  schema: metadata.schema.map((element) => {
    if (element.converted_type !== "DECIMAL") return element
    const { converted_type: _, ...stored } = element
    return stored as SchemaElement
  })
})

export const open = async (path: string): Promise<Opened> => {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } = await import("hyparquet")
  const { compressors } = await import("hyparquet-compressors")
  const library = await Pages.load()
  const file = await asyncBufferFromFile(path)
  const end = Buffer.from(await file.slice(Math.max(0, file.byteLength - 4))).toString("latin1")
  if (end === "PARE") throw new Error("it is encrypted")
  if (end !== "PAR1" || file.byteLength < 12) throw new Error("the mark that ends it is missing: the file is cut")
  const described = await parquetMetadataAsync(file)
  const metadata = raw(described)
  const tree = parquetSchema(metadata)
  const readers = parquetSchema(described).children.map(({ element }) => readerOf(element))

  /** Lists and structures, of a whole row group. */
  const nested = async (name: string, rowStart: number, rowEnd: number): Promise<Pages.Cursor> => {
    const parts: Array<Plain> = []
    await parquetRead({
      file,
      metadata,
      compressors,
      parsers,
      utf8: false,
      columns: [name],
      rowStart,
      rowEnd,
      onChunk: ({ columnData }) => parts.push(new Plain(columnData))
    })
    return new Pages.Cursor(() => parts.shift())
  }
  const flat = async (child: SchemaTree, found: ColumnMetaData, read: Read): Promise<Pages.Cursor> => {
    const start = Number(found.dictionary_page_offset || found.data_page_offset)
    const bytes = await file.slice(start, start + Number(found.total_compressed_size))
    const pages = new Pages.Pages(library, bytes, {
      schemaPath: [tree, child],
      metadata: found,
      compressors,
      parsers,
      read: read === undefined ? undefined : (values) => mapped(child.element.name, values, read)
    })
    return new Pages.Cursor(() => pages.next())
  }
  async function* batches(): AsyncGenerator<Batch, void> {
    let rowStart = 0
    for (const group of metadata.row_groups) {
      const height = Number(group.num_rows)
      const cursors: Array<Pages.Cursor> = []
      for (const [at, child] of tree.children.entries()) {
        const { name } = child.element
        const found = group.columns.find(({ meta_data: data }) => data?.path_in_schema[0] === name)?.meta_data
        if (found === undefined) throw new Error(`column '${name}' has 0 of ${height} values`)
        cursors.push(
          library.isFlatColumn([tree, child])
            ? await flat(child, found, readers[at])
            : await nested(name, rowStart, rowStart + height)
        )
      }
      for (let at = 0, rows = 0; at < height; at += rows) {
        // Where pages end together, none is taken apart.
        const left = Math.min(...cursors.map((cursor) => cursor.left))
        rows = Math.min(Math.max(left, leastHeight), batchHeight, height - at)
        const columns = cursors.map((cursor, index) => {
          const values = cursor.take(rows)
          if (values !== undefined) return values
          throw new Error(`column '${tree.children[index]!.element.name}' has fewer than ${height} values`)
        })
        yield new ValueBatch(columns, rows, rowStart + at + 2)
      }
      rowStart += height
    }
  }
  return { columns: tree.children.map(({ element }) => element.name), batches: batches() }
}

/** Rows of a batch: few, as the pages of all columns are in memory meanwhile. */
const batchHeight = 32_768
const leastHeight = 4096

const mapped = (name: string, values: ArrayLike<unknown>, read: (value: never) => unknown): ReadonlyArray<unknown> => {
  try {
    return Array.from(values, (value) => (value === null || value === undefined ? null : read(value as never)))
  } catch (cause) {
    throw new Error(`column '${name}': ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
