import { assert, describe, it } from "vitest"
import * as Tally from "../../src/core/Tally.ts"

const tallies = (write: (ledger: Tally.Ledger) => void): ReadonlyArray<Tally.Tally> => {
  const ledger = Tally.makeLedger()
  write(ledger)
  return ledger.tallies()
}

describe("an account of rows", () => {
  it("counts by reason, with the first example of each", () => {
    const [tally] = tallies((ledger) => {
      const variants = ledger.open("variants")
      variants.take(5)
      variants.keep(2)
      variants.leave("outside the reference", "chr9_5_A_G")
      ledger.open("variants").leave("outside the reference", "chr9_6_A_G")
      variants.leave("symbolic allele", "chr1_7_A_<DEL>")
      variants.note("alleles trimmed", "chr1_8_AG_AT")
    })
    assert.deepStrictEqual(tally, {
      rows: "variants",
      taken: 5,
      kept: 2,
      leftOut: [
        { reason: "outside the reference", count: 2, example: "chr9_5_A_G" },
        { reason: "symbolic allele", count: 1, example: "chr1_7_A_<DEL>" }
      ],
      notes: [{ reason: "alleles trimmed", count: 1, example: "chr1_8_AG_AT" }]
    })
    assert.strictEqual(
      Tally.line(tally!),
      "variants: 2 of 5 kept; left out: 2 outside the reference (chr9_5_A_G), 1 symbolic allele (chr1_7_A_<DEL>); kept, changed: 1 alleles trimmed (chr1_8_AG_AT)"
    )
    assert.isUndefined(Tally.imbalance([tally!]))
  })

  it("shows nothing of what was not given, unless nothing was", () => {
    const account = tallies((ledger) => {
      ledger.open("genes").take()
      ledger.open("genes").keep()
      ledger.open("exons")
    })
    assert.deepStrictEqual(
      Tally.shown(account).map(({ rows }) => rows),
      ["genes"]
    )
    const nothing = tallies((ledger) => void ledger.open("genes"))
    assert.deepStrictEqual(Tally.shown(nothing), nothing)
  })

  it("says when rows are lost, or come from nowhere", () => {
    const lost = tallies((ledger) => ledger.open("genes").take(3))
    assert.include(Tally.imbalance(lost)!.message, "genes does not balance: 3 taken, 0 kept, 0 left out")
    assert.isDefined(Tally.imbalance(tallies((ledger) => ledger.open("genes").keep())))
  })

  it("is merged by what is counted", () => {
    const one = tallies((ledger) => {
      ledger.open("variants").take(2)
      ledger.open("variants").keep(2)
    })
    const two = tallies((ledger) => {
      ledger.open("genes").take()
      ledger.open("genes").keep()
      ledger.open("variants").take()
      ledger.open("variants").leave("no gene", "chr1_1_A_C")
    })
    assert.deepStrictEqual(
      Tally.merge([one, two]).map(({ rows, taken, kept }) => [rows, taken, kept]),
      [
        ["variants", 3, 2],
        ["genes", 1, 1]
      ]
    )
  })

  it("holds no more reasons than a record can bear, and loses no row by that", () => {
    const [tally] = tallies((ledger) => {
      for (let at = 0; at < 1000; at++) ledger.open("rows").leave(`reason ${at}`, "x".repeat(500))
    })
    assert.isAtMost(tally!.leftOut.length, 51)
    assert.strictEqual(Tally.leftOutOf(tally!), 1000)
    assert.isBelow(tally!.leftOut[0]!.example.length, 210)
  })
})

describe("the least that must be kept", () => {
  const account = (kept: number, taken: number) =>
    tallies((ledger) => {
      ledger.open("variants").take(taken)
      ledger.open("variants").keep(kept)
      ledger.open("variants").leave("outside the reference", "chr9_5_A_G", taken - kept)
    })

  it("is one row of any, if not given", () => {
    assert.isUndefined(Tally.shortfall(account(1, 100), undefined))
    assert.isUndefined(Tally.shortfall(account(0, 0), undefined))
    const { message, hint } = Tally.shortfall(account(0, 2), undefined)!
    assert.strictEqual(message, "variants: 0 of 2 kept; left out: 2 outside the reference (chr9_5_A_G)")
    assert.include(hint, "keep_at_least: { variants: 0 }")
  })

  it("is a share where the workflow says so, of all or of what it names", () => {
    assert.isUndefined(Tally.shortfall(account(0, 2), 0))
    assert.isUndefined(Tally.shortfall(account(95, 100), 0.95))
    assert.include(Tally.shortfall(account(94, 100), 0.95)!.hint, "at least 95 % of the variants")
    assert.isUndefined(Tally.shortfall(account(0, 2), { variants: 0 }))
    assert.isDefined(Tally.shortfall(account(94, 100), { variants: 0.95 }))
    assert.include(
      Tally.shortfall(account(9, 9), { varaints: 0 })!.message,
      "'varaints', which the stage does not count"
    )
  })
})
