/** Tab-separated text as it is written: row by row, in constant memory. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { closeSync, openSync, writeSync } from "node:fs"
import { cannot, type InputError } from "../../core/Failure.ts"
import * as Cell from "./Cell.ts"
import type { Place } from "./Place.ts"
import * as Tsv from "./Tsv.ts"

/** Characters gathered before they are written: few, so that they are gone before memory is next looked through. */
const flushAt = 1 << 16

export class Writer {
  private readonly path: string
  private readonly columns: ReadonlyArray<string>
  private readonly fd: number
  private text = ""
  private count = 0
  private isOpen = true

  /** A new file, with its header. Throws, as all of it does, {@link InputError} or what `fs` throws. */
  constructor(path: string, columns: ReadonlyArray<string>) {
    this.path = path
    this.columns = columns
    this.fd = openSync(path, "w")
    this.text = this.line(columns, { file: path })
  }

  /** `from`: where the row comes from. */
  private line(cells: ReadonlyArray<string>, from: Place): string {
    let line = ""
    for (let at = 0; at < cells.length; at++) {
      const text = Tsv.field(cells[at]!, this.columns[at]!, from)
      line = at === 0 ? text : `${line}\t${text}`
    }
    // An empty line would be none.
    return line === "" ? '""\n' : `${line}\n`
  }

  row(cells: ReadonlyArray<string>, from: Place = { file: this.path, row: this.count + 1 }): void {
    this.text += this.line(cells, from)
    this.count++
    if (this.text.length > flushAt) this.flush()
  }

  /** A row of values by the names of the columns. */
  values(row: Readonly<Record<string, unknown>>): void {
    let line = ""
    for (const [at, name] of this.columns.entries()) {
      const value = row[name]
      const text = Cell.text(value)
      // Numbers and truths hold nothing that could break a line.
      const isPlain = typeof value === "number" || typeof value === "boolean" || value === null
      const field = isPlain ? text : Tsv.field(text, name, { file: this.path, row: this.count + 1 })
      line = at === 0 ? field : `${line}\t${field}`
    }
    this.text += line === "" ? '""\n' : `${line}\n`
    this.count++
    if (this.text.length > flushAt) this.flush()
  }

  /** Whole lines that are made elsewhere, of fields that may stand so. */
  lines(bytes: Uint8Array): void {
    this.flush()
    this.write(bytes)
  }

  private flush(): void {
    this.write(Buffer.from(this.text))
    this.text = ""
  }

  private write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += writeSync(this.fd, bytes, at)
  }

  /** Writes what is gathered still. */
  end(): void {
    this.flush()
    this.isOpen = false
    closeSync(this.fd)
  }

  /** Lets go of the file as it is, if it has not ended. */
  abandon(): void {
    if (!this.isOpen) return
    this.isOpen = false
    closeSync(this.fd)
  }
}

/** As effects, for what writes now and then. */
export interface Open {
  readonly add: (cells: ReadonlyArray<string>) => Effect.Effect<void, InputError>
  readonly end: Effect.Effect<void, InputError>
}

/** A new table, to be ended; let go of with the scope. */
export const open = (path: string, columns: ReadonlyArray<string>): Effect.Effect<Open, InputError, Scope.Scope> => {
  const attempt = <A>(run: () => A) => Effect.try({ try: run, catch: cannot("write", path) })
  return Effect.acquireRelease(
    attempt(() => new Writer(path, columns)),
    (writer) => Effect.sync(() => writer.abandon())
  ).pipe(
    Effect.map((writer) => ({
      add: (cells) => attempt(() => writer.row(cells)),
      end: attempt(() => writer.end())
    }))
  )
}

/** Opens a new table, and ends it when what writes it has. */
export const use = <A, E, R>(
  path: string,
  columns: ReadonlyArray<string>,
  act: (writer: Writer) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | InputError, R> => {
  const attempt = <B>(run: () => B) => Effect.try({ try: run, catch: cannot("write", path) })
  return Effect.acquireUseRelease(
    attempt(() => new Writer(path, columns)),
    (writer) => Effect.tap(act(writer), () => attempt(() => writer.end())),
    (writer) => Effect.sync(() => writer.abandon())
  )
}

/** Rows of values, one by one. */
export const values = (
  path: string,
  columns: ReadonlyArray<string>,
  given: Iterable<Readonly<Record<string, unknown>>>
): Effect.Effect<void, InputError> =>
  use(path, columns, (writer) =>
    Effect.try({
      try: () => {
        for (const row of given) writer.values(row)
      },
      catch: cannot("write", path)
    })
  )

/** Rows one by one: of what throws in their making, that is the failure. */
export const rows = (
  path: string,
  columns: ReadonlyArray<string>,
  given: Iterable<ReadonlyArray<string>>
): Effect.Effect<void, InputError> =>
  use(path, columns, (writer) =>
    Effect.try({
      try: () => {
        for (const row of given) writer.row(row)
      },
      catch: cannot("write", path)
    })
  )
