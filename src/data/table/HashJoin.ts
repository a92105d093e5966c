/**
 * The rows of two tables side by side: an inner join by exact keys, in the left table's order. The right table, which has
 * one row of a key, is held in memory as bytes, or where that is too much in parts, one after the other; the left one is
 * streamed.
 */
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { cannot, InputError } from "../../core/Failure.ts"
import * as Printable from "../../core/Printable.ts"
import type { Batch } from "./Batch.ts"
import * as Header from "./Header.ts"
import { KeyIndex, none } from "./KeyIndex.ts"
import { faultAt } from "./Place.ts"
import * as Reader from "./Reader.ts"
import { merged, Run } from "./Runs.ts"
import { TsvBytes } from "./Tsv.ts"
import * as Writer from "./Writer.ts"

export interface Side {
  readonly file: string
  /** Key columns, in the order of the other side's. */
  readonly on: ReadonlyArray<string>
}

export interface Matched {
  readonly rows: number
  readonly matched: number
  /** The key of the first row without a partner. */
  readonly example: ReadonlyArray<string> | undefined
}

/** How a join came out. */
export interface Joined {
  readonly left: Matched
  readonly right: Matched
}

export interface Options {
  /** For the parts of a join that does not fit into memory. */
  readonly scratch: string
  /** Bytes that the right table may take at once. */
  readonly memory?: number
}

const defaultMemory = 384 * 2 ** 20

const newline = 10

class TooLarge {
  readonly _tag = "TooLarge"
}

/** Which rows belong to a part of the join: by their keys, so that equal ones are in one. */
interface Part {
  readonly part: number
  readonly parts: number
}

/** Throws as a stage fails. */
const attempt = <A>(file: string, act: () => A): Effect.Effect<A, InputError | TooLarge> =>
  Effect.try({ try: act, catch: (cause) => (cause instanceof TooLarge ? cause : cannot("read", file)(cause)) })

const placesOf = (source: Header.Headed, names: ReadonlyArray<string>): ReadonlyArray<number> =>
  names.map((name) => {
    const at = source.columns.indexOf(name)
    if (at === -1) throw Header.missingColumn(source, name)
    return at
  })

/** The rows of the right table that belong to the part, with the columns that the left one's rows are given. */
const indexed = ({ file, on }: Side, others: ReadonlyArray<string>, { part, parts }: Part, memory: number) =>
  Reader.use(file, {}, (source) => {
    const index = new KeyIndex()
    const more = new TsvBytes()
    let number = 0
    const add = (batch: Batch, keys: ReadonlyArray<number>, values: ReadonlyArray<number>) => {
      index.forEach(batch, keys, (row) => {
        const at = number++
        if (parts > 1 && index.part(parts) !== part) return
        const place = () => Reader.placeOf(source, batch, row)
        if (index.find() !== none) {
          const key = keys.map((at) => batch.text(row, at)).join(" ")
          throw faultAt(place(), { message: `two rows for ${Printable.quoted(key).slice(1, -1)}` })
        }
        more.clear()
        more.fields(batch, row, values, others, true, place)
        index.add(more, at)
      })
      if (index.bytes > memory) throw new TooLarge()
    }
    return attempt(file, () => [placesOf(source, on), placesOf(source, others)] as const).pipe(
      Effect.flatMap(([keys, values]) =>
        Reader.forEach(source, (batch) => attempt(file, () => add(batch, keys, values)))
      ),
      Effect.as(index)
    )
  })

/** Gives each joined line with the number of its row in the left table. */
const streamed = (
  { file, on }: Side,
  index: KeyIndex,
  { part, parts }: Part,
  give: (row: number, line: TsvBytes) => void,
  /** Called with what `give` left, when a batch has ended. */
  end: (lines: TsvBytes) => void
) =>
  Reader.use(file, {}, (source) => {
    const used = new Uint8Array(index.size)
    const every = source.columns.map((_, at) => at)
    const line = new TsvBytes()
    let [number, rows, matched] = [0, 0, 0]
    let example: ReadonlyArray<string> | undefined
    let first = Infinity
    const add = (batch: Batch, keys: ReadonlyArray<number>) => {
      index.forEach(batch, keys, (row) => {
        const at = number++
        if (parts > 1 && index.part(parts) !== part) return
        rows++
        const partner = index.find()
        if (partner === none) {
          if (example === undefined) first = at
          example ??= keys.map((key) => batch.text(row, key))
          return
        }
        matched++
        used[index.row(partner)] = 1
        line.fields(batch, row, every, source.columns, false, () => Reader.placeOf(source, batch, row))
        index.copyMore(partner, line)
        line.byte(newline)
        give(at, line)
      })
      end(line)
    }
    return attempt(file, () => placesOf(source, on)).pipe(
      Effect.flatMap((keys) => Reader.forEach(source, (batch) => attempt(file, () => add(batch, keys)))),
      Effect.map(() => {
        const spare = used.indexOf(0)
        const key = spare === -1 ? undefined : index.keyOf(spare)
        const partners = used.reduce((sum, one) => sum + one, 0)
        return {
          left: { rows, matched, example, first },
          right: { rows: index.size, matched: partners, example: key?.texts, first: key?.number ?? Infinity }
        }
      })
    )
  })

/** With the number of the row that the example is. */
interface Counted extends Matched {
  readonly first: number
}

/** Of all parts; the example is the first of the table. */
const together = (parts: ReadonlyArray<Counted>): Matched => ({
  rows: parts.reduce((sum, { rows }) => sum + rows, 0),
  matched: parts.reduce((sum, { matched }) => sum + matched, 0),
  example: parts.reduce((one, other) => (other.first < one.first ? other : one)).example
})

const inParts = Effect.fnUntraced(function* (
  left: Side,
  right: Side,
  others: ReadonlyArray<string>,
  writer: Writer.Writer,
  parts: number,
  { scratch, memory = defaultMemory }: Options
): Effect.fn.Return<Joined, InputError | TooLarge> {
  const runs: Array<Run> = []
  const found: Array<{ readonly left: Counted; readonly right: Counted }> = []
  return yield* Effect.gen(function* () {
    for (let part = 0; part < parts; part++) {
      const index = yield* indexed(right, others, { part, parts }, memory)
      if (parts > 1) runs.push(new Run(join(scratch, `join-${part}.run`)))
      const run = runs[part]
      const write = (lines: TsvBytes) => {
        writer.lines(lines.bytes)
        lines.clear()
      }
      const keep = (row: number, line: TsvBytes) => {
        run!.add(row, line.bytes)
        line.clear()
      }
      found.push(
        yield* run === undefined
          ? streamed(left, index, { part, parts }, () => undefined, write)
          : streamed(left, index, { part, parts }, keep, () => undefined)
      )
    }
    yield* attempt(left.file, () => {
      for (const run of runs) run.rewind()
      for (const line of merged(runs)) writer.lines(line)
    })
    return { left: together(found.map(({ left }) => left)), right: together(found.map(({ right }) => right)) }
  }).pipe(Effect.ensuring(Effect.sync(() => runs.forEach((run) => run.remove()))))
})

/**
 * Writes the joined table: the left table's columns, then the right one's without its key. Fails where a column is missing,
 * one is in both, or the right table has two rows of a key.
 */
export const inner = Effect.fnUntraced(function* (
  left: Side,
  right: Side,
  output: string,
  options: Options
): Effect.fn.Return<Joined, InputError> {
  const columns = yield* Reader.columns(left.file)
  const others = (yield* Reader.columns(right.file)).filter((name) => !right.on.includes(name))
  const clash = others.find((name) => columns.includes(name))
  if (clash !== undefined) {
    const hint = "rename it with load-table"
    return yield* new InputError({ message: `both tables have a column '${clash}'`, file: right.file, hint })
  }
  for (let parts = 1; ; parts *= 2) {
    const joined = yield* Writer.use(output, [...columns, ...others], (writer) =>
      inParts(left, right, others, writer, parts, options)
    ).pipe(Effect.catchTag("TooLarge", () => Effect.succeed(undefined)))
    if (joined !== undefined) return joined
  }
})
