/** Signals out of the rows of a table of variants: what a row says of a GWAS study and a QTL data set. */
import * as Printable from "../core/Printable.ts"
import * as Value from "../data/table/Value.ts"
import type { Row } from "../genome/VariantSource.ts"
import type { Problem } from "../genome/VariantText.ts"
import type { Signal } from "./Signal.ts"

type Values = Pick<Signal, "pp_h4" | "nsnps" | "eqtl_beta" | "gwas_beta"> & {
  readonly name: string | undefined
  readonly dataset: string
}

/** How a column of numbers is held to what it means. */
const numbers = {
  pp_h4: { is: (value: number) => value >= 0 && value <= 1, what: "a probability from 0 to 1" },
  nsnps: { is: (value: number) => Number.isSafeInteger(value) && value >= 0, what: "a whole number" },
  eqtl_beta: { is: Number.isFinite, what: "a finite number" },
  gwas_beta: { is: Number.isFinite, what: "a finite number" }
} as const

export interface SignalSource {
  /** What the row says; the signs of effects are changed where the alleles were `turned`. */
  readonly read: (row: Row, turned: boolean) => Values | Problem
  readonly add: (signal: Values & Pick<Signal, "gwas_id" | "gene_id" | "variant_id">) => void
  readonly rows: ReadonlyArray<Signal>
}

/** `columns`: what the file calls them, for messages. */
export const make = (columns: { readonly [use: string]: string | undefined }): SignalSource => {
  const rows: Array<Signal> = []
  const names = new Map<string, number>()
  return {
    rows,
    read: (row, turned) => {
      const values = { pp_h4: null, nsnps: null, eqtl_beta: null, gwas_beta: null } as {
        -readonly [K in keyof typeof numbers]: number | null
      }
      for (const use of Object.keys(numbers) as ReadonlyArray<keyof typeof numbers>) {
        const text = row.cell(use)
        if (text === undefined) continue
        const { is, what } = numbers[use]
        const value = Value.number(text) ?? Number.NaN
        if (!is(value)) {
          return {
            kind: "malformed",
            category: `${use} is not ${what}`,
            reason: `column '${columns[use] ?? use}': ${Printable.quoted(text)} is not ${what}`
          }
        }
        values[use] = turned && use.endsWith("_beta") && value !== 0 ? -value : value
      }
      return { ...values, name: row.cell("signal_id"), dataset: row.cell("dataset") ?? "not stated" }
    },
    add: ({ name, gwas_id, dataset, variant_id, gene_id, pp_h4, nsnps, eqtl_beta, gwas_beta }) => {
      const id = name ?? [gwas_id, dataset, variant_id, gene_id].join("/")
      const repeats = (names.get(id) ?? 0) + 1
      names.set(id, repeats)
      const signal_id = repeats === 1 ? id : `${id}#${repeats}`
      rows.push({ signal_id, gwas_id, dataset, variant_id, gene_id, pp_h4, nsnps, eqtl_beta, gwas_beta })
    }
  }
}
