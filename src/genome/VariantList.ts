/** Variants gathered in any order and with repeats, by columns: millions fit into little memory. */
import * as Interval from "./Interval.ts"
import type { Found } from "./Identity.ts"
import * as Variant from "./Variant.ts"

export interface Sorted {
  /** Unique, in genome order. */
  readonly size: number
  readonly rows: () => Generator<Variant.Variant>
  /** The place of a variant among them, by the number that `add` gave. */
  readonly rank: (number: number) => number
  /** How many of those added were there already: spelled the same way in the file, and in another. */
  readonly repeats: { readonly same: Repeat; readonly respelled: Repeat }
}

export interface Repeat {
  readonly count: number
  /** Id of one of them. */
  readonly example: string
}

export interface VariantList {
  /** Gives its number, counted from 0. */
  readonly add: (found: Found) => number
  readonly id: (number: number) => string
  readonly sorted: () => Sorted
}

/** A text that does not keep the whole line it was cut out of in memory. */
const compact = (text: string): string => (text.length < 13 ? text : Buffer.from(text, "latin1").toString("latin1"))

export const make = (): VariantList => {
  const chroms: Array<number> = []
  const positions: Array<number> = []
  const refs: Array<string> = []
  const alts: Array<string> = []
  const respelled: Array<boolean> = []
  const numbers = new Map<string, number>()
  const names: Array<string> = []
  let [lastChrom, lastNumber] = ["", -1]

  const numberOf = (chrom: string): number => {
    if (chrom === lastChrom) return lastNumber
    let known = numbers.get(chrom)
    if (known === undefined) {
      numbers.set(chrom, (known = names.length))
      names.push(chrom)
    }
    ;[lastChrom, lastNumber] = [chrom, known]
    return known
  }

  const id = (number: number): string =>
    Variant.idOf(names[chroms[number]!]!, positions[number]!, refs[number]!, alts[number]!)

  const sorted = (): Sorted => {
    const byName = names.map((name, number) => ({ interval: { chrom: name, start: 0, end: 0 }, number }))
    const ranks = new Uint32Array(names.length)
    byName.sort((a, b) => Interval.compare(a.interval, b.interval))
    for (const [rank, { number }] of byName.entries()) ranks[number] = rank
    const compare = (a: number, b: number): number =>
      ranks[chroms[a]!]! - ranks[chroms[b]!]! ||
      positions[a]! - positions[b]! ||
      refs[a]!.length - refs[b]!.length ||
      (alts[a] === alts[b] ? 0 : alts[a]! < alts[b]! ? -1 : 1) ||
      (refs[a] === refs[b] ? a - b : refs[a]! < refs[b]! ? -1 : 1)
    const order = new Uint32Array(chroms.length)
    let isSorted = true
    for (let number = 0; number < order.length; number++) {
      order[number] = number
      isSorted &&= number === 0 || compare(number - 1, number) <= 0
    }
    if (!isSorted) order.sort(compare)

    const equal = (a: number, b: number): boolean =>
      chroms[a] === chroms[b] && positions[a] === positions[b] && refs[a] === refs[b] && alts[a] === alts[b]
    const places = new Uint32Array(chroms.length)
    const counts = { same: 0, respelled: 0 }
    const examples = { same: "", respelled: "" }
    let size = 0
    for (let at = 0, first = -1; at < order.length; at++) {
      const number = order[at]!
      if (first >= 0 && equal(order[first]!, number)) {
        const how = respelled[number] === respelled[order[first]!] ? "same" : "respelled"
        counts[how]++
        if (examples[how] === "") examples[how] = id(number)
      } else {
        order[size] = number
        first = size++
      }
      places[number] = size - 1
    }
    return {
      size,
      rank: (number) => places[number]!,
      repeats: {
        same: { count: counts.same, example: examples.same },
        respelled: { count: counts.respelled, example: examples.respelled }
      },
      *rows() {
        for (let at = 0; at < size; at++) {
          const number = order[at]!
          const variant_id = id(number)
          const [chrom, pos] = [names[chroms[number]!]!, positions[number]!]
          yield { variant_id, chrom, pos, ref: refs[number]!, alt: alts[number]! }
        }
      }
    }
  }

  return {
    add: (found) => {
      chroms.push(numberOf(found.chrom))
      positions.push(found.pos)
      refs.push(compact(found.ref))
      alts.push(compact(found.alt))
      return respelled.push(found.respelled) - 1
    },
    id,
    sorted
  }
}
