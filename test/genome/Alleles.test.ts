import { assert, describe, it } from "vitest"
import * as Alleles from "../../src/genome/Alleles.ts"
import * as Random from "../../src/core/Random.ts"

const spell = ({ pos, ref, alt }: Alleles.Alleles) => `${pos}_${ref}_${alt}`

/**
 * All spellings of a change that VCF allows, found by trying: the shortest reference allele at the leftmost place whose
 * replacement gives the same sequence.
 */
const byTrying = (sequence: string, changed: string): string => {
  const growth = changed.length - sequence.length
  for (let size = 1; size <= sequence.length; size++) {
    for (let start = 0; start + size <= sequence.length; start++) {
      const length = size + growth
      if (length < 1) continue
      const tail = sequence.slice(start + size)
      if (!changed.startsWith(sequence.slice(0, start)) || changed.slice(start + length) !== tail) continue
      return spell({
        pos: start + 1,
        ref: sequence.slice(start, start + size),
        alt: changed.slice(start, start + length)
      })
    }
  }
  return assert.fail("no spelling")
}

describe("Alleles", () => {
  it("is the leftmost, shortest spelling of every change in repeats", () => {
    const random = Random.make(1, "alleles")
    const letters = (count: number, alphabet: string) =>
      Array.from({ length: count }, () => alphabet[random.int(alphabet.length)]).join("")
    for (let trial = 0; trial < 4000; trial++) {
      const alphabet = trial % 2 === 0 ? "AC" : "ACGT"
      const unit = letters(1 + random.int(3), alphabet)
      const sequence =
        letters(random.int(4), alphabet) + unit.repeat(1 + random.int(4)) + letters(1 + random.int(4), alphabet)
      const start = random.int(sequence.length)
      const ref = sequence.slice(start, start + 1 + random.int(Math.min(6, sequence.length - start)))
      const alt = random.int(3) === 0 ? ref + letters(random.int(4), alphabet) : letters(1 + random.int(6), alphabet)
      if (ref === alt) continue
      const changed = sequence.slice(0, start) + alt + sequence.slice(start + ref.length)
      const found = Alleles.normalise({ pos: start + 1, ref, alt }, { start: 0, bases: sequence }, true)
      assert.strictEqual(found && spell(found), byTrying(sequence, changed), `${sequence} ${start + 1}_${ref}_${alt}`)
    }
  })

  it("keeps the base after a change at the first base of a sequence", () => {
    const of = (ref: string, alt: string) =>
      spell(Alleles.normalise({ pos: 1, ref, alt }, { start: 0, bases: "ACGT" }, true)!)
    assert.strictEqual(of("AC", "C"), "1_AC_C")
    assert.strictEqual(of("A", "TA"), "1_A_TA")
  })

  it("asks for more of the sequence where a repeat goes on", () => {
    const deletion = { pos: 105, ref: "AA", alt: "A" }
    assert.isUndefined(Alleles.normalise(deletion, { start: 102, bases: "AAAAAA" }, false))
    assert.strictEqual(spell(Alleles.normalise(deletion, { start: 100, bases: "CAAAAAAA" }, false)!), "101_CA_C")
  })
})
