import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import * as Bed from "../../src/genome/Bed.ts"
import { file } from "../support/genome.ts"

describe("Bed", () => {
  it("reads 3 to 6 columns and skips what is no interval", async () => {
    const text = "track name=x\n#c\nchr1\t0\t10\n2\t5\t7\tpeak\t0\t-\nchr3\t1\t2\tname\n"
    assert.deepStrictEqual(await Effect.runPromise(Bed.read(file("x.bed", text))), [
      { line: 3, chrom: "chr1", start: 0, end: 10, name: undefined, strand: "." },
      { line: 4, chrom: "chr2", start: 5, end: 7, name: "peak", strand: "-" },
      { line: 5, chrom: "chr3", start: 1, end: 2, name: "name", strand: "." }
    ])
  })

  it("names the line of a fault", async () => {
    for (const [row, message] of [
      ["chr1 0 10", /fewer than 3 fields/u],
      ["chr1\t-1\t10", /start '-1'/u],
      ["chr1\t1.5\t10", /start '1.5'/u],
      ["chr1\t10\t10", /empty: end 10 is not above start 10/u],
      ["chr1\t1\t10\tx\t0\t*", /strand '\*'/u]
    ] as const) {
      const error = await Effect.runPromise(Effect.flip(Bed.read(file("x.bed", `chr1\t0\t1\n${row}\n`))))
      assert.match(error.message, message)
      assert.strictEqual(error.line, 2)
    }
  })
})
