/**
 * Which rows of two tables are about the same thing. Keys are compared exactly; where a table has no row of a key, its
 * other forms are tried (another spelling of the same variant, say), and what they find is counted apart.
 */

import { HashTable } from "./HashTable.ts"
import type { Entry, KeyIndex } from "./KeyIndex.ts"

/** The cells of a key as one text, different for different cells: one with a blank within it stands in quotes. */
export const keyOf = (cells: ReadonlyArray<string>): string =>
  cells.length === 1
    ? cells[0]!
    : cells.map((cell) => (cell === "" || /[ "]/u.test(cell) ? JSON.stringify(cell) : cell)).join(" ")

/** The cells that such a text is of. */
export const cellsOf = (key: string): ReadonlyArray<string> =>
  (key.match(/"(?:[^"\\]|\\.)*"|[^ ]+/gu) ?? []).map((cell) => {
    try {
      return cell.startsWith('"') ? String(JSON.parse(cell)) : cell
    } catch {
      return cell
    }
  })

/** How a key may be written otherwise, as texts that are the same for the same thing; undefined where it may not. */
export interface Forms {
  readonly form: string
  /** The form that it has where its two alleles have changed places. */
  readonly turned: string | undefined
  /** Keys whose marks differ (genome builds) are not the same thing; one without a mark may be. */
  readonly mark: string | undefined
}
export type FormsOf = (cells: ReadonlyArray<string>) => Forms | undefined

export interface Side {
  /** Key columns of each row, in an order that is the same on both sides. */
  readonly keys: Iterable<ReadonlyArray<string>>
  readonly formsOf: FormsOf
}

export type How = "same" | "form" | "turned"

export interface Match {
  /** The key in the table that is looked into. */
  readonly key: string
  readonly how: How
}

export interface Lookup {
  /** Undefined where the table has no row of the key, or several keys that may be meant. */
  readonly find: (cells: ReadonlyArray<string>) => Match | undefined
}

interface Known {
  readonly key: string
  readonly mark: string | undefined
  /** Another key has the same form: neither is taken. */
  readonly several: boolean
}

/** Finds keys among those of a table. `formsOf`: of the keys that are looked for. */
export const lookup = (table: Side, formsOf: FormsOf): Lookup => {
  const keys = new Map<string, ReadonlyArray<string>>()
  for (const cells of table.keys) keys.set(keyOf(cells), cells)
  let forms: Map<string, Known> | undefined
  const byForm = () => {
    if (forms !== undefined) return forms
    forms = new Map()
    for (const [key, cells] of keys) {
      const found = table.formsOf(cells)
      if (found !== undefined) forms.set(found.form, { key, mark: found.mark, several: forms.has(found.form) })
    }
    return forms
  }
  const known = (form: string | undefined, mark: string | undefined): string | undefined => {
    const found = form === undefined ? undefined : byForm().get(form)
    const unlike = mark !== undefined && found?.mark !== undefined && mark !== found.mark
    return found === undefined || found.several || unlike ? undefined : found.key
  }
  return {
    find: (cells) => {
      const exact = keyOf(cells)
      if (keys.has(exact)) return { key: exact, how: "same" }
      const own = formsOf(cells)
      if (own === undefined) return undefined
      const same = known(own.form, own.mark)
      if (same !== undefined) return { key: same, how: "form" }
      const turned = known(own.turned, own.mark)
      return turned === undefined ? undefined : { key: turned, how: "turned" }
    }
  }
}

/** How a left row without an equal key finds its partner. */
export interface Found {
  readonly entry: Entry
  readonly how: Exclude<How, "same">
}

/**
 * Finds keys in an index by their other forms, as {@link lookup} does. Only hashes of the forms are kept, which takes some
 * 12 bytes a row: made when they are first needed, because where all keys are equal they never are.
 */
export const formsIn = (index: KeyIndex, formsOf: FormsOf): ((cells: ReadonlyArray<string>) => Found | undefined) => {
  const ofEntry = (entry: Entry) => formsOf(index.texts(entry))
  const isOf = (form: string) => (entry: Entry) => ofEntry(entry)?.form === form
  const several = new Set<Entry>()
  let forms: HashTable | undefined
  const byForm = (): HashTable => {
    if (forms !== undefined) return forms
    forms = new HashTable(index.size)
    for (const entry of index.entries()) {
      const form = ofEntry(entry)?.form
      if (form === undefined) continue
      const known = forms.add(form, entry, isOf(form))
      if (known !== undefined) several.add(known)
    }
    return forms
  }
  const known = (form: string | undefined, mark: string | undefined): Entry | undefined => {
    const entry = form === undefined ? undefined : byForm().find(form, isOf(form))
    if (entry === undefined || several.has(entry)) return undefined
    const other = mark === undefined ? undefined : ofEntry(entry)?.mark
    return other !== undefined && other !== mark ? undefined : entry
  }
  return (cells) => {
    const own = formsOf(cells)
    if (own === undefined) return undefined
    const same = known(own.form, own.mark)
    if (same !== undefined) return { entry: same, how: "form" }
    const turned = known(own.turned, own.mark)
    return turned === undefined ? undefined : { entry: turned, how: "turned" }
  }
}

/** The same text for keys that any of their forms brings together: by it rows belong to a part of a join. */
export const groupOf = (cells: ReadonlyArray<string>, formsOf: FormsOf): string => {
  const found = formsOf(cells)
  if (found === undefined) return keyOf(cells)
  const { form, turned = form } = found
  return form < turned ? form : turned
}
