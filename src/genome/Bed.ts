/** Intervals from BED, plain or gzip: 0-based, half-open; of wider files (BED12, narrowPeak) six columns are read. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as TextLines from "../data/TextLines.ts"
import * as Interval from "./Interval.ts"

export interface Record extends Interval.Interval {
  /** 1-based line of the file. */
  readonly line: number
  /** The chromosome as the file writes it. */
  readonly written: string
  /** Fourth column, where the file has one. */
  readonly name: string | undefined
  /** Sixth column; `.` where the file has none. */
  readonly strand: "+" | "-" | "."
}

type Fault = { readonly message: string; readonly hint?: string }

const hintOf = (start: string, end: string): string | undefined => {
  if (/^\d{1,3}(?:,\d{3})+$/u.test(start) || /^\d{1,3}(?:,\d{3})+$/u.test(end)) return "write numbers without commas"
  if (/^[A-Za-z_ ]+$/u.test(start)) return "BED has no header row: remove it, or begin it with #"
  return undefined
}

/** Fields are separated by tabs, or by blanks where a line has no tab. */
const parse = (line: string, number: number): Record | Fault => {
  const fields = line.includes("\t") ? line.split("\t") : line.trim().split(/ +/u)
  const [chrom, startText, endText, name, , strandText] = fields as [string, ...Array<string | undefined>]
  const strand = strandText || "."
  if (startText === undefined || endText === undefined) {
    return { message: "fewer than 3 fields", hint: "a line of BED has chromosome, start and end, separated by tabs" }
  }
  if (!/^\d+$/u.test(startText) || !/^\d+$/u.test(endText)) {
    const hint = hintOf(startText, endText)
    const message = `start '${startText}' and end '${endText}' must be whole numbers of at least 0`
    return { message, ...(hint === undefined ? {} : { hint }) }
  }
  const [start, end] = [Number(startText), Number(endText)]
  if (!Number.isSafeInteger(end)) return { message: `end '${endText}' is too large` }
  if (end < start) return { message: `start ${start} is above end ${end}`, hint: "are the columns swapped?" }
  if (end === start) return { message: `the interval is empty: end ${end} is not above start ${start}` }
  if (chrom.trim() === "") return { message: "the chromosome is empty" }
  if (strand !== "+" && strand !== "-" && strand !== ".") return { message: `strand '${strand}' is none of +, -, .` }
  return {
    line: number,
    chrom: Interval.chromName(chrom),
    written: chrom,
    start,
    end,
    name: name === "." ? undefined : name || undefined,
    strand
  }
}

/**
 * Reads all records in file order; blank lines, `track`, `browser` and comment lines are skipped. A line that is no
 * interval, and a file without any, are errors.
 */
export const read = Effect.fnUntraced(function* (path: string): Effect.fn.Return<ReadonlyArray<Record>, InputError> {
  const records: Array<Record> = []
  yield* TextLines.forEach(path, (line, number) => {
    if (line.trim() === "" || /^(?:#|(?:track|browser)(?:\s|$))/u.test(line)) return undefined
    const record = parse(line, number)
    if ("message" in record) return record
    records.push(record)
    return undefined
  })
  if (records.length === 0) return yield* new InputError({ message: "no interval in the file", file: path })
  return records
})
