import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs"
import { gunzipSync, gzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import type { InputError } from "../../src/core/Failure.ts"
import * as Random from "../../src/core/Random.ts"
import * as Bgzip from "../../src/genome/Bgzip.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as FastaIndex from "../../src/genome/FastaIndex.ts"
import * as FastaText from "../../src/genome/FastaText.ts"
import { file } from "../support/genome.ts"

const text = ">chr1 first\nACGTNacgtn\nGGGGGCCCCC\nAT\n>2\nTTTTTTTTTT\n>chr7:101-112\nACGTACGTAC\nGT\n"
/** The same text compressed by `bgzip`, and what `samtools faidx` makes of it. */
const bgzipped =
  "H4sIBAAAAAAA/wYAQkMCAFsAs0vOKDJUSMssKi7hcnR2D/FLTE4vyeNyd3d3d3d2dnZ25nIM4bIz4gqBAy675IwicytDA0NdQ0MjsCYI5nIP4QIA/uYVWk8AAAAfiwgEAAAAAAD/BgBCQwIAGwADAAAAAAAAAAAA"
const fai = "chr1\t22\t12\t10\t11\n2\t10\t40\t10\t11\nchr7:101-112\t12\t65\t10\t11\n"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))
const failure = <A>(effect: Effect.Effect<A, InputError, Scope.Scope>): Promise<InputError> => run(Effect.flip(effect))
const fetch = (path: string, chrom: string, start: number, end: number) =>
  run(Effect.flatMap(Fasta.open(path), (fasta) => fasta.fetch({ chrom, start, end })))

describe("Fasta", () => {
  for (const [kind, path] of [
    ["plain", file("f.fa", text)],
    ["bgzip", file("f.fa.gz", Buffer.from(bgzipped, "base64"))],
    ["CRLF", file("f.fa", text.replaceAll("\n", "\r\n"))]
  ] as const) {
    it(`reads ${kind}: across lines, upper case, N outside`, async () => {
      assert.deepStrictEqual(await fetch(path, "chr1", 4, 15), { sequence: "NACGTNGGGGG", padded: 0 })
      assert.deepStrictEqual(await fetch(path, "1", -3, 2), { sequence: "NNNAC", padded: 3 })
      assert.deepStrictEqual(await fetch(path, "chr1", 19, 25), { sequence: "CATNNN", padded: 3 })
      assert.deepStrictEqual(await fetch(path, "chr2", 8, 10), { sequence: "TT", padded: 0 })
      assert.deepStrictEqual(await fetch(path, "chr1", 30, 33), { sequence: "NNN", padded: 3 })
    })

    it(`gives ${kind} regions their true coordinates`, async () => {
      assert.deepStrictEqual(await fetch(path, "chr7", 98, 114), { sequence: "NNACGTACGTACGTNN", padded: 4 })
    })
  }

  it("knows what it holds", async () => {
    const { pieces, covers } = await run(Fasta.open(file("f.fa", text)))
    assert.deepStrictEqual(
      pieces.map(({ chrom, start, end }) => [chrom, start, end]),
      [
        ["chr1", 0, 22],
        ["chr2", 0, 10],
        ["chr7", 100, 112]
      ]
    )
    assert.isTrue(covers({ chrom: "chr7", start: 100, end: 112 }))
    assert.isFalse(covers({ chrom: "chr7", start: 99, end: 112 }))
    assert.isFalse(covers({ chrom: "chr3", start: 0, end: 1 }))
  })

  it("names the fault", async () => {
    const unknown = await failure(
      Effect.flatMap(Fasta.open(file("f.fa", text)), (fasta) => fasta.fetch({ chrom: "chr3", start: 0, end: 1 }))
    )
    assert.strictEqual(unknown.message, "the reference has no chromosome 'chr3'")
    assert.strictEqual(unknown.hint, "it has: chr1, chr2, chr7")
    assert.match((await failure(Fasta.open(file("f.fa", "ACGT\n")))).message, /first line must begin with '>'/u)
    assert.match((await failure(Fasta.open(file("f.fa", "")))).message, /no sequence/u)
    assert.match((await failure(Fasta.open("/nowhere.fa"))).message, /cannot read: ENOENT/u)
    const uneven = await failure(Fasta.open(file("f.fa", ">a\nACGT\nAC\nACGT\n")))
    assert.match(uneven.message, /lines of 'a' differ in length/u)
    assert.strictEqual(uneven.line, 4)
    const region = await failure(Fasta.open(file("f.fa", ">chr1:1-5\nACGT\n")))
    assert.match(region.message, /holds 4 bases where its name says 5/u)
    const gzip = await failure(Fasta.open(file("f.fa.gz", gzipSync(text))))
    assert.match(gzip.message, /not a whole bgzip file/u)
    const cut = await failure(Fasta.open(file("f.fa.gz", Buffer.from(bgzipped, "base64").subarray(0, 60))))
    assert.match(cut.message, /not a whole bgzip file/u)
  })

  it("tells a stale index", async () => {
    const path = file("f.fa", ">a\nACGT\n")
    writeFileSync(`${path}.fai`, "a\t400\t3\t60\t61\n")
    const stale = await failure(
      Effect.flatMap(Fasta.open(path), (fasta) => fasta.fetch({ chrom: "a", start: 0, end: 100 }))
    )
    assert.match(stale.message, /ends before base 100/u)
    assert.match(stale.hint!, /delete the .fai/u)
  })
})

describe("FastaIndex", () => {
  it("equals samtools faidx, plain and compressed", async () => {
    for (const path of [file("f.fa", text), file("f.fa.gz", Buffer.from(bgzipped, "base64"))]) {
      assert.strictEqual(FastaIndex.format(await run(FastaIndex.build(path))), fai)
    }
    assert.strictEqual(FastaIndex.format(await run(FastaIndex.parse(fai, "f.fa.fai"))), fai)
  })
})

describe("Bgzip", () => {
  it("writes blocks that read back anywhere, and the index that a scan finds", async () => {
    const random = Random.make(1)
    const bytes = Buffer.from(Array.from({ length: 200_000 }, () => "ACGT".charCodeAt(random.int(4))))
    const path = file("x.gz", "")
    const chunks = [bytes.subarray(0, 7), bytes.subarray(7, 150_000), bytes.subarray(150_000)]
    const blocks = await run(Bgzip.write(path, Stream.fromIterable(chunks)))
    assert.deepStrictEqual(
      blocks.map((block) => block.text),
      [0, 65280, 130560, 195840]
    )
    assert.isTrue(gunzipSync(readFileSync(path)).equals(bytes))
    const fd = openSync(path, "r")
    assert.deepStrictEqual(await run(Bgzip.scan(path, fd)), blocks)
    assert.deepStrictEqual(await run(Bgzip.parseIndex(Bgzip.formatIndex(blocks), "x.gzi")), blocks)
    const read = Bgzip.reader(path, fd, blocks)
    for (const [from, length] of [
      [0, 10],
      [65279, 2],
      [65280, 1],
      [1000, 150_000],
      [199_990, 10]
    ] as const) {
      assert.isTrue(bytes.subarray(from, from + length).equals(await run(read(from, length))), `${from}+${length}`)
    }
    assert.strictEqual((await run(read(199_990, 20))).length, 10)
    closeSync(fd)
  })

  it("writes the index as bgzip does: the count, then each block after the first", () => {
    const index = Bgzip.formatIndex([
      { compressed: 0, text: 0 },
      { compressed: 27836, text: 65280 }
    ])
    assert.strictEqual(Buffer.from(index).toString("hex"), "0100000000000000bc6c00000000000000ff000000000000")
  })
})

describe("FastaText", () => {
  it("reads whole sequences and writes 60 bases a line", async () => {
    const records = await run(Stream.runCollect(FastaText.records(file("f.fa", text))))
    assert.deepStrictEqual(
      records.map(({ name, sequence }) => [name, sequence]),
      [
        ["chr1", "ACGTNacgtnGGGGGCCCCCAT"],
        ["2", "TTTTTTTTTT"],
        ["chr7:101-112", "ACGTACGTACGT"]
      ]
    )
    const bases = "ACGT".repeat(31)
    assert.strictEqual(
      Buffer.from(FastaText.format({ name: "a", sequence: bases })).toString(),
      `>a\n${bases.slice(0, 60)}\n${bases.slice(60, 120)}\n${bases.slice(120)}\n`
    )
    const wrong = await failure(Stream.runDrain(FastaText.records(file("f.fa", ">a\nAC GT\n"))))
    assert.strictEqual(wrong.line, 2)
  })
})
