/** Rows and columns of a table, chosen, renamed and put together, row by row. */
import * as Result from "effect/Result"
import * as Printable from "../../core/Printable.ts"
import * as Random from "../../core/Random.ts"
import * as Suggest from "../../core/Suggest.ts"
import * as Header from "./Header.ts"
import * as Value from "./Value.ts"

export interface Selection {
  /** By column: the values of rows to keep. */
  readonly where: { readonly [column: string]: ReadonlyArray<string> }
  /** By new name: a column, or a text with columns in braces (`chr{chromosome}_{position}`). */
  readonly columns: { readonly [name: string]: string }
  /** By new name: the text of every row. */
  readonly add: { readonly [name: string]: string }
  /** By new name: what each text becomes; rows with another text are left out. */
  readonly values: { readonly [name: string]: { readonly [text: string]: string } }
  /** New columns whose numbers change their sign. */
  readonly negate: ReadonlyArray<string>
}

/** What becomes of a row: its new cells, why it is left out, or what is wrong with it. */
export type Selected =
  /** `missing`: new columns that are missing because they would be put together of a missing value. */
  | { readonly cells: ReadonlyArray<string>; readonly missing: ReadonlyArray<string> }
  | { readonly reason: string }
  | { readonly message: string }

export interface Selector {
  readonly columns: ReadonlyArray<string>
  readonly of: (cells: ReadonlyArray<string>) => Selected
}

/** A template as its texts and the columns between them: one text more than columns. */
const parse = (template: string, columns: ReadonlyArray<string>): { texts: Array<string>; names: Array<string> } =>
  columns.includes(template)
    ? { texts: ["", ""], names: [template] }
    : {
        texts: template.split(/\{[^{}]*\}/u),
        names: Array.from(template.matchAll(/\{([^{}]*)\}/gu), ([, name]) => name!)
      }

/** A dot is a text like any other where texts are put together: a strand, say. */
const isAbsent = (text: string): boolean => text !== "." && Value.isMissing(text)

/** Undefined of what is no number; a zero has no sign. */
const negated = (text: string): string | undefined =>
  Value.isMissing(text) || /^[+-]?[0.]+$/u.test(text)
    ? text
    : Value.number(text) === undefined
      ? undefined
      : text.startsWith("-")
        ? text.slice(1)
        : `-${text.replace(/^\+/u, "")}`

/** The columns that a template names: itself, or those in its braces. */
export const columnsIn = (template: string): ReadonlyArray<string> => {
  const { names } = parse(template, [])
  return names.length === 0 ? [template] : names
}

/** What a selection contradicts in itself: it recodes, turns or samples columns that it does not make. */
export const problems = (
  { columns, add, values, negate }: Omit<Selection, "where">,
  sample: { readonly column: string } | undefined
) => {
  const names = [...Object.keys(columns), ...Object.keys(add)]
  const named: ReadonlyArray<readonly [name: string, at: readonly [string, ...ReadonlyArray<string | number>]]> = [
    ...Object.keys(values).map((name) => [name, ["values", name]] as const),
    ...negate.map((name, index) => [name, ["negate", index]] as const),
    ...(sample === undefined ? [] : [[sample.column, ["sample", "column"]] as const])
  ]
  const twice = Object.keys(add).filter((name) => Object.hasOwn(columns, name))
  return [
    ...named
      .filter(([name]) => !names.includes(name))
      .map(([name, at]) => ({
        at,
        message: `'${name}' is none of the new columns`,
        hint: Suggest.hint(name, names, "columns")
      })),
    ...twice.map((name) => ({ at: ["add", name] as const, message: `'${name}' is among 'columns' too` }))
  ]
}

/** The failure names a column that is not there, and what was perhaps meant. */
export const compile = (
  from: ReadonlyArray<string>,
  { where, columns, add, values, negate }: Selection
): Result.Result<Selector, Header.Fault> => {
  const names = [...Object.keys(columns), ...Object.keys(add)]
  const templates = Object.entries(columns).map(([name, template]) => ({ name, ...parse(template, from) }))
  const constant = templates.find((template) => template.names.length === 0)
  const needed = [
    ...Object.keys(where),
    ...templates.flatMap((template) => template.names),
    ...(constant === undefined ? [] : [columns[constant.name]!])
  ]
  const absent = needed.find((name) => !from.includes(name))
  if (absent !== undefined) return Result.fail(Header.missing([absent], from))
  const at = (name: string) => from.indexOf(name)
  const filters = Object.entries(where).map(([name, kept]) => ({ name, at: at(name), kept: new Set(kept) }))
  const makers = templates.map(({ name, texts, names: parts }) => {
    const places = parts.map(at)
    const replace = values[name] === undefined ? undefined : new Map(Object.entries(values[name]))
    return {
      name,
      texts,
      places,
      replace,
      negate: negate.includes(name),
      isTogether: texts.some((text) => text !== "") || parts.length > 1
    }
  })
  const constants = Object.values(add)
  const of = (cells: ReadonlyArray<string>): Selected => {
    for (const filter of filters) {
      if (!filter.kept.has(cells[filter.at]!)) return { reason: `not kept by 'where' (${filter.name})` }
    }
    const made: Array<string> = []
    const missing: Array<string> = []
    for (const { name, texts, places, replace, negate: turned, isTogether } of makers) {
      let text = texts[0]!
      for (let part = 0; part < places.length; part++) text += cells[places[part]!]! + texts[part + 1]!
      if (isTogether && places.some((place) => isAbsent(cells[place]!))) {
        text = "NA"
        missing.push(name)
      }
      const value = replace === undefined ? text : replace.get(text)
      if (value === undefined) return { reason: `no entry in 'values' (${name})` }
      const result = turned ? negated(value) : value
      if (result === undefined) {
        return {
          message: `column '${name}': ${Printable.quoted(value)} where a number is expected, to change its sign`
        }
      }
      made.push(result)
    }
    made.push(...constants)
    return { cells: made, missing }
  }
  return Result.succeed({ columns: names, of })
}

/** So many of the indices, in their order. */
const chosen = (indices: ReadonlyArray<number>, count: number, random: Random.Random): ReadonlyArray<number> => {
  const pool = [...indices]
  for (let at = 0; at < Math.min(count, pool.length); at++) {
    const other = at + random.int(pool.length - at)
    ;[pool[at], pool[other]] = [pool[other]!, pool[at]!]
  }
  return pool.slice(0, count)
}

/**
 * Of each of some values, at most so many rows, chosen by the seed. Is given the value of each row that is selected, in
 * order; tells then which of these rows are left out.
 */
export const sampler = (rows: { readonly [value: string]: number }, seed: number) => {
  const places = new Map(Object.keys(rows).map((value) => [value, [] as Array<number>] as const))
  let height = 0
  return {
    add: (value: string): void => {
      places.get(value)?.push(height)
      height++
    },
    leftOut: (): ReadonlySet<number> => {
      const out = new Set<number>()
      for (const [value, indices] of places) {
        const kept = new Set(chosen(indices, rows[value]!, Random.make(seed, `sample/${value}`)))
        for (const index of indices) if (!kept.has(index)) out.add(index)
      }
      return out
    }
  }
}
