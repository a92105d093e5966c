/**
 * Tables as they are read: text of any dialect, Parquet or Arrow, known by what they begin with. Their columns first, then
 * their rows in batches, in the file's order.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { cannot, InputError } from "../../core/Failure.ts"
import * as TextFile from "../text/TextFile.ts"
import type { Batch, TextBatch } from "./Batch.ts"
import * as Dialect from "./Dialect.ts"
import * as Columnar from "./format/Columnar.ts"
import * as Header from "./Header.ts"
import type { Place } from "./Place.ts"
import type { TableSchema } from "./Schema.ts"
import { Splitter } from "./Splitter.ts"
import * as Typed from "./Typed.ts"

/** How a text is to be read where it does not say so itself. */
export interface Options {
  readonly separator?: Dialect.Separator | undefined
  /** False: quotes are letters like any other. */
  readonly quotes?: boolean | undefined
  readonly encoding?: "utf8" | "latin1" | undefined
  /** Lines above the header. */
  readonly skipLines?: number | undefined
  /** What begins lines that are no rows. */
  readonly comment?: string | undefined
  /** Names of the columns of a file that has no header. */
  readonly header?: ReadonlyArray<string> | undefined
}

export interface Source extends Header.Headed {
  readonly isText: boolean
  readonly batches: AsyncGenerator<Batch, void>
  /** To be called by who has it, read or not. */
  readonly close: () => Promise<unknown>
}

/** The lines by which a dialect is told: those that are records, of the beginning of a text. */
const sample = (bytes: Buffer, { skipLines = 0, comment, header, quotes = true }: Options): ReadonlyArray<string> => {
  const lines = bytes.toString("utf8", 0, sampleBytes).split(/\r?\n/u)
  if (bytes.length > sampleBytes) lines.pop()
  const records = whole(lines.slice(skipLines), quotes).filter(
    (line) => line.trim() !== "" && (comment === undefined || !line.startsWith(comment))
  )
  const first = header === undefined ? records.findIndex((line) => !line.startsWith("##")) : 0
  return first === -1 ? [] : records.slice(first)
}

const sampleBytes = 1 << 18

/** Lines with those that they are broken from by a line break within quotes. */
const whole = (lines: ReadonlyArray<string>, quotes: boolean): ReadonlyArray<string> => {
  const records: Array<string> = []
  let open = ""
  for (const line of lines) {
    const text = open + line
    const isOpen = quotes && text.split('"').length % 2 === 0
    if (!isOpen) records.push(text)
    open = isOpen ? text : ""
  }
  return open === "" ? records : lines
}

const splitterOf = (file: string, bytes: Buffer, options: Options): Splitter => {
  const { quotes = true, skipLines = 0, comment, header } = options
  const separator = options.separator ?? Dialect.sniff(file, sample(bytes, options), quotes, header?.length)
  return new Splitter(file, { separator, quotes, skipLines, comment, width: header?.length })
}

/** Without batches that have no rows. */
async function* split(file: string, options: Options): AsyncGenerator<TextBatch, void> {
  let splitter: Splitter | undefined
  for await (const bytes of TextFile.chunks(file, options.encoding)) {
    splitter ??= splitterOf(file, bytes, options)
    const batch = splitter.push(bytes)
    if (batch.height > 0) yield batch
  }
  const last = splitter?.push(Buffer.alloc(0), true)
  if (last !== undefined && last.height > 0) yield last
  splitter?.end()
}

/** The columns, and the rows of the first batch below the header. */
const headed = (file: string, batch: TextBatch | undefined, header: ReadonlyArray<string> | undefined) => {
  if (batch === undefined && header === undefined) throw new InputError({ ...Header.none, file, line: 1 })
  const columns = header ?? Header.namesOf(batch!.row(0))
  const table = { file, columns, headerLine: header === undefined ? batch!.line(0) : undefined }
  const fault = Header.duplicate(columns)
  if (fault !== undefined) throw Header.faultOf(table, fault)
  return { ...table, rows: header === undefined ? batch!.from(1) : batch }
}

/** Fails at a row that is the header again: of files that were put one after another. */
const notRepeated = (file: string, first: TextBatch | undefined, { header }: Options) => {
  const fields = first === undefined || header !== undefined ? [] : first.row(0).map((name) => Buffer.from(name))
  return (batch: TextBatch): TextBatch => {
    // Of one column alone a value may be its name.
    const again = fields.length < 2 ? -1 : batch.find(fields)
    if (again === -1) return batch
    throw new InputError({
      message: "the row repeats the header",
      file,
      line: batch.line(again),
      hint: "are these files one after another? append-tables puts tables together"
    })
  }
}

const openText = async (file: string, options: Options): Promise<Source> => {
  const rest = split(file, options)
  const { value: first } = await rest.next()
  const { rows, ...table } = headed(file, first ?? undefined, options.header)
  const once = notRepeated(file, first ?? undefined, options)
  async function* batches(): AsyncGenerator<Batch, void> {
    if (rows !== undefined && rows.height > 0) yield once(rows)
    for await (const batch of rest) yield once(batch)
  }
  return { ...table, isText: true, batches: batches(), close: () => rest.return() }
}

const isPlain = ({ separator = "tab", encoding = "utf8", skipLines = 0, comment, header }: Options): boolean =>
  separator === "tab" && encoding === "utf8" && skipLines === 0 && comment === undefined && header === undefined

/** Fails with {@link InputError}, or as `fs` does. */
const open = async (file: string, options: Options): Promise<Source> => {
  const found = await Columnar.open(file)
  if (found === undefined) return openText(file, options)
  if (!isPlain(options)) {
    throw new InputError({
      message: `the file is ${found.name}, which is no text`,
      file,
      hint: "leave out what says how its text is written: separator, encoding, skip_lines, comment, header"
    })
  }
  const { columns } = found
  const fault = Header.duplicate(columns)
  if (fault !== undefined) throw Header.faultOf({ file, columns }, fault)
  return { file, columns, isText: false, batches: found.batches, close: () => found.batches.return() }
}

/** Opens a table, and closes it however its use ends. */
export const use = <A, E, R>(
  file: string,
  options: Options,
  act: (source: Source) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | InputError, R> =>
  Effect.acquireUseRelease(
    Effect.tryPromise({ try: () => open(file, options), catch: cannot("read", file) }),
    act,
    (source) => Effect.promise(source.close)
  )

/** The rest of a table, batch by batch. */
export const forEach = <E, R>(
  { batches, file }: Source,
  act: (batch: Batch) => Effect.Effect<void, E, R>
): Effect.Effect<void, E | InputError, R> =>
  Stream.runForEach(Stream.fromAsyncIterable(batches, cannot("read", file)), act)

/** Where a row of a batch is. */
export const placeOf = ({ file, isText }: Source, batch: Batch, row: number): Place =>
  isText ? { file, line: batch.line(row) } : { file, row: batch.line(row) - 1 }

/** Row by row; what `act` throws is the failure. */
export const forEachRow = (
  source: Source,
  act: (cells: ReadonlyArray<string>, place: Place) => void
): Effect.Effect<void, InputError> =>
  forEach(source, (batch) =>
    Effect.try({
      try: () => {
        for (let row = 0; row < batch.height; row++) act(batch.row(row), placeOf(source, batch, row))
      },
      catch: cannot("read", source.file)
    })
  )

/** Of a text no more is read than is needed. */
export const columns = (file: string): Effect.Effect<ReadonlyArray<string>, InputError> =>
  use(file, {}, (source) => Effect.succeed(source.columns))

/** A table whose columns are known only at run time; for where its rows stand see {@link lineOf}. */
export interface TextTable {
  readonly file: string
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  /** Of the first row. */
  readonly firstLine: number
  /** Of the header, where there is one. */
  readonly headerLine?: number | undefined
  /** Of each row, where they do not stand one below the other. */
  readonly lines?: ReadonlyArray<number>
}

/** The line of the file at which a row begins. */
export const lineOf = ({ firstLine, lines }: TextTable, row: number): number => lines?.[row] ?? firstLine + row

const gather = ({ file, columns: names, headerLine }: Header.Headed) => {
  const rows: Array<ReadonlyArray<string>> = []
  let lines: Array<number> | undefined
  let firstLine = (headerLine ?? 0) + 1
  return {
    add: (batch: Batch) => {
      if (rows.length === 0 && batch.height > 0) firstLine = batch.line(0)
      for (let row = 0; row < batch.height; row++) {
        const line = batch.line(row)
        if (lines === undefined && line !== firstLine + rows.length) {
          lines = Array.from(rows, (_, index) => firstLine + index)
        }
        lines?.push(line)
        rows.push(batch.row(row))
      }
    },
    table: (): TextTable => ({
      file,
      columns: names,
      rows,
      firstLine,
      headerLine,
      ...(lines === undefined ? {} : { lines })
    })
  }
}

/** The whole table as text: for what fits into memory, {@link use} for what may not. */
export const text = (file: string, options: Options = {}): Effect.Effect<TextTable, InputError> =>
  use(file, options, (source) => {
    const { add, table } = gather(source)
    return Effect.map(
      forEach(source, (batch) => Effect.sync(() => add(batch))),
      table
    )
  })

/** Of the text of a file that is there already, as {@link TextFile.whole} gives it. Throws {@link InputError}. */
export const parse = (bytes: Buffer, file: string, options: Options = {}): TextTable => {
  const splitter = splitterOf(file, bytes, options)
  const batch = splitter.push(bytes, true)
  splitter.end()
  const first = batch.height === 0 ? undefined : batch
  const { rows, ...header } = headed(file, first, options.header)
  const { add, table } = gather(header)
  if (rows !== undefined) add(notRepeated(file, first, options)(rows))
  return table()
}

/** The schema's columns, batch by batch. */
export const typed = <E, R>(
  source: Source,
  schema: TableSchema,
  act: (columns: Typed.Columns, height: number) => Effect.Effect<void, E, R>
): Effect.Effect<void, E | InputError, R> => {
  const absent = Header.absent(source.columns, schema)
  if (absent !== undefined) return Effect.fail(Header.faultOf(source, absent))
  return forEach(source, (batch) =>
    Effect.flatMap(
      Effect.try({
        try: () => Typed.columns(source.file, source.columns, batch, schema),
        catch: cannot("read", source.file)
      }),
      (found) => act(found, batch.height)
    )
  )
}

/** What is wrong with a table of this schema that a stage wrote, without keeping it: other programs read it by tabs. */
export const check = (file: string, schema: TableSchema): Effect.Effect<void, InputError> =>
  use(file, { separator: "tab" }, (source) => typed(source, schema, () => Effect.void))
