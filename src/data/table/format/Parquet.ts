/** Parquet files: read by row groups, with any codec; written by row groups, compressed with Snappy. */
import type { FileMetaData, SchemaElement } from "hyparquet"
import * as Batch from "../Batch.ts"
import type { ColumnType, TableSchema } from "../Schema.ts"
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
const readerOf = (element: SchemaElement): ((value: never) => unknown) | undefined => {
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

export const open = async (path: string): Promise<Batch.Opened> => {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } = await import("hyparquet")
  const { compressors } = await import("hyparquet-compressors")
  const file = await asyncBufferFromFile(path)
  const end = Buffer.from(await file.slice(Math.max(0, file.byteLength - 4))).toString("latin1")
  if (end === "PARE") throw new Error("it is encrypted")
  if (end !== "PAR1" || file.byteLength < 12) throw new Error("the mark that ends it is missing: the file is cut")
  const metadata = await parquetMetadataAsync(file)
  const { children } = parquetSchema(metadata)
  const stored = raw(metadata)
  async function* batches(): AsyncGenerator<Batch.Batch, void> {
    let rowStart = 0
    for (const group of metadata.row_groups) {
      const height = Number(group.num_rows)
      const parts = new Map<string, Array<ArrayLike<unknown>>>()
      await parquetRead({
        file,
        metadata: stored,
        compressors,
        parsers,
        utf8: false,
        rowStart,
        rowEnd: rowStart + height,
        onChunk: ({ columnName, columnData }) => {
          const found = parts.get(columnName)
          if (found === undefined) parts.set(columnName, [columnData])
          else found.push(columnData)
        }
      })
      const columns = children.map(({ element, children: inner }) => {
        const found = parts.get(element.name) ?? []
        const values = found.length === 1 ? found[0]! : found.flatMap((part) => Array.from(part))
        if (values.length !== height)
          throw new Error(`column '${element.name}' has ${values.length} of ${height} values`)
        const read = inner.length === 0 ? readerOf(element) : undefined
        return read === undefined ? values : mapped(element.name, values, read)
      })
      yield Batch.ofColumns(columns, height, rowStart + 2)
      rowStart += height
    }
  }
  return { columns: children.map(({ element }) => element.name), batches: batches() }
}

const mapped = (name: string, values: ArrayLike<unknown>, read: (value: never) => unknown): ReadonlyArray<unknown> => {
  try {
    return Array.from(values, (value) => (value === null || value === undefined ? null : read(value as never)))
  } catch (cause) {
    throw new Error(`column '${name}': ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

const rowGroupSize = 65_536

const types: { readonly [T in ColumnType]: "STRING" | "DOUBLE" | "INT64" | "BOOLEAN" } = {
  string: "STRING",
  number: "DOUBLE",
  integer: "INT64",
  boolean: "BOOLEAN"
}

/** Rows are taken one by one, and written by groups: the table may be larger than memory. */
export const write = async (
  path: string,
  schema: TableSchema,
  rows: Iterable<Readonly<Record<string, unknown>>>
): Promise<void> => {
  const { fileWriter, ParquetWriter, schemaFromColumnData } = await import("hyparquet-writer")
  const columns = Object.entries(schema).map(([name, { type, nullable }]) => ({
    name,
    type: types[type],
    nullable,
    // A dictionary of numbers would take -0 for 0.
    ...(type === "number" && { encoding: "PLAIN" as const })
  }))
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: schemaFromColumnData({ columnData: columns.map((column) => ({ ...column, data: [] })) }),
    createdBy: "agflow"
  })
  let data = columns.map((): Array<unknown> => [])
  let height = 0
  const flush = async () => {
    await writer.write({ columnData: columns.map((column, at) => ({ ...column, data: data[at]! })), rowGroupSize })
    data = columns.map(() => [])
    height = 0
  }
  for (const row of rows) {
    for (const [at, { name, type }] of columns.entries()) {
      const value = row[name]
      data[at]!.push(type === "INT64" && typeof value === "number" ? BigInt(value) : value)
    }
    if (++height === rowGroupSize) await flush()
  }
  if (height > 0) await flush()
  await writer.finish()
}
