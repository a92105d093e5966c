/** An output of a TypeScript stage: what `run` writes it with, and whether what is there in the end is what it declares. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { statSync } from "node:fs"
import { join } from "node:path"
import { cannot, InputError } from "../core/Failure.ts"
import * as CheckedRows from "../data/table/CheckedRows.ts"
import type { Format } from "../data/table/format/Columnar.ts"
import type { TableSchema } from "../data/table/Schema.ts"
import * as Table from "../data/Table.ts"
import * as FileKind from "../dsl/stage/FileKind.ts"
import * as Port from "../dsl/stage/Port.ts"
import * as TableOutput from "./TableOutput.ts"

export interface StageOutput {
  /** {@link Port.OutputFile} or {@link Port.OutputTable}. */
  readonly bound: unknown
  /** The file that was written: `<port>.<extension of its kind>`, among these names. */
  readonly find: (written: ReadonlyArray<string>) => string | undefined
  readonly check: (file: string) => Effect.Effect<void, InputError>
}

/** Changes whenever somebody writes to the file. */
const stampOf = (file: string): string => {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? "" : `${stat.ino} ${stat.size} ${stat.mtimeNs}`
}

/** What a stage writes row by row is checked as it goes; what it writes by the path alone is read once more. */
const table = (columns: TableSchema, name: string, as: (extension: string) => string): StageOutput => {
  const stamps = new Map<string, string>()
  const write = (rows: Iterable<never>, format: Format = "tsv") => {
    const file = as(format)
    return Table.write(file, columns, CheckedRows.make(file, columns, rows)).pipe(
      Effect.mapError((error) => TableOutput.named(name, error)),
      Effect.tap(() => Effect.sync(() => stamps.set(file, stampOf(file))))
    )
  }
  return {
    bound: { path: as("tsv"), write },
    find: (written) => findOf("tsv", name, written),
    check: (file) => (stamps.get(file) === stampOf(file) ? Effect.void : TableOutput.check(file, name, columns))
  }
}

const findOf = (kind: FileKind.FileKindName, name: string, written: ReadonlyArray<string>): string | undefined =>
  written.find((file) =>
    kind === "file"
      ? file.startsWith(`${name}.`)
      : FileKind.get(kind).extensions.some((extension) => file === `${name}.${extension}`)
  )

const isContent = (content: unknown): content is string | Uint8Array =>
  typeof content === "string" || content instanceof Uint8Array

const file = (kind: FileKind.FileKindName, name: string, as: (extension: string) => string): StageOutput => {
  const path = as(FileKind.get(kind).extensions[0])
  const write = Effect.fnUntraced(function* (content: unknown) {
    const fs = yield* FileSystem.FileSystem
    if (!isContent(content)) {
      return yield* new InputError({
        message: `output '${name}': expected a text or bytes to write, got ${content === null ? "null" : typeof content}`,
        file: path
      })
    }
    yield* (typeof content === "string" ? fs.writeFileString(path, content) : fs.writeFile(path, content)).pipe(
      Effect.mapError(cannot("write", path))
    )
  })
  return { bound: { path, as, write }, find: (written) => findOf(kind, name, written), check: () => Effect.void }
}

/** `folder` is where outputs are written. */
export const make = (port: Port.OutputPort, name: string, folder: string): StageOutput => {
  const as = (extension: string) => `${join(folder, name)}.${extension}`
  return port._tag === "Table" ? table(port.columns, name, as) : file(Port.kindOf(port), name, as)
}
