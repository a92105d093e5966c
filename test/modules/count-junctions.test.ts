import { readFileSync, utimesSync, writeFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import countJunctions from "../../modules/count-junctions/stage.ts"
import * as Bam from "../support/bam.ts"
import { file, rejection, rowsOf } from "../support/genome.ts"
import { runStage } from "../support/stage.ts"

const counted = async (alignments: string, params: object = {}) => {
  const { outputs, account } = await runStage(countJunctions, params, { alignments })
  return {
    rows: rowsOf(outputs["junctions"]).map((row) => Object.values(row).join(" ")),
    reads: account.find(({ rows }) => rows === "reads")!
  }
}
const failed = (alignments: string) => rejection(runStage(countJunctions, {}, { alignments }))
const spliced = (more: Partial<Bam.Read> = {}): Bam.Read => ({ cigar: "10M100N10M", start: 50, ...more })

describe("count-junctions", () => {
  it("counts reads in any order, on the strand that their tags say, and accounts for the others", async () => {
    const reads: ReadonlyArray<Bam.Read> = [
      spliced({
        start: 500,
        tags: Buffer.concat([Buffer.from("NMi\0\0\0\0MDZ20\0BCBs\x01\0\0\0\0\0"), Bam.character("XS", "-")])
      }),
      spliced(),
      spliced({ quality: 255 }),
      spliced({ flags: 16, tags: Bam.character("ts", "+") }),
      spliced({ tags: Buffer.from("XSC-") }),
      spliced({ flags: 4, reference: -1, start: -1, cigar: "" }),
      spliced({ flags: 0x100 }),
      spliced({ flags: 0x800 }),
      spliced({ flags: 0x200 }),
      spliced({ flags: 0x400, name: "twice" }),
      { cigar: "20M" }
    ]
    const { rows, reads: account } = await counted(await Bam.bam(reads))
    assert.deepStrictEqual(rows, ["chr1 60 160 - 1", "chr1 60 160 . 3", "chr1 510 610 - 1"])
    assert.deepStrictEqual([account.taken, account.kept], [11, 5])
    assert.deepStrictEqual(
      account.leftOut.map(({ reason, count }) => `${count} ${reason}`),
      [
        "1 unmapped",
        "1 secondary",
        "1 supplementary",
        "1 failed quality checks",
        "1 duplicates",
        "1 without a junction"
      ]
    )
    assert.strictEqual(account.leftOut[4]!.example, "twice")
  })

  it("counts no junction beyond the end of a chromosome", async () => {
    const far = { cigar: "10M2000000000N10M", start: 50 }
    const { rows, reads } = await counted(await Bam.bam([spliced(), far]))
    assert.deepStrictEqual(rows, ["chr1 60 160 . 1"])
    assert.strictEqual(reads.leftOut[0]!.reason, "beyond the end of its chromosome")
  })

  it("takes a skip for a junction where something is aligned on both of its sides", async () => {
    const cigars = ["100N20M", "20M100N", "20M0N20M", "20M50N50N20M", "5S20M100N3I20M"]
    const { rows, reads } = await counted(await Bam.bam(cigars.map((cigar) => ({ cigar, start: 50 }))))
    assert.deepStrictEqual(rows, ["chr1 70 120 . 1", "chr1 70 170 . 1", "chr1 120 170 . 1"])
    assert.deepStrictEqual([reads.taken, reads.kept], [5, 2])
  })

  it("takes what params ask for", async () => {
    const reads = [
      spliced({ quality: 255 }),
      spliced({ quality: 30, flags: 0x400 }),
      spliced({ quality: 3 }),
      spliced({ cigar: "3M100N10M" })
    ]
    const path = await Bam.bam(reads)
    const total = async (params: object) => {
      const { rows } = await counted(path, params)
      return rows.reduce((sum, row) => sum + Number(row.split(" ").at(-1)), 0)
    }
    assert.strictEqual(await total({}), 3)
    assert.strictEqual(await total({ include: ["duplicate"] }), 4)
    assert.strictEqual(await total({ min_quality: 20 }), 2)
    assert.strictEqual(await total({ min_quality: 20, unknown_quality: "drop" }), 1)
    assert.strictEqual(await total({ min_overhang: 10 }), 2)
    assert.strictEqual(await total({ min_reads: 2 }), 2)
  })

  it("reads a CIGAR that stands in a tag, and does not merge two references of one name", async () => {
    const reads = [
      { cigar: "4S900N", start: 50, length: 4, tags: Bam.longCigar("2M100N2M") },
      spliced({ reference: 1 }),
      spliced()
    ]
    const { rows } = await counted(
      await Bam.bam(reads, [
        ["chr1", 100_000],
        ["1", 100_000]
      ])
    )
    assert.deepStrictEqual(rows, ["chr1 52 152 . 1", "chr1 60 160 . 1", "1 60 160 . 1"])
  })

  it("says what a file is that is no BAM file", async () => {
    const bytes = Bam.bytesOf([["chr1", 1000]], [])
    const cases: ReadonlyArray<readonly [string, RegExp]> = [
      [file("in.bam", "CRAM\x03\0rest of it"), /a CRAM file/u],
      [file("in.bam", "@HD\tVN:1.6\n"), /SAM text/u],
      [file("in.bam", "r1\t0\tchr1\t7\t60\t10M\t*\t0\t0\tACGT\t*\n"), /SAM text/u],
      [file("in.bam", gzipSync(bytes)), /plain gzip/u],
      [file("in.bam", ""), /empty/u],
      [await Bam.packed("in.bam", Buffer.from("@HD\tVN:1.6\n")), /SAM text, compressed/u],
      [await Bam.packed("in.bam", Buffer.from("BCF\x02\x02rest of it")), /a BCF file, compressed/u]
    ]
    for (const [path, message] of cases) {
      const error = await failed(path)
      assert.match(error.message, message)
      assert.strictEqual(error.file, path)
      assert.match(error.hint!, /samtools|write it/u)
    }
  })

  it("refuses a file that is cut or damaged, wherever that is", async () => {
    const whole = Bam.bytesOf(
      [["chr1", 100_000]],
      Array.from({ length: 3000 }, () => spliced())
    )
    const path = await Bam.packed("in.bam", whole)
    const bytes = readFileSync(path)
    const second = bytes.readUInt16LE(16) + 1
    for (const [at, message] of [
      [second, /no end-of-file block/u],
      [second + 100, /the file is cut/u],
      [bytes.length - 28, /no end-of-file block/u],
      [bytes.length - 1, /the file is cut/u]
    ] as const) {
      assert.match((await failed(file("in.bam", bytes.subarray(0, at)))).message, message, `${at}`)
    }
    const patched = file("in.bam", Buffer.concat([bytes.subarray(0, second), bytes.subarray(-28)]))
    assert.match((await failed(patched)).message, /the last alignment is not whole/u)
    const damaged = Buffer.from(bytes)
    damaged[second + 40]! ^= 0xff
    assert.match((await failed(file("in.bam", damaged))).message, /damaged|cannot read/u)
    assert.match((await failed(await Bam.packed("in.bam", whole.subarray(0, 20)))).message, /header is not whole/u)
  })

  it("compares an index that is there: under either name, unless it is older", async () => {
    for (const ending of [".bam.bai", ".bai"]) {
      const path = await Bam.bam([spliced(), spliced()])
      const index = path.replace(/\.bam$/u, ending)
      writeFileSync(index, Bam.bai(0, 2))
      assert.deepStrictEqual((await counted(path)).rows, ["chr1 60 160 . 2"])
      writeFileSync(index, Bam.bai(0, 5000))
      const error = await failed(path)
      assert.match(error.message, /the index counts 5000 alignments where the file has 2/u)
      assert.strictEqual(error.file, index)
      writeFileSync(index, Bam.bai(1e6, 2))
      assert.match((await failed(path)).message, /the index reaches beyond the file/u)
      utimesSync(index, 1, 1)
      assert.deepStrictEqual((await counted(path)).rows, ["chr1 60 160 . 2"])
      writeFileSync(index, "\n")
      assert.deepStrictEqual((await counted(path)).rows, ["chr1 60 160 . 2"])
    }
  })
})
