/**
 * Variants that two traits have in common, in any spelling and either order of their alleles: a Bayes factor is the same of
 * either. What became of each variant is kept for the account.
 */
import type { Shared, Trait } from "./Colocalisation.ts"
import type { Forms, FormsOf } from "../data/table/Join.ts"
import type { Book } from "../core/Tally.ts"
import * as VariantForms from "../genome/VariantForms.ts"

const formsOf: FormsOf = VariantForms.of(["variant"])

/** A trait whose variants are read as such once, although it is compared with many. */
export interface Named {
  readonly trait: Trait
  readonly forms: ReadonlyArray<Forms>
  /** Place of a variant by its form; -1 where two have it. */
  readonly places: ReadonlyMap<string, number>
  /** For each variant, how it was found in another trait. */
  readonly found: Array<How | undefined>
}

type How = "same" | "respelled" | "turned"

export const of = (trait: Trait): Named => {
  const forms = trait.variants.map(
    (variant): Forms => formsOf([variant]) ?? { form: variant, turned: undefined, mark: undefined }
  )
  const places = new Map<string, number>()
  for (const [at, { form }] of forms.entries()) places.set(form, places.has(form) ? -1 : at)
  return { trait, forms, places, found: trait.variants.map(() => undefined) }
}

export const between = (one: Named, other: Named): ReadonlyArray<Shared> => {
  const shared: Array<Shared> = []
  const taken = new Set<number>()
  const take = (first: number, form: string | undefined, how: How): boolean => {
    const second = form === undefined ? undefined : other.places.get(form)
    if (second === undefined || second === -1 || taken.has(second)) return false
    const [mark, mark2] = [one.forms[first]!.mark, other.forms[second]!.mark]
    if (mark !== undefined && mark2 !== undefined && mark !== mark2) return false
    const same = how === "turned" || one.trait.variants[first] === other.trait.variants[second] ? how : "respelled"
    taken.add(second)
    shared.push({ first, second })
    one.found[first] = same
    other.found[second] = same
    return true
  }
  const left = one.forms.flatMap(({ form }, first) => (take(first, form, "same") ? [] : [first]))
  for (const first of left) take(first, one.forms[first]!.turned, "turned")
  return shared.sort((a, b) => a.first - b.first)
}

/** Says of the variants of a trait which others had. */
export const account = (book: Book, { trait, found }: Named, other: string): void => {
  book.take(trait.variants.length)
  for (const [at, how] of found.entries()) {
    const variant = `${trait.variants[at]!} of ${trait.name}`
    if (how === undefined) {
      book.leave(
        trait.signals.length === 0 ? "of a trait without a credible set" : `not in the ${other} table`,
        variant
      )
      continue
    }
    book.keep()
    if (how === "turned") book.note(`alleles in the other order in the ${other} table`, variant)
    if (how === "respelled") book.note(`written in another way in the ${other} table`, variant)
  }
}
