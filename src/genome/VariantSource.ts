/** Variants with what a file says about them: from VCF, or from any table whose columns are named. */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { InputError } from "../core/Failure.ts"
import * as Table from "../data/Table.ts"
import * as TextLines from "../data/TextLines.ts"
import * as Variant from "./Variant.ts"
import * as Vcf from "./Vcf.ts"

export interface Record {
  /** 1-based line of the file. */
  readonly line: number
  /** The variant as the file has it. */
  readonly text: string
  readonly variant: Result.Result<Variant.Variant, string>
  /** The cell of the column for a use (`gene`, say); undefined where it is missing or there is no such column. */
  readonly cell: (use: string) => string | undefined
}

/** Column names by what they hold: `variant`, or `chrom`, `pos`, `ref`, `alt`; and any others. */
export type Columns = { readonly [use: string]: string | undefined }

const missing = new Set(["", "NA", "."])

/** Where a column that is not named is looked for, when not under the name of its use. */
const usual: Columns = { variant: "variant_id", gene: "gene_id" }

const isVcf = (path: string): Effect.Effect<boolean, InputError> =>
  TextLines.stream(path).pipe(
    Stream.runHead,
    Effect.map(Option.exists(([line]) => /^(?:##fileformat=VCF|#CHROM\tPOS\tID\tREF\tALT)/u.test(line ?? "")))
  )

const fromTable = Effect.fnUntraced(function* (
  table: Table.TextTable,
  named: Columns
): Effect.fn.Return<ReadonlyArray<Record>, InputError> {
  const absent = Object.entries(named).find(([, column]) => column !== undefined && !table.columns.includes(column))
  if (absent !== undefined) {
    return yield* new InputError({
      message: `column '${absent[1]}' (${absent[0]}) missing`,
      file: table.file,
      line: table.firstLine - 1,
      hint: `the table has: ${table.columns.join(", ")}`
    })
  }
  const at = (use: string): number => table.columns.indexOf(named[use] ?? usual[use] ?? use)
  const has = (use: string): boolean => at(use) >= 0
  const whole = has("variant") && (named["variant"] !== undefined || named["pos"] === undefined)
  if (!whole && !["chrom", "pos", "ref", "alt"].every(has)) {
    return yield* new InputError({
      message: "no column holds the variants",
      file: table.file,
      line: table.firstLine - 1,
      hint: `name them in columns: either variant, or chrom, pos, ref and alt; the table has: ${table.columns.join(", ")}`
    })
  }
  return table.rows.map((cells, index) => {
    const cell = (use: string): string | undefined => {
      const text = cells[at(use)]
      return text === undefined || missing.has(text) ? undefined : text
    }
    const [chrom = "", pos = "", ref = "", alt = ""] = ["chrom", "pos", "ref", "alt"].map(cell)
    const text = whole ? (cell("variant") ?? "") : Variant.idOf(chrom, Number(pos), ref, alt)
    const variant = whole ? Variant.parse(text) : Variant.make(chrom, Number(pos), ref, alt)
    return { line: Table.lineOf(table, index), text, variant, cell }
  })
})

/** Reads a VCF (told by its first line) or a tab-separated table, plain or gzip. In a VCF no other column is named. */
export const read = Effect.fnUntraced(function* (
  path: string,
  columns: Columns
): Effect.fn.Return<ReadonlyArray<Record>, InputError, FileSystem.FileSystem> {
  if (!(yield* isVcf(path))) return yield* fromTable(yield* Table.readText(path), columns)
  return (yield* Vcf.read(path)).map((record) => ({ ...record, cell: () => undefined }))
})
