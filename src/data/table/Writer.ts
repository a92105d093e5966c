/** Tab-separated text as it is written, as bytes: row by row, in constant memory. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { closeSync, openSync, writeSync } from "node:fs"
import { cannot, type InputError } from "../../core/Failure.ts"
import * as Cell from "./Cell.ts"
import type { Place } from "./Place.ts"
import type { TableSchema } from "./Schema.ts"
import * as Tsv from "./Tsv.ts"
import * as Typed from "./Typed.ts"
import * as Value from "./Value.ts"

/** Bytes gathered before they are written: few, so that they are gone before memory is next looked through. */
const flushAt = 1 << 16

const [tab, newline] = [9, 10]

export class Writer {
  private readonly path: string
  private readonly columns: ReadonlyArray<string>
  private readonly fd: number
  private readonly gathered = new Tsv.TsvBytes(flushAt * 2)
  private count = 0
  private isOpen = true

  /** A new file, with its header. Throws, as all of it does, {@link InputError} or what `fs` throws. */
  constructor(path: string, columns: ReadonlyArray<string>) {
    this.path = path
    this.columns = columns
    this.fd = openSync(path, "w")
    this.line(columns, () => ({ file: path }))
  }

  /** Where a row is that is being written. */
  private readonly here = (): Place => ({ file: this.path, row: this.count + 1 })

  private line(cells: ReadonlyArray<string>, place: () => Place): void {
    const { gathered, columns } = this
    const start = gathered.length
    for (let at = 0; at < cells.length; at++) {
      if (at > 0) gathered.byte(tab)
      gathered.cell(cells[at]!, columns[at]!, place)
    }
    this.close(start)
  }

  private close(start: number): void {
    const { gathered } = this
    // An empty line would be none.
    if (gathered.length === start) gathered.text('""')
    gathered.byte(newline)
    if (gathered.length > flushAt) this.flush()
  }

  row(cells: ReadonlyArray<string>, from?: Place): void {
    this.line(cells, from === undefined ? this.here : () => from)
    this.count++
  }

  /** A row of values by the names of the columns. */
  values(row: Readonly<Record<string, unknown>>): void {
    const { gathered, columns, here } = this
    const start = gathered.length
    for (let at = 0; at < columns.length; at++) {
      const name = columns[at]!
      const value = row[name]
      if (at > 0) gathered.byte(tab)
      if (typeof value === "number") gathered.number(value)
      else gathered.cell(typeof value === "string" ? value : Cell.text(value), name, here)
    }
    this.close(start)
    this.count++
  }

  /** Rows of the columns' values. */
  typed(found: Typed.Columns, schema: TableSchema, height: number): void {
    const { gathered, here } = this
    const puts = this.columns.map((name) => putOf(gathered, found[name]!, schema[name]!.nullable, name, here))
    for (let row = 0; row < height; row++) {
      const start = gathered.length
      for (let at = 0; at < puts.length; at++) {
        if (at > 0) gathered.byte(tab)
        puts[at]!(row)
      }
      this.close(start)
      this.count++
    }
  }

  /** Whole lines that are made elsewhere, of fields that may stand so. */
  lines(bytes: Uint8Array): void {
    this.flush()
    this.write(bytes)
  }

  private flush(): void {
    this.write(this.gathered.bytes)
    this.gathered.clear()
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

/** Writes a column's cell of a row as {@link Typed.cell} gives it. */
const putOf = (
  to: Tsv.TsvBytes,
  column: Typed.TypedColumn,
  nullable: boolean,
  name: string,
  here: () => Place
): ((row: number) => void) => {
  const put = (row: number) => to.cell(Cell.text(Typed.cell(column, nullable, row)), name, here)
  if (column.type === "boolean") return put
  if (column.type !== "string") {
    const { values } = column
    return (row) => (Number.isNaN(values[row]!) ? put(row) : to.number(values[row]!))
  }
  const { stretches } = column
  if (stretches === undefined) return put
  const { bytes, starts, ends, first, step } = stretches
  return (row) => {
    const [start, end] = [starts[first + row * step]!, ends[first + row * step]!]
    if (start === -1 || (nullable && Value.isMissingIn(bytes, start, end))) put(row)
    else to.stretch(bytes, start, end, name, here)
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
