/** Signals out of the rows of a table of variants: what a row says of a GWAS study and a QTL data set. */
import * as Printable from "../core/Printable.ts"
import * as Value from "../data/table/Value.ts"
import type { Row } from "../genome/VariantSource.ts"
import type { Problem } from "../genome/VariantText.ts"
import type { Signal } from "./Signal.ts"

type Values = Pick<Signal, "pp_h4" | "nsnps" | "eqtl_beta" | "gwas_beta"> & {
  readonly name: string | undefined
  readonly dataset: string
  /** The row's effects are of the reference allele: their signs were changed. */
  readonly reversed: boolean
}

/** How a column of numbers is held to what it means. */
const numbers = {
  pp_h4: { is: (value: number) => value >= 0 && value <= 1, what: "a probability from 0 to 1" },
  nsnps: { is: (value: number) => Number.isSafeInteger(value) && value >= 0, what: "a whole number" },
  eqtl_beta: { is: Number.isFinite, what: "a finite number" },
  gwas_beta: { is: Number.isFinite, what: "a finite number" }
} as const

/** Uses of columns that say something of signals alone. */
export const uses = ["gwas_id", "signal_id", "dataset", "pp_h4", "nsnps", "eqtl_beta", "gwas_beta"] as const

/** Columns of ratios, which have no sign. */
export const isRatio = (column: string): boolean => /^(?:hm_)?(?:or|odds_?ratio|hr|hazard_?ratio|rr)$/iu.test(column)

/** What is wrong with such a column, where effects are asked for. */
export const ratio = (column: string) => ({
  message: `'${column}' is a ratio, which has no sign`,
  hint: "give its logarithm, in a column of its own"
})

/** What is wrong with columns of effects that a user names. */
export const problems = (columns: { readonly [use: string]: string | undefined }) =>
  (["eqtl_beta", "gwas_beta"] as const).flatMap((use) => {
    const column = columns[use]
    return column === undefined || !isRatio(column) ? [] : [{ at: ["columns", use] as const, ...ratio(column) }]
  })

/** Whether effects are of the alternative allele (1) or of the reference's (-1), as far as the row says it. */
const direction = (row: Row): 1 | -1 | Problem => {
  const allele = row.cell("effect_allele")?.toUpperCase()
  if (allele === undefined || allele === row.alt.toUpperCase()) return 1
  if (allele === row.ref.toUpperCase()) return -1
  return {
    kind: "malformed",
    category: "the effect allele is neither ref nor alt",
    reason: `the effect allele ${Printable.quoted(allele)} is neither ${row.ref} nor ${row.alt}`,
    hint: "columns: { effect_allele: ... } names the column of the allele that effects are of"
  }
}

const ofSeveral: Problem = {
  kind: "malformed",
  category: "one effect for several alternative alleles",
  reason: "an effect, which does not say which of several alternative alleles it is of",
  hint: "give each allele a row of its own, or name the column of the effect allele: columns: { effect_allele: ... }"
}

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
      const sign = direction(row)
      const isEffect = (use: string) => use.endsWith("_beta") && row.cell(use) !== undefined
      const hasEffect = Object.keys(numbers).some(isEffect)
      if (hasEffect && typeof sign === "object") return sign
      if (hasEffect && row.several === true && row.cell("effect_allele") === undefined) return ofSeveral
      const turn = (sign === -1) !== turned
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
        values[use] = turn && use.endsWith("_beta") && value !== 0 ? -value : value
      }
      const reversed = hasEffect && sign === -1
      return { ...values, name: row.cell("signal_id"), dataset: row.cell("dataset") ?? "not stated", reversed }
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
