/** Parquet files: read whole, with any codec; written by row groups, compressed with Snappy. */
import * as Cell from "../Cell.ts"
import type { Cells } from "../Cell.ts"
import type { ColumnType, TableSchema } from "../Schema.ts"

export const read = async (path: string): Promise<Cells> => {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } = await import("hyparquet")
  const { compressors } = await import("hyparquet-compressors")
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name)
  const rows: Array<ReadonlyArray<string>> = []
  await parquetRead({
    file,
    metadata,
    compressors,
    columns,
    rowFormat: "array",
    onComplete: (read) => {
      for (const row of read) rows.push(row.map(Cell.text))
    }
  })
  return { columns, rows }
}

const rowGroupSize = 65_536

const types: { readonly [T in ColumnType]: "STRING" | "DOUBLE" | "INT64" | "BOOLEAN" } = {
  string: "STRING",
  number: "DOUBLE",
  integer: "INT64",
  boolean: "BOOLEAN"
}

/** Rows are taken one by one: the table may be larger than memory. */
export const write = async (
  path: string,
  schema: TableSchema,
  rows: Iterable<Readonly<Record<string, unknown>>>
): Promise<void> => {
  const { fileWriter, parquetWriteRows } = await import("hyparquet-writer")
  const columns = Object.entries(schema).map(([name, { type, nullable }]) => ({
    name,
    type: types[type],
    nullable,
    // A dictionary of numbers would take -0 for 0.
    ...(type === "number" && { encoding: "PLAIN" as const })
  }))
  const integers = columns.filter(({ type }) => type === "INT64").map(({ name }) => name)
  function* wide() {
    for (const row of rows) {
      const out: Record<string, unknown> = { ...row }
      for (const name of integers) if (typeof row[name] === "number") out[name] = BigInt(row[name])
      yield out
    }
  }
  await parquetWriteRows({ writer: fileWriter(path), rows: wide(), columns, rowGroupSize, createdBy: "agflow" })
}
