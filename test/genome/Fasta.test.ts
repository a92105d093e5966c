import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { readFileSync, utimesSync, writeFileSync } from "node:fs"
import { gunzipSync, gzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import type { InputError } from "../../src/core/Failure.ts"
import * as Random from "../../src/core/Random.ts"
import * as Bgzip from "../../src/genome/Bgzip.ts"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as FastaIndex from "../../src/genome/FastaIndex.ts"
import * as FastaText from "../../src/genome/FastaText.ts"
import { file } from "../support/genome.ts"
import { stageLayer, temporaryFolder } from "../support/stage.ts"
import * as Tally from "../../src/core/Tally.ts"

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
    const gzip = await failure(Fasta.open(file("f.fa.gz", gzipSync(text))))
    assert.match(gzip.message, /plain gzip.*needs bgzip/u)
    for (const bytes of [60, -28]) {
      const cut = await failure(Fasta.open(file("f.fa.gz", Buffer.from(bgzipped, "base64").subarray(0, bytes))))
      assert.match(cut.message, /the file is cut/u)
    }
    assert.match((await failure(Fasta.open(file("f.fa", "\ufeff\n>\nACGT\n")))).message, /without a name/u)
    const twice = await failure(Fasta.open(file("f.fa", ">a\nAC\n>b\nAC\n>a x\nAC\n")))
    assert.match(twice.message, /two sequences are named 'a' \(the other on line 1\)/u)
    assert.strictEqual(twice.line, 5)
    const wide = await failure(Fasta.open(file("f.fa", Buffer.from("\ufeff>a\nACGT\n", "utf16le"))))
    assert.match(wide.message, /UTF-16/u)
    for (const [content, what] of [
      ["\x1A\x41\x27\x43...", /a 2bit file/u],
      ["<!DOCTYPE html>", /a web page/u],
      ["BZh91AY", /bzip2/u]
    ] as const) {
      assert.match((await failure(Fasta.open(file("f.fa", content)))).message, what)
    }
    const odd = await failure(
      Effect.flatMap(Fasta.open(file("f.fa", ">a\nAC1T\n")), (fasta) => fasta.fetch({ chrom: "a", start: 0, end: 2 }))
    )
    assert.match(odd.message, /contig 'a' holds '1' at position 3/u)
  })

  it("reads text as editors and sequencers leave it", async () => {
    const forms: ReadonlyArray<readonly [string, string]> = [
      ["CR", ">a\rACGT\rAC\r>b\rGG\r"],
      ["a byte order mark", "\ufeff>a\nACGT\nAC\n>b\nGG\n"],
      ["blank lines", "\n>a x\n\nACGT\nAC\n\n\n>b\nGG"],
      ["an empty sequence", ">e\n>a\nACGT\nAC\n>b\nGG\n"],
      ["RNA and lower case", ">a\nacgu\nAC\n>b\ngg\n"]
    ]
    for (const [what, content] of forms) {
      assert.deepStrictEqual(await fetch(file("f.fa", content), "a", 1, 7), { sequence: "CGTACN", padded: 1 }, what)
      assert.strictEqual((await fetch(file("f.fa", content), "b", 0, 2)).sequence, "GG", what)
    }
  })

  it("gives letters other than A, C, G, T as N, and counts them where they were asked for", async () => {
    const ledger = Tally.makeLedger()
    const path = file("f.fa", `>chr1\nACGTURYSWKMBDHVN-*acgturyswkmbdhvn\n`)
    const fetched = Effect.flatMap(Fasta.open(path), (fasta) => fasta.fetch({ chrom: "chr1", start: 0, end: 20 }))
    const layer = stageLayer(temporaryFolder(), {}, [], undefined, ledger)
    const { sequence } = await Effect.runPromise(Effect.scoped(fetched).pipe(Effect.provide(layer)))
    assert.strictEqual(sequence, `ACGTT${"N".repeat(13)}AC`)
    assert.deepStrictEqual(ledger.tallies(), [
      {
        rows: "ambiguous bases",
        taken: 12,
        kept: 12,
        leftOut: [],
        notes: [{ reason: "not A, C, G, T or N: read as N", count: 12, example: "R at chr1:6" }]
      }
    ])
  })

  it("takes a contig that is only named like a region as a whole one, and does not merge two of one name", async () => {
    const ledger = Tally.makeLedger()
    const path = file("f.fa", ">Scaf:12-15\nACGTACGT\n>1\nAAAA\n>chr1\nCCCC\n")
    const layer = stageLayer(temporaryFolder(), {}, [], undefined, ledger)
    const pieces = await Effect.runPromise(
      Effect.scoped(
        Effect.flatMap(Fasta.open(path), (fasta) =>
          Effect.forEach(["Scaf:12-15", "chr1"], (chrom) => fasta.fetch({ chrom, start: 0, end: 4 }))
        )
      ).pipe(Effect.provide(layer))
    )
    assert.deepStrictEqual(
      pieces.map(({ sequence }) => sequence),
      ["ACGT", "CCCC"]
    )
    const [contigs] = ledger.tallies()
    assert.deepStrictEqual([contigs!.taken, contigs!.kept], [3, 3])
    assert.match(contigs!.notes[0]!.reason, /named like a region/u)
    const { reason, example, count } = contigs!.notes[1]!
    assert.deepStrictEqual(
      [reason, example, count],
      ["of one chromosome under several names: not merged", "1 and chr1, chr1 in tables", 2]
    )
  })

  it("notes both names of the mitochondrion: tables say chrM for MT", async () => {
    const ledger = Tally.makeLedger()
    const path = file("f.fa", ">chrM\nAAAA\n>chrMT\nCCCC\n>chr1\nGGGG\n")
    const open = Effect.map(Fasta.open(path), ({ resolve }) => ["MT", "chrM", "chrMT"].map(resolve))
    const layer = stageLayer(temporaryFolder(), {}, [], undefined, ledger)
    const found = await Effect.runPromise(Effect.scoped(open).pipe(Effect.provide(layer)))
    assert.deepStrictEqual(found, [{ problem: "ambiguous" }, { name: "chrM" }, { name: "chrMT" }])
    const notes = ledger.tallies().flatMap(({ notes }) => notes.map(({ example, count }) => [example, count]))
    assert.deepStrictEqual(notes, [["chrM and chrMT, chrM in tables", 2]])
  })

  describe("finds an index that does not belong to the file, and reads as if there were none", () => {
    const content = ">chr1 a longer name\nACGTA\nCGTAC\nGT\n>chr2\nGGCCG\nTTAAT\nAC\n"
    const stale: ReadonlyArray<readonly [string, string]> = [
      ["a header that was shorter", "chr1\t12\t6\t5\t6\nchr2\t12\t27\t5\t6\n"],
      ["other lines", "chr1\t12\t20\t6\t7\nchr2\t12\t41\t5\t6\n"],
      ["another name", "chr1\t12\t20\t5\t6\nchrB\t12\t41\t5\t6\n"],
      ["another order", "chr2\t12\t20\t5\t6\nchr1\t12\t41\t5\t6\n"],
      ["a sequence that is longer", "chr1\t12\t20\t5\t6\nchr2\t400\t41\t5\t6\n"],
      ["a sequence that is shorter", "chr1\t7\t20\t5\t6\nchr2\t12\t41\t5\t6\n"],
      ["a sequence too few", "chr1\t12\t20\t5\t6\n"],
      ["no first sequence", "chr2\t12\t41\t5\t6\n"],
      ["a sequence too many", "chr1\t12\t20\t5\t6\nchr2\t12\t41\t5\t6\nchr3\t5\t70\t5\t6\n"],
      ["no index at all", "<html>\n"],
      ["nothing", ""]
    ]
    for (const [what, index] of [...stale, ["the right one", "chr1\t12\t20\t5\t6\nchr2\t12\t41\t5\t6\n"]] as const) {
      for (const packed of [false, true]) {
        it(`${what}, ${packed ? "bgzip" : "plain"}`, async () => {
          const path = file("f.fa", packed ? "" : content)
          if (packed) await run(Bgzip.write(path, Stream.succeed(Buffer.from(content))))
          writeFileSync(`${path}.fai`, index)
          writeFileSync(`${path}.gzi`, "stale")
          assert.deepStrictEqual(await fetch(path, "chr1", 3, 13), { sequence: "TACGTACGTN", padded: 1 })
          assert.deepStrictEqual(await fetch(path, "chr2", 0, 12), { sequence: "GGCCGTTAATAC", padded: 0 })
          assert.strictEqual(readFileSync(`${path}.fai`, "utf8"), index)
          assert.strictEqual(readFileSync(`${path}.gzi`, "utf8"), "stale")
        })
      }
    }

    it("an index older than the file", async () => {
      // Fits in all that is looked at: the lines differ where nothing is looked at.
      const path = file("f.fa", ">a\nAC\nACG\nA\nAC\n")
      writeFileSync(`${path}.fai`, "a\t8\t3\t2\t3\n")
      utimesSync(`${path}.fai`, 1, 1)
      assert.match((await failure(Fasta.open(path))).message, /differ in length/u)
    })
  })
})

describe("FastaIndex", () => {
  it("equals samtools faidx, plain and compressed", async () => {
    for (const path of [file("f.fa", text), file("f.fa.gz", Buffer.from(bgzipped, "base64"))]) {
      assert.strictEqual(FastaIndex.format(await run(FastaIndex.build(path))), fai)
    }
    assert.strictEqual(FastaIndex.format(FastaIndex.parse(fai)!), fai)
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
    assert.deepStrictEqual(await run(Bgzip.scan(path)), { blocks, text: 200_000 })
  })

  it("reads across blocks", async () => {
    const random = Random.make(2)
    const sequence = Array.from({ length: 200_000 }, () => "ACGT"[random.int(4)]!).join("")
    const path = file("x.fa.gz", "")
    await run(Bgzip.write(path, Stream.succeed(FastaText.format({ name: "a", sequence }))))
    for (const [start, end] of [
      [0, 10],
      [64_195, 64_199],
      [1000, 151_000],
      [131_071, 131_073],
      [199_990, 200_000]
    ] as const) {
      assert.strictEqual((await fetch(path, "a", start, end)).sequence, sequence.slice(start, end), `${start}-${end}`)
    }
  })

  it("looks at any stretch in any order as it fetches it", async () => {
    const random = Random.make(3)
    const sequence = Array.from({ length: 300_000 }, () => "ACGTNacgt"[random.int(9)]!).join("")
    const [plain, packed] = [file("x.fa", ""), file("x.fa.gz", "")]
    const text = FastaText.format({ name: "a", sequence })
    writeFileSync(plain, text)
    await run(Bgzip.write(packed, Stream.succeed(text)))
    for (const path of [plain, packed]) {
      await run(
        Effect.map(Fasta.open(path), (fasta) => {
          assert.isUndefined(fasta.look({ chrom: "b", start: 0, end: 1 }))
          const ascending = Array.from({ length: 300 }, (_, at) => at * 990)
          const anywhere = Array.from({ length: 100 }, () => random.int(290_000))
          for (const start of [...ascending, ...anywhere, ...ascending.toReversed()]) {
            const end = start + 1 + random.int(start % 7 === 0 ? 9_000 : 200)
            assert.strictEqual(fasta.look({ chrom: "a", start, end }), sequence.slice(start, end).toUpperCase())
          }
        })
      )
    }
  })

  it("says which block is damaged when it is looked at", async () => {
    const path = file("x.fa.gz", "")
    const random = Random.make(4)
    const sequence = Array.from({ length: 100_000 }, () => "ACGT"[random.int(4)]!).join("")
    await run(Bgzip.write(path, Stream.succeed(FastaText.format({ name: "a", sequence }))))
    writeFileSync(`${path}.fai`, FastaIndex.format(await run(FastaIndex.build(path))))
    const bytes = readFileSync(path)
    bytes[5000]! ^= 1
    writeFileSync(path, bytes)
    utimesSync(`${path}.fai`, new Date(), new Date(Date.now() + 1000))
    const fetched = Effect.flatMap(Fasta.open(path), (fasta) => {
      assert.isUndefined(fasta.look({ chrom: "a", start: 10, end: 20 }))
      return fasta.fetch({ chrom: "a", start: 10, end: 20 })
    })
    assert.match((await failure(fetched)).file!, /x\.fa\.gz$/u)
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
