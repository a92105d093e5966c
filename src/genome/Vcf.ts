/** Variants from VCF, plain or gzip: sites only, genotypes are not read. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { InputError } from "../core/Failure.ts"
import * as TextLines from "../data/TextLines.ts"
import * as Variant from "./Variant.ts"

export interface Record {
  /** 1-based line of the file. */
  readonly line: number
  /** The variant as the file has it: chrom_pos_ref_alt. */
  readonly text: string
  /** The VCF's ID column, `.` where it has none. */
  readonly id: string
  /** One alternative allele; a failure for one that is not spelled out in bases (`<DEL>`, `*`, breakends, `.`). */
  readonly variant: Result.Result<Variant.Variant, string>
}

/** Fields that stand before the samples; those after INFO may be missing. */
const siteFields = 8

/** Reads all records, one per alternative allele, in file order. */
export const read = Effect.fnUntraced(function* (path: string): Effect.fn.Return<ReadonlyArray<Record>, InputError> {
  const records: Array<Record> = []
  let header = false
  yield* TextLines.forEach(path, (line, number) => {
    if (line.startsWith("#")) {
      header ||= line.startsWith("#CHROM\t") || line.startsWith("##fileformat=VCF")
      return undefined
    }
    if (line === "") return undefined
    if (!header) return { message: "not a VCF: no header line '##fileformat=VCF...' or '#CHROM...' stands above" }
    const fields = line.split("\t", siteFields)
    if (fields.length < 5) {
      return { message: `${fields.length} fields where a VCF has at least 5`, hint: "fields are separated by one tab" }
    }
    const [chrom, pos, id, ref, alts] = fields as [string, string, string, string, string]
    if (!/^\d+$/u.test(pos)) return { message: `POS '${pos}' is not a whole number` }
    if (!/^[ACGTNacgtn]+$/u.test(ref)) return { message: `REF '${ref}' is not made of the letters A, C, G, T, N` }
    for (const alt of alts.split(",")) {
      const variant = Variant.make(chrom, Number(pos), ref, alt)
      records.push({ line: number, text: Variant.idOf(chrom, Number(pos), ref, alt), id, variant })
    }
    return undefined
  })
  return records
})
