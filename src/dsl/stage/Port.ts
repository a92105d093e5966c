/** A typed input or output of a stage: a file of a kind, a table with named, typed columns, or a list of those. */
import type * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type { InputError } from "../../core/Failure.ts"
import type { Format } from "../../data/table/format/Columnar.ts"
import type { Row, TableSchema } from "../../data/table/Schema.ts"
import type { FileKindName } from "./FileKind.ts"

export interface FilePort<out K extends FileKindName = FileKindName> {
  readonly _tag: "File"
  readonly kind: K
  readonly description: string
}

/** A file of kind `tsv` whose columns are known. */
export interface TablePort<out S extends TableSchema = TableSchema> {
  readonly _tag: "Table"
  readonly columns: S
  readonly description: string
}

export interface ListPort<out P extends FilePort | TablePort = FilePort | TablePort> {
  readonly _tag: "List"
  readonly item: P
  readonly description: string
}

export interface OptionalPort<out P extends SomePort = SomePort> {
  readonly _tag: "Optional"
  readonly port: P
  readonly description: string
}

export type SomePort = FilePort | TablePort | ListPort
export type InputPort = SomePort | OptionalPort
export type OutputPort = FilePort | TablePort

export const file = <const K extends FileKindName>(kind: K, description: string): FilePort<K> => ({
  _tag: "File",
  kind,
  description
})

export const table = <S extends TableSchema>(columns: S, description: string): TablePort<S> => ({
  _tag: "Table",
  columns,
  description
})

/** In YAML, a list of references or paths; a single one is a list of one. */
export const list = <P extends FilePort | TablePort>(item: P, description = item.description): ListPort<P> => ({
  _tag: "List",
  item,
  description
})

export const optional = <P extends SomePort>(port: P): OptionalPort<P> => ({
  _tag: "Optional",
  port,
  description: port.description
})

/** A list that a scattered stage gives: of files or, where a scattered workflow is around it, of such lists. */
export interface GivenList {
  readonly _tag: "List"
  readonly item: FilePort | GivenList
  readonly description: string
}

/** What a stage gives to others: a file or a table, and of a scattered stage a list of files. */
export type GivenPort = OutputPort | GivenList

/** What all tasks of a scattered stage give together: their tables become one, other files a list, and lists a list. */
export const gathered = (port: GivenPort): GivenPort => {
  if (port._tag !== "List" && kindOf(port) === "tsv") return port
  const item = port._tag === "List" ? port : file(kindOf(port), port.description)
  return { _tag: "List", item, description: port.description }
}

/** The kind of file that stands behind a port. */
export const kindOf = (port: FilePort | TablePort): FileKindName => (port._tag === "Table" ? "tsv" : port.kind)

/** A table as a stage reads it. */
export interface InputTable<S extends TableSchema> {
  readonly path: string
  readonly rows: Effect.Effect<ReadonlyArray<Row<S>>, InputError, FileSystem.FileSystem>
}

/** A file as a stage writes it: to `path`, or to `as(extension)` for another extension of its kind. */
export interface OutputFile {
  readonly path: string
  readonly as: (extension: string) => string
  /** Writes the whole content to `path`. */
  readonly write: (content: string | Uint8Array) => Effect.Effect<void, InputError, FileSystem.FileSystem>
}

/** A table as a stage writes it: tab-separated to `path`, or in another format beside it. */
export interface OutputTable<S extends TableSchema> {
  readonly path: string
  readonly write: (rows: Iterable<Row<S>>, format?: Format) => Effect.Effect<void, InputError, FileSystem.FileSystem>
}

/** What `run` is given for an input port: a path for a file, an {@link InputTable} for a table. */
export type Input<P> =
  P extends OptionalPort<infer Q>
    ? Input<Q> | undefined
    : P extends ListPort<infer Q>
      ? ReadonlyArray<Input<Q>>
      : P extends TablePort<infer S>
        ? InputTable<S>
        : string

export type Output<P> = P extends TablePort<infer S> ? OutputTable<S> : OutputFile
