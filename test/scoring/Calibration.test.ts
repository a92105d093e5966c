import * as Result from "effect/Result"
import { assert, describe, it } from "vitest"
import * as Calibration from "../../src/scoring/Calibration.ts"

/**
 * Written by Google's protobuf for Python: of the log fold change quantiles -2 -1 0 0 3 and -1 -0.5 0.25 0.5 1 for the
 * tracks liver + and liver -, at -0.99 -0.5 0 0.5 0.99; of the contact map 0 1 2 at 0 0.5 1.
 */
const bytes = Buffer.from(
  "CjsKEkNvbnRhY3RNYXBTY29yZXIoKRIlCgwAAAAAAACAPwAAAEASDAAAAAAAAAA/AACAPxoHCgUKAXgQAwqRAQorR2VuZU1hc2tMRkNTY29yZXIocmVxdWVzdGVkX291dHB1dD1STkFfU0VRKRJiCigAAADAAACAvwAAAAAAAAAAAABAQAAAgL8AAAC/AACAPgAAAD8AAIA/EhSkcH2/AAAAvwAAAAAAAAA/pHB9PxogCg4KBWxpdmVyEAF1AAAAPwoOCgVsaXZlchACdQAAAD8=",
  "base64"
)
const lfc = "GeneMaskLFCScorer(requested_output=RNA_SEQ)"

describe("Calibration", () => {
  it("finds the quantile of a score, the first of equal ones", () => {
    const table = Result.getOrThrow(Calibration.decode(bytes))
    assert.deepStrictEqual([...table.keys()].sort(), ["ContactMapScorer()", lfc])
    // As numpy's searchsorted finds them, on the left side.
    const expected = {
      "+": { "-5": -0.99, "-2": -0.99, "-1.5": -0.5, "-1": -0.5, "0": 0, "0.1": 0.99, "3": 0.99, "9": 0.99 },
      "-": { "-5": -0.99, "-1": -0.99, "0": 0, "0.1": 0, "0.3": 0.5, "3": 0.99 }
    }
    for (const [strand, of] of Object.entries(expected)) {
      for (const [score, quantile] of Object.entries(of)) {
        const found = Calibration.quantile(table, lfc, { name: "liver", strand }, Number(score))
        assert.strictEqual(found, Math.fround(quantile), `${strand} ${score}`)
      }
    }
    assert.isNaN(Calibration.quantile(table, lfc, { name: "liver", strand: "+" }, Number.NaN))
    assert.strictEqual(Calibration.quantile(table, "ContactMapScorer()", { name: "x", strand: "." }, 0.5), 0.5)
    assert.isUndefined(Calibration.quantile(table, lfc, { name: "lung", strand: "+" }, 0))
    assert.isUndefined(Calibration.quantile(table, "SpliceJunctionScorer()", { name: "liver", strand: "+" }, 0))
  })

  it("says what is wrong with a damaged table", () => {
    const fault = (damaged: Uint8Array) => {
      const decoded = Calibration.decode(damaged)
      return decoded._tag === "Failure" ? decoded.failure : undefined
    }
    for (let length = 1; length < bytes.length; length++) {
      const said = fault(bytes.subarray(0, length))
      // Cut between its two scorers, it is a table of one.
      if (length !== 61) assert.isString(said, `${length}`)
    }
    assert.strictEqual(fault(Buffer.from("not protobuf")), "a field reaches beyond its end")
    const short = Buffer.from(bytes)
    // Length of the first scorer's quantiles: 8 bytes where there are 12.
    short[25] = 8
    assert.isString(fault(short))
  })
})
