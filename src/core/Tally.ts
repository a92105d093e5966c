/**
 * The account of the rows that a task took: how many it kept, and what became of the others, by reason. Rows are conserved:
 * taken = kept + left out.
 */
import * as Schema from "effect/Schema"
import type { Failure } from "./Failure.ts"
import * as Suggest from "./Suggest.ts"

/** Rows with one reason, and one of them as an example. */
export const Reason = Schema.Struct({ reason: Schema.String, count: Schema.Int, example: Schema.String })
export type Reason = typeof Reason.Type

export const Tally = Schema.Struct({
  /** What is counted, in the plural: `variants`, `genes`, `reads`. */
  rows: Schema.String,
  taken: Schema.Int,
  kept: Schema.Int,
  leftOut: Schema.Array(Reason),
  /** Rows that were kept, but not as they were given. */
  notes: Schema.Array(Reason)
})
export type Tally = typeof Tally.Type

/** What a stage writes its account into. All of it is synchronous: it is called once a row. */
export interface Book {
  /** So many rows were read (1 if not given). */
  readonly take: (count?: number) => void
  readonly keep: (count?: number) => void
  /** `reason` is a category, the same text for every row that it applies to; `example` says which row. */
  readonly leave: (reason: string, example: string, count?: number) => void
  /** Rows that are kept, but changed. */
  readonly note: (reason: string, example: string, count?: number) => void
}

export interface Ledger {
  /** The book of these rows; one for each name. */
  readonly open: (rows: string) => Book
  readonly tallies: () => ReadonlyArray<Tally>
}

/** More reasons than these are counted together: a reason with a value in it must not fill the record. */
const mostReasons = 50
const others = "other reasons"
const longestExample = 200

const addTo = (reasons: Map<string, Reason>, reason: string, example: string, count: number): void => {
  if (count === 0) return
  const name = reasons.has(reason) || reasons.size < mostReasons ? reason : others
  const known = reasons.get(name)
  const shown = example.length > longestExample ? `${example.slice(0, longestExample)}...` : example
  reasons.set(name, { reason: name, count: (known?.count ?? 0) + count, example: known?.example ?? shown })
}

/** The category of a reason that says more, in parentheses: `outside the reference (it has chr17)`. */
export const category = (reason: string): string => reason.replace(/ \(.*$/su, "")

export const makeLedger = (): Ledger => {
  interface Page extends Book {
    readonly tally: () => Tally
  }
  const pages = new Map<string, Page>()
  const page = (rows: string): Page => {
    let taken = 0
    let kept = 0
    const leftOut = new Map<string, Reason>()
    const notes = new Map<string, Reason>()
    return {
      take: (count = 1) => void (taken += count),
      keep: (count = 1) => void (kept += count),
      leave: (reason, example, count = 1) => addTo(leftOut, reason, example, count),
      note: (reason, example, count = 1) => addTo(notes, reason, example, count),
      tally: () => ({ rows, taken, kept, leftOut: [...leftOut.values()], notes: [...notes.values()] })
    }
  }
  return {
    open: (rows) => {
      const found = pages.get(rows) ?? page(rows)
      pages.set(rows, found)
      return found
    },
    tallies: () => Array.from(pages.values(), ({ tally }) => tally())
  }
}

/** Of keys, of which some were left out since they are missing somewhere. */
export const ofKeys = (kept: number, leftOut: ReadonlyArray<Reason>): Tally => ({
  rows: "keys",
  taken: kept + sum(leftOut),
  kept,
  leftOut,
  notes: []
})

const sum = (reasons: ReadonlyArray<Reason>): number => reasons.reduce((total, { count }) => total + count, 0)

export const leftOutOf = ({ leftOut }: Tally): number => sum(leftOut)

/** The accounts of several tasks as one, rows by name. */
export const merge = (accounts: Iterable<ReadonlyArray<Tally>>): ReadonlyArray<Tally> => {
  const ledger = makeLedger()
  for (const { rows, taken, kept, leftOut, notes } of [...accounts].flat()) {
    const book = ledger.open(rows)
    book.take(taken)
    book.keep(kept)
    for (const { reason, example, count } of leftOut) book.leave(reason, example, count)
    for (const { reason, example, count } of notes) book.note(reason, example, count)
  }
  return ledger.tallies()
}

const listed = (reasons: ReadonlyArray<Reason>): string =>
  reasons.map(({ count, reason, example }) => `${count} ${reason}${example === "" ? "" : ` (${example})`}`).join(", ")

/** `variants: 298 of 300 kept; 2 outside the reference (chr9_5_A_G)`. */
export const line = ({ rows, taken, kept, leftOut, notes }: Tally): string =>
  [
    `${rows}: ${kept === taken ? (taken === 0 ? "none given" : `all ${taken} kept`) : `${kept} of ${taken} kept`}`,
    ...(leftOut.length === 0 ? [] : [`left out: ${listed(leftOut)}`]),
    ...(notes.length === 0 ? [] : [`kept, changed: ${listed(notes)}`])
  ].join("; ")

/** Those that say something: one of nothing taken does where no other of its task took anything. */
export const shown = (account: ReadonlyArray<Tally>): ReadonlyArray<Tally> => {
  const given = account.filter(({ taken, notes }) => taken > 0 || notes.length > 0)
  return given.length > 0 ? given : account
}

/** Rows that a stage lost without a word, or gave without having taken them; undefined when its account is whole. */
export const imbalance = (tallies: ReadonlyArray<Tally>): Failure | undefined => {
  const tally = tallies.find((each) => each.taken !== each.kept + leftOutOf(each))
  if (tally === undefined) return undefined
  const { rows, taken, kept } = tally
  return {
    _tag: "Defect",
    message: `the account of its ${rows} does not balance: ${taken} taken, ${kept} kept, ${leftOutOf(tally)} left out`,
    hint: "this is an error in the stage, not in your input: each row it takes is kept, or left out with a reason"
  }
}

/** The smallest share of the rows that must be kept: of all kinds, or by kind. Without one, a single row is enough. */
export type LeastKept = number | Readonly<Record<string, number>>

const acceptable = ({ taken, kept }: Tally, share: number | undefined): boolean =>
  taken === 0 || (share === undefined ? kept > 0 : kept >= share * taken)

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`

/** Why so few rows were kept that the task failed; undefined where enough were. */
export const shortfall = (tallies: ReadonlyArray<Tally>, least: LeastKept | undefined): Failure | undefined => {
  const byRows = typeof least === "object" ? least : {}
  const names = tallies.map(({ rows }) => rows)
  const unknown = tallies.length === 0 ? undefined : Object.keys(byRows).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    return {
      _tag: "InputError",
      message: `keep_at_least names '${unknown}', which the stage does not count`,
      hint: Suggest.hint(unknown, names, "rows that it counts")
    }
  }
  const shareOf = (rows: string) => (typeof least === "number" ? least : byRows[rows])
  const short = tallies.filter((tally) => !acceptable(tally, shareOf(tally.rows)))
  if (short.length === 0) return undefined
  const [first] = short
  const share = shareOf(first!.rows)
  return {
    _tag: "InputError",
    message: short.map(line).join("\n"),
    hint:
      share === undefined
        ? `if keeping none of them is right, say so under the stage: keep_at_least: { ${first!.rows}: 0 }`
        : `the stage asks for at least ${percent(share)} of the ${first!.rows} (keep_at_least)`
  }
}
