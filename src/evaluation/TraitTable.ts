/** Traits for colocalisation, as tables: one row per trait and variant, any number of traits in a table. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as Table from "../data/Table.ts"
import { approximateLbf, type Trait } from "./Colocalisation.ts"

export interface Columns {
  /** Names the trait that a row belongs to. */
  readonly group: string
  readonly variant: string
}

/** Rows of a trait, in the table's order. */
const grouped = Effect.fnUntraced(function* (
  text: Table.TextTable,
  columns: Columns
): Effect.fn.Return<ReadonlyMap<string, { variants: Array<string>; rows: Array<number> }>, InputError> {
  const keys = yield* Table.decode(text, { [columns.group]: Table.string(""), [columns.variant]: Table.string("") })
  const groups = new Map<string, { variants: Array<string>; rows: Array<number>; seen: Set<string> }>()
  for (const [index, row] of keys.entries()) {
    const name = row[columns.group]!
    const variant = row[columns.variant]!
    const group = groups.get(name) ?? { variants: [], rows: [], seen: new Set() }
    groups.set(name, group)
    if (group.seen.has(variant)) {
      return yield* new InputError({
        message: `variant ${variant} stands twice in ${name}`,
        file: text.file,
        line: Table.lineOf(text, index),
        hint: "a trait has one row per variant; where one table holds several regions of a trait, give each a name of its own"
      })
    }
    group.seen.add(variant)
    group.variants.push(variant)
    group.rows.push(index)
  }
  return groups
})

/**
 * Log Bayes factors of credible sets: columns `<prefix>1`, `<prefix>2`, ... A set that is 0 for all variants of a trait
 * does not exist in it and is left out.
 */
export const readLbf = Effect.fnUntraced(function* (path: string, columns: Columns & { readonly lbf_prefix: string }) {
  const text = yield* Table.readText(path)
  const sets = text.columns.flatMap((name) => {
    const number = name.startsWith(columns.lbf_prefix) ? name.slice(columns.lbf_prefix.length) : ""
    return /^[1-9]\d*$/u.test(number) ? [{ name, number: Number(number) }] : []
  })
  if (sets.length === 0) {
    return yield* new InputError({
      message: `no column '${columns.lbf_prefix}1', '${columns.lbf_prefix}2', ...`,
      file: path,
      line: text.firstLine - 1,
      hint: `the table has: ${text.columns.join(", ")}`
    })
  }
  const groups = yield* grouped(text, columns)
  const values = yield* Table.decode(text, Object.fromEntries(sets.map(({ name }) => [name, Table.number("")])))
  const wrong = values.findIndex((row) => sets.some((set) => !Number.isFinite(row[set.name])))
  if (wrong !== -1) {
    return yield* new InputError({
      message: "a log Bayes factor is not finite",
      file: path,
      line: Table.lineOf(text, wrong)
    })
  }
  return Array.from(groups, ([name, { variants, rows }]): Trait => ({
    name,
    variants,
    signals: sets
      .map((set) => ({ number: set.number, lbf: Float64Array.from(rows, (row) => values[row]![set.name]!) }))
      .filter(({ lbf }) => lbf.some((value) => value !== 0))
  }))
})

/** Effects and their standard errors, as one signal a trait. Rows without an effect or an error are left out. */
export const readEffects = Effect.fnUntraced(function* (
  path: string,
  columns: Columns & { readonly beta: string; readonly se: string },
  sdPrior: number
) {
  const text = yield* Table.readText(path)
  const values = yield* Table.decode(text, {
    [columns.beta]: Table.nullable(Table.number("")),
    [columns.se]: Table.nullable(Table.number(""))
  })
  for (const name of [columns.beta, columns.se]) {
    if (text.columns.includes(name)) continue
    return yield* Table.missingColumn(text, name)
  }
  const wrong = values.findIndex((row) => {
    const beta = row[columns.beta]
    const se = row[columns.se]
    return (
      (typeof beta === "number" && !Number.isFinite(beta)) || (typeof se === "number" && !(se > 0 && se < Infinity))
    )
  })
  if (wrong !== -1) {
    return yield* new InputError({
      message: `an effect of ${values[wrong]![columns.beta]} with a standard error of ${values[wrong]![columns.se]}`,
      file: path,
      line: Table.lineOf(text, wrong),
      hint: "standard errors are above 0, and both are finite; leave a row without them empty (NA)"
    })
  }
  return Array.from(yield* grouped(text, columns), ([name, { variants, rows }]): Trait => {
    const kept = rows.flatMap((row, index) => {
      const beta = values[row]![columns.beta]
      const se = values[row]![columns.se]
      return typeof beta === "number" && typeof se === "number" ? [{ variant: variants[index]!, beta, se }] : []
    })
    const lbf = approximateLbf({ beta: kept.map(({ beta }) => beta), se: kept.map(({ se }) => se) }, sdPrior)
    return { name, variants: kept.map(({ variant }) => variant), signals: [{ number: 1, lbf }] }
  })
})
