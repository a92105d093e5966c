/** Parquet files as they are written: by row groups, compressed with Snappy. */
import type { ColumnType, TableSchema } from "../Schema.ts"

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
