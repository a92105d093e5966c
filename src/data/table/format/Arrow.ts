/**
 * Arrow IPC files and streams, which pandas and R call feather (version 2): read with LZ4 or ZSTD, written plain, by
 * batches of rows.
 */
import type { Codec } from "apache-arrow/ipc/compression/registry"
import { readFile, open } from "node:fs/promises"
import * as Cell from "../Cell.ts"
import type { Cells } from "../Cell.ts"
import type { ColumnType, TableSchema } from "../Schema.ts"

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

export const read = async (path: string): Promise<Cells> => {
  const arrow = await load()
  const table = arrow.tableFromIPC(await readFile(path))
  const columns = table.schema.fields.map(({ name }) => name)
  const rows = Array.from({ length: table.numRows }, (): Array<string> => [])
  // Column by column: each adds its cell to every row.
  for (const [at, { type }] of table.schema.fields.entries()) {
    const isTime = arrow.DataType.isTimestamp(type) || arrow.DataType.isDate(type)
    let row = 0
    for (const value of table.getChildAt(at) ?? []) {
      rows[row++]!.push(Cell.text(isTime && typeof value === "number" ? new Date(value) : value))
    }
  }
  return { columns, rows }
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
  const file = await open(path, "w")
  try {
    for await (const chunk of arrow.RecordBatchFileWriter.writeAll(batches())) await file.write(chunk)
  } finally {
    await file.close()
  }
}
