/** Traits for colocalisation, as tables: one row per trait and variant, any number of traits in a table. */
import * as Effect from "effect/Effect"
import { InputError } from "../core/Failure.ts"
import * as Table from "../data/Table.ts"
import * as Value from "../data/table/Value.ts"
import * as Vcf from "../genome/Vcf.ts"
import { approximateLbf, traitSd, type Trait } from "./Colocalisation.ts"
import * as TraitVcf from "./TraitVcf.ts"

export interface Columns {
  /** Names the trait that a row belongs to. */
  readonly group: string
  readonly variant: string
}

/** Rows that were not used, and one of them. */
export interface Unused {
  readonly reason: string
  readonly count: number
  readonly example: string
}

interface Grouped {
  /** Rows by trait, in the table's order. */
  readonly groups: ReadonlyMap<string, { variants: Array<string>; rows: Array<number> }>
  readonly unused: ReadonlyArray<Unused>
}

const grouped = Effect.fnUntraced(function* (
  text: Table.TextTable,
  columns: Columns,
  isSame: (row: number, other: number) => boolean
): Effect.fn.Return<Grouped, InputError> {
  const unnamed = { reason: "no trait or no variant is named", count: 0, example: "" }
  const repeated = { reason: "repeated, with the same values", count: 0, example: "" }
  const keys = yield* Table.decode(text, { [columns.group]: Table.string(""), [columns.variant]: Table.string("") })
  interface Group {
    readonly variants: Array<string>
    readonly rows: Array<number>
    readonly seen: Map<string, number>
  }
  const groups = new Map<string, Group>()
  for (const [index, row] of keys.entries()) {
    const name = row[columns.group]!
    const variant = row[columns.variant]!
    if (Value.isMissing(name) || Value.isMissing(variant)) {
      unnamed.count++
      unnamed.example ||= `line ${Table.lineOf(text, index)}: ${variant} of ${name}`
      continue
    }
    const group: Group = groups.get(name) ?? { variants: [], rows: [], seen: new Map() }
    groups.set(name, group)
    const before = group.seen.get(variant)
    // eQTL Catalogue has a row for each rsID of a variant.
    if (before !== undefined && isSame(before, index)) {
      repeated.count++
      repeated.example ||= `${variant} of ${name}`
      continue
    }
    if (before !== undefined) {
      return yield* new InputError({
        message: `variant ${variant} stands twice in ${name}`,
        file: text.file,
        line: Table.lineOf(text, index),
        hint: "a trait has one row per variant; where one table holds several regions of a trait, give each a name of its own"
      })
    }
    group.seen.set(variant, index)
    group.variants.push(variant)
    group.rows.push(index)
  }
  return { groups, unused: [unnamed, repeated] }
})

/** The columns of log Bayes factors, with their numbers. */
export const setsIn = (columns: ReadonlyArray<string>, prefix: string) =>
  columns.flatMap((name) => {
    const number = name.startsWith(prefix) ? name.slice(prefix.length) : ""
    return /^[1-9]\d*$/u.test(number) ? [{ name, number: Number(number) }] : []
  })

/** What is said of a table that has none. */
export const noSets = (columns: ReadonlyArray<string>, prefix: string) => ({
  message: `no column '${prefix}1', '${prefix}2', ...`,
  hint: `the table has: ${columns.join(", ")}`
})

/**
 * Log Bayes factors of credible sets: columns `<prefix>1`, `<prefix>2`, ... A set that is 0 for all variants of a trait
 * does not exist in it and is left out.
 */
export const readLbf = Effect.fnUntraced(function* (path: string, columns: Columns & { readonly lbf_prefix: string }) {
  const text = yield* Table.readText(path)
  const sets = setsIn(text.columns, columns.lbf_prefix)
  if (sets.length === 0) {
    return yield* new InputError({ ...noSets(text.columns, columns.lbf_prefix), file: path, line: text.firstLine - 1 })
  }
  const values = yield* Table.decode(text, Object.fromEntries(sets.map(({ name }) => [name, Table.number("")])))
  const wrong = values.findIndex((row) => sets.some((set) => !Number.isFinite(row[set.name])))
  if (wrong !== -1) {
    return yield* new InputError({
      message: "a log Bayes factor is not finite",
      file: path,
      line: Table.lineOf(text, wrong)
    })
  }
  const isSame = (row: number, other: number) => sets.every(({ name }) => values[row]![name] === values[other]![name])
  const { groups, unused } = yield* grouped(text, columns, isSame)
  const traits = Array.from(groups, ([name, { variants, rows }]): Trait => ({
    name,
    variants,
    signals: sets
      .map((set) => ({ number: set.number, lbf: Float64Array.from(rows, (row) => values[row]![set.name]!) }))
      .filter(({ lbf }) => lbf.some((value) => value !== 0))
  }))
  return { traits, unused }
})

export interface EffectColumns extends Columns {
  readonly beta: string
  readonly se: string
  /** Sample size and allele frequency, for the trait's standard deviation; may be absent. */
  readonly n: string
  readonly maf: string
}

/** How wide effects are before the data: 0.15 standard deviations of a measured trait, 0.2 of a log odds ratio (coloc). */
const usualPriors = { quant: 0.15, cc: 0.2 } as const

export interface EffectPrior {
  readonly type: keyof typeof usualPriors
  /** In the units of the effects; else by the type. */
  readonly sd: number | undefined
}

type Values = Readonly<Record<string, number | null>>

/** What is wrong with the numbers of a row. */
const effectFault = (row: Values, { beta, se, n, maf }: EffectColumns) => {
  const [effect, error, size, share] = [row[beta], row[se], row[n], row[maf]]
  const given = (value: number | null | undefined) => value !== null && value !== undefined
  if ((given(effect) && !Number.isFinite(effect)) || (given(error) && !(error! > 0 && error! < Infinity))) {
    return {
      message: `an effect of ${effect} with a standard error of ${error}`,
      hint: "standard errors are above 0, and both are finite; leave a row without them empty (NA)"
    }
  }
  if (given(size) && !(size! > 0 && size! < Infinity)) return { message: `column '${n}': ${size} is not a sample size` }
  return given(share) && !(share! >= 0 && share! <= 1)
    ? { message: `column '${maf}': ${share} is not a frequency from 0 to 1` }
    : undefined
}

/**
 * The prior standard deviation of a trait's effects. That of a measured trait is 0.15 of its own, which is estimated where
 * sizes and frequencies are there and else taken as 1.
 */
const priorOf = (
  rows: ReadonlyArray<{ readonly se: number; readonly n: number | null; readonly maf: number | null }>,
  { type, sd }: EffectPrior
): { readonly sd: number; readonly estimated: boolean } => {
  if (sd !== undefined) return { sd, estimated: false }
  const whole = rows.flatMap(({ se, n, maf }) => (n === null || maf === null ? [] : [{ se, n, maf }]))
  const own = type === "quant" && whole.length > 0 ? traitSd(whole) : Number.NaN
  return own > 0 && own < Infinity
    ? { sd: usualPriors[type] * own, estimated: true }
    : { sd: usualPriors[type], estimated: false }
}

export interface Effects {
  readonly traits: ReadonlyArray<Trait>
  readonly unused: ReadonlyArray<Unused>
  /** Traits whose prior was not estimated, although none was given. */
  readonly unscaled: ReadonlyArray<string>
}

/** Effects and their standard errors, as one signal a trait, of a table or a GWAS-VCF. */
export const readEffects = Effect.fnUntraced(function* (
  path: string,
  columns: EffectColumns,
  prior: EffectPrior
): Effect.fn.Return<Effects, InputError> {
  const text = yield* (yield* Vcf.isVcf(path)) ? TraitVcf.read(path, columns) : Table.readText(path)
  const { beta, se, n, maf } = columns
  for (const name of [beta, se]) if (!text.columns.includes(name)) return yield* Table.missingColumn(text, name)
  const number = Table.nullable(Table.number(""))
  const values: ReadonlyArray<Values> = yield* Table.decode(text, {
    [beta]: number,
    [se]: number,
    [n]: number,
    [maf]: number
  })
  for (const [index, row] of values.entries()) {
    const fault = effectFault(row, columns)
    if (fault !== undefined) {
      return yield* new InputError({ ...fault, file: path, line: Table.lineOf(text, index) })
    }
  }
  const unscaled: Array<string> = []
  const without = { reason: "no effect or no standard error", count: 0, example: "" }
  const isSame = (row: number, other: number) =>
    [beta, se, n, maf].every((name) => values[row]![name] === values[other]![name])
  const { groups, unused } = yield* grouped(text, columns, isSame)
  const traits = Array.from(groups, ([name, { variants, rows }]): Trait => {
    const kept = rows.flatMap((row, index) => {
      const [effect, error] = [values[row]![beta], values[row]![se]]
      const variant = variants[index]!
      if (typeof effect === "number" && typeof error === "number") {
        return [{ variant, beta: effect, se: error, n: values[row]![n]!, maf: values[row]![maf]! }]
      }
      without.count++
      without.example ||= `${variant} of ${name}`
      return []
    })
    const { sd, estimated } = priorOf(kept, prior)
    if (!estimated && prior.sd === undefined && prior.type === "quant") unscaled.push(name)
    const lbf = approximateLbf({ beta: kept.map((row) => row.beta), se: kept.map((row) => row.se) }, sd)
    return { name, variants: kept.map(({ variant }) => variant), signals: [{ number: 1, lbf }], sdPrior: sd }
  })
  return { traits, unused: [...unused, without], unscaled }
})
