/** Variants with what a file says about them: from VCF, or from any table whose columns are named. */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import { InputError } from "../core/Failure.ts"
import * as Table from "../data/Table.ts"
import * as TextLines from "./TextLines.ts"
import * as Variant from "./Variant.ts"
import * as Vcf from "./Vcf.ts"

export interface Record {
  /** 1-based line of the file. */
  readonly line: number
  /** The variant as the file has it. */
  readonly text: string
  readonly variant: Result.Result<Variant.Variant, string>
  /** The cell of one of the named columns; undefined where it is missing or the column is not named. */
  readonly cell: (column: string) => string | undefined
}

/** Column names by what they hold: `variant`, or `chrom`, `pos`, `ref`, `alt`; and any others. */
export type Columns = { readonly [use: string]: string | undefined }

const missing = new Set(["", "NA", "."])

/** Columns that a table may have without being told. */
const usual: Columns = { variant: "variant_id", chrom: "chrom", pos: "pos", ref: "ref", alt: "alt", gene: "gene_id" }

const isVcf = Effect.fnUntraced(function* (path: string) {
  let vcf = false
  // The first line alone decides; a failure is the way to stop reading.
  yield* TextLines.forEach(path, (line) => {
    vcf = line.startsWith("##fileformat=VCF") || line.startsWith("#CHROM\tPOS\tID\tREF\tALT")
    return { message: "" }
  }).pipe(Effect.catch((error) => (error.line === 1 ? Effect.void : Effect.fail(error))))
  return vcf
})

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
  const columns: Columns = { ...usual, ...named }
  const at = new Map(Object.entries(columns).map(([use, column]) => [use, table.columns.indexOf(column ?? "")]))
  const has = (use: string) => at.get(use)! >= 0
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
      const text = cells[at.get(use) ?? -1]
      return text === undefined || missing.has(text) ? undefined : text
    }
    const [chrom = "", pos = "", ref = "", alt = ""] = ["chrom", "pos", "ref", "alt"].map(cell)
    const text = whole ? (cell("variant") ?? "") : Variant.idOf(chrom, Number(pos), ref, alt)
    const variant = whole ? Variant.parse(text) : Variant.make(chrom, Number(pos), ref, alt)
    return { line: table.firstLine + index, text, variant, cell }
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
