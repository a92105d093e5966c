import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import * as Bed from "../../src/genome/Bed.ts"
import { file } from "../support/genome.ts"

describe("Bed", () => {
  it("reads 3 to 6 columns and skips what is no interval", async () => {
    const text = "track name=x\n#c\nchr1\t0\t10\n2\t5\t7\tpeak\t0\t-\nchr3\t1\t2\tname\n"
    assert.deepStrictEqual(await Effect.runPromise(Bed.read(file("x.bed", text))), [
      { line: 3, chrom: "chr1", written: "chr1", start: 0, end: 10, name: undefined, strand: "." },
      { line: 4, chrom: "chr2", written: "2", start: 5, end: 7, name: "peak", strand: "-" },
      { line: 5, chrom: "chr3", written: "chr3", start: 1, end: 2, name: "name", strand: "." }
    ])
  })

  it("reads what others write: blanks, CR LF, a byte order mark, BED12", async () => {
    const bed12 = "chr1\t10\t90\tt\t0\t+\t10\t90\t0\t2\t5,5,\t0,75,"
    const places = async (text: string) =>
      (await Effect.runPromise(Bed.read(file("x.bed", text)))).map(({ chrom, start, end, strand }) =>
        [chrom, start, end, strand].join(" ")
      )
    assert.deepStrictEqual(await places("browser position chr1:1-9\nchr1 0 10\ntrack_1  5   7\n\n \n"), [
      "chr1 0 10 .",
      "track_1 5 7 ."
    ])
    assert.deepStrictEqual(await places(`\ufeff${bed12}\r\n`), ["chr1 10 90 +"])
  })

  it("takes a dot for no name, as peaks have it", async () => {
    const [record] = await Effect.runPromise(Bed.read(file("x.narrowPeak", "chr1\t0\t10\t.\t0\t.\t5\t3\t2\t5\n")))
    assert.isUndefined(record!.name)
  })

  it("names the line of a fault", async () => {
    for (const [row, message] of [
      ["chr1 0", /fewer than 3 fields/u],
      ["chrom\tstart\tend", /start 'start'/u],
      ["chr1\t1,000\t2,000", /start '1,000'/u],
      ["chr1\t1e3\t2000", /start '1e3'/u],
      ["chr1\t0x1\t2000", /start '0x1'/u],
      ["chr1\t\t2000", /start ''/u],
      ["\t1\t2000", /the chromosome is empty/u],
      ["chr1\t10\t9", /start 10 is above end 9/u],
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

  it("does not take a file without intervals", async () => {
    const error = await Effect.runPromise(Effect.flip(Bed.read(file("x.bed", "#chrom\tstart\tend\n"))))
    assert.match(error.message, /no interval in the file/u)
  })
})
