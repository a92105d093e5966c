/** Tables as others write them: comma- or tab-separated, lines above the header, or no header at all. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { gunzipSync } from "node:zlib"
import { cannot, InputError, messageOf } from "../core/Failure.ts"
import type { TextTable } from "./Table.ts"

export interface Layout {
  readonly separator: "," | "\t"
  /** Lines above the header. */
  readonly skipLines: number
  /** Names of the columns of a file that has no header. */
  readonly header: ReadonlyArray<string> | undefined
}

interface Record {
  readonly line: number
  readonly cells: ReadonlyArray<string>
}

/**
 * The records of a text (commas: RFC 4180): a field in double quotes may hold the separator, line breaks, and quotes written
 * twice. Gives the line at which a quoted field begins that does not end.
 */
const recordsOf = (text: string, separator: string): ReadonlyArray<Record> | number => {
  const records: Array<Record> = []
  let line = 1
  for (let at = 0; at < text.length;) {
    const start = line
    const cells: Array<string> = []
    for (let more = true; more;) {
      let cell = ""
      while (separator === "," && text[at] === '"') {
        const close = text.indexOf('"', at + 1)
        if (close === -1) return line
        const inside = text.slice(at + 1, close)
        line += inside.split("\n").length - 1
        cell += inside
        at = close + 1
        // A quote written twice: the text goes on.
        if (text[at] === '"') cell += '"'
      }
      let end = at
      while (end < text.length && text[end] !== separator && text[end] !== "\n") end++
      cell += text.slice(at, end)
      more = text[end] === separator
      cells.push(more ? cell : cell.replace(/\r$/u, ""))
      at = end + 1
    }
    line++
    if (cells.length > 1 || cells[0] !== "") records.push({ line: start, cells })
  }
  return records
}

/** Empty lines are left out; `file` is for what is said of it. */
export const parse = Effect.fnUntraced(function* (
  text: string,
  file: string,
  { separator, skipLines, header }: Layout
): Effect.fn.Return<TextTable, InputError> {
  const records = recordsOf(text.replace(/^\uFEFF/u, ""), separator)
  if (typeof records === "number") {
    return yield* new InputError({ message: "a quoted field does not end", file, line: records })
  }
  const rows = records.filter(({ line }) => line > skipLines)
  const names = header ?? rows.shift()?.cells
  if (names === undefined) {
    return yield* new InputError({ message: "the table is empty: a header row is needed", file, line: 1 })
  }
  const columns = names.map((name, at) => (at === 0 ? name.replace(/^#/u, "") : name))
  const twice = columns.find((name, at) => columns.indexOf(name) !== at)
  if (twice !== undefined) return yield* new InputError({ message: `two columns are named '${twice}'`, file })
  const uneven = rows.find(({ cells }) => cells.length !== columns.length)
  if (uneven !== undefined) {
    return yield* new InputError({
      message: `${uneven.cells.length} fields where ${header === undefined ? "the header" : "`header`"} has ${columns.length}`,
      file,
      line: uneven.line
    })
  }
  return {
    file,
    columns,
    rows: rows.map(({ cells }) => cells),
    firstLine: skipLines + (header ? 1 : 2),
    lines: rows.map(({ line }) => line)
  }
})

/** Reads plain or gzip text. */
export const read = Effect.fnUntraced(function* (
  path: string,
  layout: Layout
): Effect.fn.Return<TextTable, InputError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const bytes = yield* fs.readFile(path).pipe(Effect.mapError(cannot("read", path)))
  const text = yield* Effect.try({
    try: () => Buffer.from(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8"),
    catch: (cause) => new InputError({ message: `not a whole gzip file: ${messageOf(cause)}`, file: path })
  })
  return yield* parse(text, path, layout)
})
