/** Tables line by line, in constant memory, for what need not know their cells: the header once, then the rows in batches. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { appendFileSync, writeFileSync } from "node:fs"
import { cannot, InputError } from "../core/Failure.ts"
import * as TextLines from "./TextLines.ts"
import * as Columnar from "./Columnar.ts"
import * as Table from "./Table.ts"

export interface Reader<E, R> {
  /** What the cells are held to; without it, the number of fields in each row. */
  readonly schema?: Table.TableSchema
  /** `line`: where in the file it stands. */
  readonly header?: (columns: ReadonlyArray<string>, line: number) => Effect.Effect<void, E, R>
  /** Of each row its fields, separated by tabs; `first`: the line of the file that the first of them is. */
  readonly rows?: (lines: ReadonlyArray<string>, first: number) => Effect.Effect<void, E, R>
}

/** What {@link Table.readText} reads, and fails as that does; of Parquet and Arrow all rows come as one batch. */
export const read = Effect.fnUntraced(function* <E = never, R = never>(
  path: string,
  { schema = {}, header = () => Effect.void, rows = () => Effect.void }: Reader<E, R>
) {
  const checker = Table.checker(schema)
  const faultAt = (line: number, fault: Table.TableFault) => new InputError({ ...fault, file: path, line })
  const cells = yield* Columnar.read(path)
  if (cells !== undefined) {
    const lines = cells.rows.map((row) => row.join("\t"))
    for (const [index, line] of [cells.columns.join("\t"), ...lines].entries()) {
      const fault = /[\r\n]/u.test(line) ? { message: "a cell holds a line break" } : checker.line(line)
      if (fault !== undefined) return yield* faultAt(index + 1, fault)
    }
    yield* header(cells.columns, 1)
    return yield* rows(lines, 2)
  }
  let number = 0
  let empty = 0
  yield* Stream.runForEach(
    TextLines.stream(path),
    Effect.fnUntraced(function* (batch) {
      const lines: Array<string> = []
      for (const raw of batch) {
        number++
        const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw
        if (line === "") {
          empty++
          continue
        }
        // Empty lines are passed over at the end of a table; elsewhere they are rows, of an only column without its value.
        for (; empty > 0; empty--) {
          const fault = checker.line("")
          if (fault !== undefined) return yield* faultAt(number - empty, fault)
          lines.push("")
        }
        const isRow = checker.columns() !== undefined
        const fault = checker.line(line)
        if (fault !== undefined) return yield* faultAt(number, fault)
        const columns = checker.columns()
        if (isRow) lines.push(line)
        else if (columns !== undefined) yield* header(columns, number)
      }
      if (lines.length > 0) yield* rows(lines, number - empty - lines.length + 1)
    })
  )
  if (checker.columns() === undefined) return yield* faultAt(1, Table.noHeader)
})

/** Its columns; of a text no more is read. */
export const columns = (path: string): Effect.Effect<ReadonlyArray<string>, InputError> =>
  read(path, { header: (found) => Effect.fail({ found }) }).pipe(
    Effect.matchEffect({
      onFailure: (ended) => ("found" in ended ? Effect.succeed(ended.found) : Effect.fail(ended)),
      onSuccess: () => Effect.succeed<ReadonlyArray<string>>([])
    })
  )

/** Characters gathered before they are written. */
const flushAt = 1 << 20

export interface Writer {
  readonly write: (lines: ReadonlyArray<string>) => Effect.Effect<void, InputError>
  /** Writes what is gathered still. */
  readonly end: Effect.Effect<void, InputError>
}

/** A new text file. */
export const writer = (path: string, columns: ReadonlyArray<string>): Effect.Effect<Writer, InputError> => {
  const attempt = (act: () => void) => Effect.try({ try: act, catch: cannot("write", path) })
  let text = ""
  const end = attempt(() => {
    appendFileSync(path, text)
    text = ""
  })
  return Effect.as(
    attempt(() => writeFileSync(path, `${columns.join("\t")}\n`)),
    {
      write: Effect.fnUntraced(function* (lines) {
        for (const line of lines) text += `${line}\n`
        if (text.length > flushAt) yield* end
      }),
      end
    }
  )
}
