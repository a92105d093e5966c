/**
 * A trait out of GWAS-VCF (Lyon et al., Genome Biology 2021): effects ES and standard errors SE of the only sample, sample
 * size SS and allele frequency AF where they are there.
 */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import type * as Table from "../data/Table.ts"
import * as Vcf from "../genome/Vcf.ts"
import * as Variant from "../genome/Variant.ts"

const fields = { beta: "ES", se: "SE", n: "SS", maf: "AF" } as const

/** What the columns of the table are called. */
export type Names = { readonly [K in keyof typeof fields | "group" | "variant"]: string }

const sampleColumn = 9

/** The VCF as a table of effects; the sample's name is the trait's. */
export const read = Effect.fnUntraced(function* (
  path: string,
  names: Names
): Effect.fn.Return<Table.TextTable, InputError> {
  const rows: Array<ReadonlyArray<string>> = []
  const lines: Array<number> = []
  const readers: Array<Vcf.Field> = []
  const columns = [names.group, names.variant]
  let sample = ""
  yield* Vcf.read<InputError, never>(path, {
    header: Effect.fnUntraced(function* (header) {
      sample = header.columns[sampleColumn] ?? ""
      for (const [use, field] of Object.entries(fields) as ReadonlyArray<[keyof typeof fields, string]>) {
        // Sizes and frequencies may be missing; effects may not.
        if (!header.format.has(field) && (use === "n" || use === "maf")) continue
        readers.push(yield* Vcf.field(header, `FORMAT/${field}`, path))
        columns.push(names[use])
      }
    }),
    site: (site) => {
      const { line, chrom, pos, ref, alt, problem } = site
      const values = readers.map((read) => read(site) ?? "NA")
      const wrong = problem ?? values.find((value) => typeof value === "object")
      if (wrong !== undefined) return new InputError({ message: wrong.reason, file: path, line })
      rows.push([sample, Variant.idOf(chrom, Number(pos), ref, alt), ...values.map(String)])
      lines.push(line)
      return undefined
    }
  })
  return { file: path, columns, rows, firstLine: 1, lines }
})
