/** Intervals from BED, plain or gzip. */
import * as Effect from "effect/Effect"
import type { InputError } from "../core/Failure.ts"
import * as Interval from "./Interval.ts"
import * as TextLines from "../data/TextLines.ts"

export interface Record extends Interval.Interval {
  /** 1-based line of the file. */
  readonly line: number
  /** Fourth column, where the file has one. */
  readonly name: string | undefined
  /** Sixth column; `.` where the file has none. */
  readonly strand: "+" | "-" | "."
}

/** Reads all records in file order; `track`, `browser` and comment lines are skipped. */
export const read = Effect.fnUntraced(function* (path: string): Effect.fn.Return<ReadonlyArray<Record>, InputError> {
  const records: Array<Record> = []
  yield* TextLines.forEach(path, (line, number) => {
    if (line === "" || /^(?:#|track\b|browser\b)/u.test(line)) return undefined
    const [chrom, startText, endText, name, , strand = "."] = line.split("\t")
    const [start, end] = [Number(startText), Number(endText)]
    if (endText === undefined) return { message: "fewer than 3 fields", hint: "fields are separated by one tab" }
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0) {
      return { message: `start '${startText}' and end '${endText}' must be whole numbers of at least 0` }
    }
    if (end <= start) return { message: `the interval is empty: end ${end} is not above start ${start}` }
    if (strand !== "+" && strand !== "-" && strand !== ".") return { message: `strand '${strand}' is none of +, -, .` }
    records.push({ line: number, chrom: Interval.chromName(chrom!), start, end, name: name || undefined, strand })
    return undefined
  })
  return records
})
