/**
 * Arrow IPC files and streams, which pandas and R call feather (version 2): read with LZ4 or ZSTD, written plain, by
 * batches of rows.
 */
import type { Data, DataType, Vector } from "apache-arrow"
import type { Codec } from "apache-arrow/ipc/compression/registry"
import { open as openFile, readFile } from "node:fs/promises"
import { type Batch, type Opened, ValueBatch } from "../Batch.ts"
import type { ColumnType, TableSchema } from "../Schema.ts"
import { Plain } from "../Vector.ts"
import * as Text from "./Text.ts"

/** Results are copied: arrays of wider numbers can lie only at certain places of memory. */
const codec = (decompress: (bytes: Uint8Array) => Uint8Array): Codec => ({
  decode: (bytes) => decompress(bytes).slice()
})

const load = async () => {
  const arrow = await import("apache-arrow")
  const { compressionRegistry, CompressionType } = arrow
  compressionRegistry.set(CompressionType.LZ4_FRAME, codec((await import("lz4js")).default.decompress))
  compressionRegistry.set(CompressionType.ZSTD, codec((await import("fzstd")).decompress))
  return arrow
}

type Arrow = Awaited<ReturnType<typeof load>>

/** What the values of a type are as cells; undefined where they may stay as Arrow gives them. */
const readerOf = (arrow: Arrow, type: DataType): ((value: never) => unknown) | undefined => {
  const is = arrow.DataType
  const inner = (child: DataType) => {
    const read = readerOf(arrow, child) ?? ((value: never): unknown => value)
    return (value: unknown): unknown => (value === null || value === undefined ? null : read(value as never))
  }
  if (is.isDictionary(type)) return readerOf(arrow, (type as { dictionary: DataType }).dictionary)
  if (is.isDecimal(type)) {
    return (words: Uint32Array) =>
      Text.decimal(Text.integerOf(new Uint8Array(words.buffer, words.byteOffset, words.byteLength)), type.scale)
  }
  if (is.isDate(type)) return (value: number | Date) => Text.date(Math.floor(Number(value) / 86_400_000))
  if (is.isTime(type)) return (value: number | bigint) => Text.time(BigInt(value), perSecond[type.unit]!)
  if (is.isTimestamp(type)) return (value: bigint) => Text.timestamp(value, perSecond[type.unit]!)
  if (is.isBinary(type) || is.isLargeBinary(type) || is.isFixedSizeBinary(type)) return Text.binary
  if (is.isList(type) || is.isFixedSizeList(type)) {
    const each = inner(type.children[0]!.type)
    return (value: Vector) => Array.from(value, each)
  }
  if (is.isStruct(type)) {
    const members = type.children.map(({ name, type: member }) => [name, inner(member)] as const)
    return (value: Readonly<Record<string, unknown>>) =>
      Object.fromEntries(members.map(([name, read]) => [name, read(value[name])]))
  }
  if (is.isMap(type)) return (value: { toJSON(): unknown }) => value.toJSON()
  return undefined
}

/** Arrow's units of time: second, millisecond, microsecond, nanosecond. */
const perSecond = [1n, 1000n, 1_000_000n, 1_000_000_000n]

/** Values as the file has them, where Arrow's own reading loses digits. */
const rawOf = (arrow: Arrow, type: DataType, vector: Vector): Iterable<unknown> | undefined => {
  if (!arrow.DataType.isTimestamp(type)) return undefined
  return vector.data.flatMap((data: Data) =>
    Array.from({ length: data.length }, (_, at) => (data.getValid(at) ? BigInt(data.values[at]!) : null))
  )
}

const ends = (bytes: Uint8Array, mark: Buffer): boolean =>
  bytes.length > mark.length && mark.equals(bytes.subarray(-mark.length))

const checkWhole = (bytes: Uint8Array): void => {
  const isFile = Buffer.from("ARROW1").equals(bytes.subarray(0, 6))
  if (ends(bytes, isFile ? Buffer.from("ARROW1") : Buffer.from("ffffffff00000000", "hex"))) return
  throw new Error("the mark that ends it is missing: the file is cut")
}

export const open = async (path: string): Promise<Opened> => {
  const arrow = await load()
  const bytes = await readFile(path)
  checkWhole(bytes)
  const reader = arrow.RecordBatchReader.from(bytes).open()
  const { fields } = reader.schema
  async function* batches(): AsyncGenerator<Batch, void> {
    let firstLine = 2
    for (const batch of reader) {
      const columns = fields.map(({ name, type }, at) => {
        const vector = batch.getChildAt(at)!
        const read = readerOf(arrow, type)
        const values = rawOf(arrow, type, vector) ?? vector
        if (read === undefined) return new Plain(Array.from(values))
        try {
          return new Plain(Array.from(values, (value) => (value === null ? null : read(value as never))))
        } catch (cause) {
          throw new Error(`column '${name}': ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
        }
      })
      yield new ValueBatch(columns, batch.numRows, firstLine)
      firstLine += batch.numRows
    }
  }
  return { columns: fields.map(({ name }) => name), batches: batches() }
}

const batchRows = 65_536
/** Rows are taken one by one: the table may be larger than memory. */
export const write = async (
  path: string,
  schema: TableSchema,
  rows: Iterable<Readonly<Record<string, unknown>>>
): Promise<void> => {
  const arrow = await load()
  const types: { readonly [T in ColumnType]: () => InstanceType<typeof arrow.DataType> } = {
    string: () => new arrow.Utf8(),
    number: () => new arrow.Float64(),
    integer: () => new arrow.Int64(),
    boolean: () => new arrow.Bool()
  }
  const columns = Object.entries(schema)
  const fields = columns.map(([name, { type, nullable }]) => new arrow.Field(name, types[type](), nullable))
  const arrowSchema = new arrow.Schema(fields)
  const batchOf = (part: ReadonlyArray<Readonly<Record<string, unknown>>>) => {
    const children = columns.map(([name, { type }], at) => {
      const builder = arrow.makeBuilder({ type: fields[at]!.type, nullValues: [null, undefined] })
      for (const row of part) {
        const value = row[name]
        builder.append(type === "integer" && typeof value === "number" ? BigInt(value) : value)
      }
      return builder.finish().flush()
    })
    const data = arrow.makeData({ type: new arrow.Struct(fields), length: part.length, nullCount: 0, children })
    return new arrow.RecordBatch(arrowSchema, data)
  }
  function* batches() {
    let part: Array<Readonly<Record<string, unknown>>> = []
    let written = 0
    for (const row of rows) {
      part.push(row)
      if (part.length < batchRows) continue
      yield batchOf(part)
      written += part.length
      part = []
    }
    if (part.length > 0 || written === 0) yield batchOf(part)
  }
  const file = await openFile(path, "w")
  try {
    for await (const chunk of arrow.RecordBatchFileWriter.writeAll(batches())) await file.write(chunk)
  } finally {
    await file.close()
  }
}
