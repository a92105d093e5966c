/**
 * Tables in binary files, Parquet and Arrow: known by their first bytes, read as the text that they would be as TSV, so
 * that the same table in another format gives the same rows.
 */
import * as Effect from "effect/Effect"
import { cannot, InputError, messageOf } from "../../../core/Failure.ts"
import * as TextFile from "../../text/TextFile.ts"
import type { Batch, Opened } from "../Batch.ts"
import type { TableSchema } from "../Schema.ts"
import * as Typed from "../Typed.ts"
import * as Arrow from "./Arrow.ts"
import * as Parquet from "./Parquet.ts"
import * as ParquetWriter from "./ParquetWriter.ts"

export const formats = ["tsv", "parquet", "arrow", "feather"] as const
export type Format = (typeof formats)[number]

type Reader = (path: string) => Promise<Opened>

const featherV1: Reader = () => {
  throw new Error("it is a feather file of version 1, which pandas wrote before 2020: write it again with to_feather")
}

/** By how files of the format begin. An Arrow stream begins with the mark of a message, a file with its name. */
const readers: ReadonlyArray<{ readonly start: string; readonly name: string; readonly open: Reader }> = [
  { start: "PAR1", name: "Parquet", open: Parquet.open },
  { start: "ARROW1", name: "Arrow", open: Arrow.open },
  { start: "\u00FF\u00FF\u00FF\u00FF", name: "Arrow", open: Arrow.open },
  { start: "FEA1", name: "Arrow", open: featherV1 }
]

export interface Found extends Opened {
  readonly name: string
}

const faultOf = (path: string, name: string, cause: unknown): InputError =>
  cause instanceof InputError
    ? cause
    : new InputError({
        message: `cannot be read as ${name}: ${messageOf(cause)}`,
        file: path,
        hint: "if the file is cut or damaged, fetch or write it again"
      })

/** The table in a file that begins as one of the formats; undefined of any other. */
export const open = async (path: string): Promise<Found | undefined> => {
  const start = TextFile.headOf(path).toString("latin1", 0, 8)
  const format = readers.find((each) => start.startsWith(each.start))
  if (format === undefined) return undefined
  const { name } = format
  try {
    const { columns, batches } = await format.open(path)
    async function* checked(): AsyncGenerator<Batch, void> {
      try {
        yield* batches
      } catch (cause) {
        throw faultOf(path, name, cause)
      }
    }
    return { name, columns, batches: checked() }
  } catch (cause) {
    throw faultOf(path, name, cause)
  }
}

const writers: {
  readonly [F in Exclude<Format, "tsv">]: (
    path: string,
    schema: TableSchema,
    rows: Iterable<Readonly<Record<string, unknown>>>
  ) => Promise<void>
} = { parquet: ParquetWriter.write, arrow: Arrow.write, feather: Arrow.write }

/** The format that the file's name asks for, when it is one of these. */
export const formatOf = (path: string): keyof typeof writers | undefined => {
  const extension = path.slice(path.lastIndexOf(".") + 1).toLowerCase()
  return Object.hasOwn(writers, extension) ? (extension as keyof typeof writers) : undefined
}

export const write = (
  format: keyof typeof writers,
  path: string,
  schema: TableSchema,
  rows: Iterable<Readonly<Record<string, unknown>>>
): Effect.Effect<void, InputError> =>
  Effect.tryPromise({ try: () => writers[format](path, schema, rows), catch: cannot("write", path) })

/** Of columns, which `act` adds. */
export const writeColumns = <A, E, R>(
  format: keyof typeof writers,
  path: string,
  schema: TableSchema,
  act: (add: (columns: Typed.Columns, height: number) => void) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | InputError, R> => {
  const attempt = <B>(run: () => Promise<B>) => Effect.tryPromise({ try: run, catch: cannot("write", path) })
  if (format === "parquet") {
    return Effect.flatMap(
      attempt(() => ParquetWriter.open(path, schema)),
      (writer) =>
        Effect.tap(
          act((columns, height) => writer.columns(columns, height)),
          () => attempt(() => writer.end())
        )
    )
  }
  // Arrow's writer takes its batches one after the other.
  const parts: Array<readonly [Typed.Columns, number]> = []
  const rows = function* () {
    for (const [columns, height] of parts) yield* Typed.rowsOf(columns, schema, height)
  }
  return Effect.tap(
    act((columns, height) => parts.push([columns, height])),
    () => write(format, path, schema, rows())
  )
}
