/**
 * The rows of two tables side by side: an inner join by exact keys, in the left table's order. The right table, which has
 * one row of a key, is held in memory as bytes, or where that is too much in parts, one after the other; the left one is
 * streamed.
 */
import * as Effect from "effect/Effect"
import { statSync } from "node:fs"
import { join } from "node:path"
import { cannot, InputError } from "../../core/Failure.ts"
import * as Printable from "../../core/Printable.ts"
import { TextBatch, type Batch } from "./Batch.ts"
import * as Header from "./Header.ts"
import * as Join from "./Join.ts"
import { type Entry, KeyIndex, none, partOf } from "./KeyIndex.ts"
import { faultAt, type Place } from "./Place.ts"
import * as Reader from "./Reader.ts"
import { merged, Run } from "./Runs.ts"
import { field, fieldsOf, TsvBytes } from "./Tsv.ts"
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
  /** Left rows whose partner in another form was declined. */
  readonly declined: number
  /** Rows of either side whose key is missing, in all of its columns: they are nothing that another row could be. */
  readonly keyless: { readonly left: number; readonly right: number }
  /** Right rows that were declined so, and have no other partner; among those without one. */
  readonly declinedRight: { readonly count: number; readonly example: ReadonlyArray<string> | undefined }
}

/** A partner that a left row has by another form of its key. */
export interface Other {
  readonly key: ReadonlyArray<string>
  readonly partner: ReadonlyArray<string>
  readonly how: Join.Found["how"]
}

/** What is done about keys that differ only in their form. */
export interface Forms {
  readonly formsOf: Join.FormsOf
  /** The partner's cells as they are written; undefined where it is none. Called for each such row once, in order. */
  readonly accept: (key: ReadonlyArray<string>, other: Other) => ReadonlyArray<string> | undefined
}

export interface Options {
  /** For the parts of a join that does not fit into memory. */
  readonly scratch: string
  /** Bytes that the right table may take at once. */
  readonly memory?: number
  readonly forms?: Forms | undefined
}

const defaultMemory = 384 * 2 ** 20

/** More rows than by this do not fit into memory. */
const leastRowBytes = 64

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

const keyIn = (batch: Batch, row: number, keys: ReadonlyArray<number>): ReadonlyArray<string> =>
  keys.map((key) => batch.text(row, key))

const isKeyless = (batch: Batch, row: number, keys: ReadonlyArray<number>): boolean => {
  for (let at = 0; at < keys.length; at++) if (!batch.isMissing(row, keys[at]!)) return false
  return true
}

/** Whether the key that is set belongs to the part; with other forms, all keys that they bring together do. */
const isIn = (
  { part, parts }: Part,
  index: KeyIndex,
  forms: Forms | undefined,
  batch: Batch,
  row: number,
  keys: ReadonlyArray<number>
): boolean =>
  parts === 1 ||
  part ===
    (forms === undefined ? index.part(parts) : partOf(Join.groupOf(keyIn(batch, row, keys), forms.formsOf), parts))

/** About so many rows has a file that begins with these; as many as these where that cannot be seen. */
const rowsOf = (file: string, batch: Batch): number =>
  batch instanceof TextBatch ? batch.height * Math.max(1, statSync(file).size / batch.bytes.length) : batch.height

/** The rows of the right table that belong to the part, with the columns that the left one's rows are given. */
const indexed = (
  { file, on }: Side,
  others: ReadonlyArray<string>,
  part: Part,
  { memory = defaultMemory, forms }: Options
) =>
  Reader.use(file, {}, (source) => {
    const index = new KeyIndex()
    const more = new TsvBytes()
    let [number, keyless] = [0, 0]
    const add = (batch: Batch, keys: ReadonlyArray<number>, values: ReadonlyArray<number>) => {
      if (number === 0) index.expect(Math.min(rowsOf(file, batch) / part.parts, memory / leastRowBytes))
      let current = 0
      const place = () => Reader.placeOf(source, batch, current)
      index.forEach(batch, keys, (row) => {
        const at = number++
        current = row
        if (isKeyless(batch, row, keys)) return void keyless++
        if (!isIn(part, index, forms, batch, row, keys)) return
        if (index.find() !== none) {
          const key = keyIn(batch, row, keys).join(" ")
          throw faultAt(place(), { message: `two rows for ${Printable.quoted(key).slice(1, -1)}` })
        }
        more.clear()
        more.fields(batch, row, values, others, true, place)
        index.add(more, at)
      })
      // Nothing was joined yet: it can begin again. The other parts are about as large.
      if (part.part === 0 && index.bytes > memory) throw new TooLarge()
    }
    return attempt(file, () => [placesOf(source, on), placesOf(source, others)] as const).pipe(
      Effect.flatMap(([keys, values]) =>
        Reader.forEach(source, (batch) => attempt(file, () => add(batch, keys, values)))
      ),
      Effect.map(() => ({ index, keyless }))
    )
  })

/** Gives each joined line with the number of its row in the left table. */
const streamed = (
  { file, on }: Side,
  index: KeyIndex,
  others: ReadonlyArray<string>,
  part: Part,
  forms: Forms | undefined,
  give: (row: number, line: TsvBytes) => void,
  /** Called with what `give` left, when a batch has ended. */
  end: (lines: TsvBytes) => void
) =>
  Reader.use(file, {}, (source) => {
    const used = new Uint8Array(index.size)
    const refused = new Uint8Array(index.size)
    const every = source.columns.map((_, at) => at)
    const line = new TsvBytes()
    const find = forms === undefined ? () => undefined : Join.formsIn(index, forms.formsOf)
    let [number, rows, matched, declined, keyless, usedRows] = [0, 0, 0, 0, 0, 0]
    let example: ReadonlyArray<string> | undefined
    let first = Infinity
    const use = (entry: Entry) => {
      const row = index.row(entry)
      if (used[row] === 0) usedRows++
      used[row] = 1
    }
    /** The left row, to which its partner's cells are added then. */
    const begin = (batch: Batch, row: number, place: () => Place) => {
      matched++
      line.fields(batch, row, every, source.columns, false, place)
    }
    const close = (at: number) => {
      line.byte(newline)
      give(at, line)
    }
    const otherwise = (batch: Batch, row: number, at: number, place: () => Place, keys: ReadonlyArray<number>) => {
      const key = keyIn(batch, row, keys)
      const other = find(key)
      if (other === undefined) {
        if (example === undefined) first = at
        example ??= key
        return
      }
      const { entry, how } = other
      const partner = forms!.accept(key, { key: index.texts(entry), partner: fieldsOf(index.moreText(entry)), how })
      if (partner === undefined) {
        declined++
        refused[index.row(entry)] = 1
        return
      }
      use(entry)
      begin(batch, row, place)
      for (const [n, cell] of partner.entries()) line.text(`\t${field(cell, others[n]!, place())}`)
      close(at)
    }
    const add = (batch: Batch, keys: ReadonlyArray<number>) => {
      let current = 0
      const place = () => Reader.placeOf(source, batch, current)
      index.forEach(batch, keys, (row) => {
        const at = number++
        current = row
        if (isKeyless(batch, row, keys)) return void keyless++
        if (!isIn(part, index, forms, batch, row, keys)) return
        rows++
        const partner = index.find()
        if (partner === none) return otherwise(batch, row, at, place, keys)
        use(partner)
        begin(batch, row, place)
        index.copyMore(partner, line)
        close(at)
      })
      end(line)
    }
    const counts = (): Counts => {
      const right = { rows: index.size, matched: usedRows, example: undefined, first: Infinity } as Writable<Counted>
      const spare = { rows: 0, matched: 0, example: undefined, first: Infinity } as Writable<Counted>
      for (const entry of usedRows < index.size ? index.entries() : []) {
        const row = index.row(entry)
        if (used[row] === 1) continue
        const into = refused[row] === 1 ? spare : right
        if (into === spare) spare.matched++
        if (into.first === Infinity) Object.assign(into, { example: index.texts(entry), first: index.number(entry) })
        if (declined === 0) break
      }
      return { left: { rows, matched, example, first }, right, declined, spare, keyless }
    }
    return attempt(file, () => placesOf(source, on)).pipe(
      Effect.flatMap((keys) => Reader.forEach(source, (batch) => attempt(file, () => add(batch, keys)))),
      Effect.map(counts)
    )
  })

type Writable<A> = { -readonly [K in keyof A]: A[K] }

/** With the number of the row that the example is. */
interface Counted extends Matched {
  readonly first: number
}

interface Counts {
  readonly left: Counted
  readonly right: Counted
  readonly declined: number
  readonly spare: Counted
  /** Left rows without a key, which are seen in each part. */
  readonly keyless: number
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
  options: Options
): Effect.fn.Return<Joined, InputError | TooLarge> {
  const runs: Array<Run> = []
  const found: Array<Counts> = []
  let withoutKey = 0
  const { scratch, forms } = options
  return yield* Effect.gen(function* () {
    for (let part = 0; part < parts; part++) {
      const { index, keyless } = yield* indexed(right, others, { part, parts }, options)
      withoutKey = keyless
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
          ? streamed(left, index, others, { part, parts }, forms, () => undefined, write)
          : streamed(left, index, others, { part, parts }, forms, keep, () => undefined)
      )
    }
    yield* attempt(left.file, () => {
      for (const run of runs) run.rewind()
      for (const line of merged(runs)) writer.lines(line)
    })
    const spare = together(found.map((each) => each.spare))
    return {
      left: together(found.map((each) => each.left)),
      right: together(found.map((each) => each.right)),
      declined: found.reduce((sum, { declined }) => sum + declined, 0),
      keyless: { left: found[0]?.keyless ?? 0, right: withoutKey },
      declinedRight: { count: spare.matched, example: spare.example }
    }
  }).pipe(Effect.ensuring(Effect.sync(() => runs.forEach((run) => run.remove()))))
})

/** A column of both that is not joined on: it would be twice in the result. */
export const clashOf = (on: ReadonlyArray<string>, left: ReadonlyArray<string>, right: ReadonlyArray<string>) => {
  const clash = right.find((name) => !on.includes(name) && left.includes(name))
  return clash === undefined
    ? undefined
    : { message: `both tables have a column '${clash}'`, hint: "rename it with load-table" }
}

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
  const found = yield* Reader.columns(right.file)
  const others = found.filter((name) => !right.on.includes(name))
  const clash = clashOf(right.on, columns, found)
  if (clash !== undefined) return yield* new InputError({ ...clash, file: right.file })
  for (let parts = 1; ; parts *= 2) {
    const joined = yield* Writer.use(output, [...columns, ...others], (writer) =>
      inParts(left, right, others, writer, parts, options)
    ).pipe(Effect.catchTag("TooLarge", () => Effect.succeed(undefined)))
    if (joined !== undefined) return joined
  }
})
