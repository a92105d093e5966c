import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import fetchReference from "../../modules/fetch-reference/stage.ts"
import * as SyntheticGenome from "../../src/genome/SyntheticGenome.ts"
import { file, rejection } from "../support/genome.ts"
import { runStage, temporaryFolder } from "../support/stage.ts"

const fetched = async (params: object, inputs = {}): Promise<string> => {
  const { outputs } = await runStage(fetchReference, params, inputs)
  const path = outputs["fasta"]!
  assert.isTrue(existsSync(`${path}.fai`) && existsSync(`${path}.gzi`))
  return gunzipSync(readFileSync(path)).toString()
}

describe("fetch-reference", () => {
  it("brings pieces into one file, named by their regions, 60 bases a line", async () => {
    const one = file("a.fa", `>whatever\n${"acgt".repeat(20)}\n`)
    const two = file("b.fa.gz", gzipSync(">chr2 x\nAAA\nCCC\n"))
    const params = { genome: "local", regions: ["chr1:101-180", "2:1-6"] }
    assert.strictEqual(
      await fetched(params, { pieces: [one, two] }),
      `>chr1:101-180\n${"acgt".repeat(15)}\n${"acgt".repeat(5)}\n>chr2:1-6\nAAACCC\n`
    )
  })

  it("keeps chosen contigs of a whole file, by either name", async () => {
    const fasta = file("a.fa", ">1\nAC\n>chr2\nGT\n>chr3:5-6\nTT\n")
    assert.strictEqual(await fetched({ genome: "local" }, { fasta }), ">1\nAC\n>chr2\nGT\n>chr3:5-6\nTT\n")
    const contigs = ["chr1", "3"]
    assert.strictEqual(await fetched({ genome: "local", contigs }, { fasta }), ">1\nAC\n>chr3:5-6\nTT\n")
    const error = await rejection(fetched({ genome: "local", contigs: ["chr9"] }, { fasta }))
    assert.match(error.message, /the reference has no chr9/u)
    assert.strictEqual(error.hint, "it has: 1, chr2, chr3:5-6")
  })

  it("takes no amino acids for bases", async () => {
    const fasta = file("p53.fa", ">chr1\nACGT\n>P53\nMEEPQSDPSV\n")
    const error = await rejection(fetched({ genome: "local" }, { fasta }))
    assert.match(error.message, /'P53' holds amino acids/u)
    assert.strictEqual(error.line, 4)
  })

  it("names the user's file and line where two sequences have one name, and accounts for those left out", async () => {
    const fasta = file("r.fa", ">chr1\nAC\n>chr2\nGT\n>chr1 again\nTT\n")
    const error = await rejection(fetched({ genome: "local" }, { fasta }))
    assert.match(error.message, /two sequences are named 'chr1' \(the other on line 1\)/u)
    assert.deepStrictEqual([error.file, error.line], [fasta, 5])
    const [one, two] = [file("a.fa", ">chr1\nAC\n"), file("b.fa", ">chr1\nAC\n")]
    const twice = await rejection(fetched({ genome: "local" }, { fasta: one, pieces: [two] }))
    assert.match(twice.message, /two of the files have a sequence named 'chr1'/u)
    const kept = await runStage(
      fetchReference,
      { genome: "local", contigs: ["1"] },
      { fasta: file("a.fa", ">1\nA\n>2\nC\n") }
    )
    assert.deepStrictEqual(kept.account, [
      {
        rows: "sequences",
        taken: 2,
        kept: 1,
        leftOut: [{ reason: "not among the contigs asked for", count: 1, example: "2" }],
        notes: []
      }
    ])
  })

  it("makes up a genome from its seed, and says so", async () => {
    const params = { genome: "synthetic", seed: 7, chromosomes: 1, length: 1000 }
    const [chromosome] = SyntheticGenome.make(params)
    const text = await fetched(params)
    assert.strictEqual(text.replaceAll("\n", ""), `>chrS1${chromosome!.sequence}`)
    assert.strictEqual(await fetched(params), text)
    assert.isTrue(fetchReference.synthetic(params))
    assert.isFalse(fetchReference.synthetic({ genome: "hg38-snippets" }))
  })

  it("brings a whole genome by name, from a mirror or the network", async () => {
    const mirror = temporaryFolder()
    const folder = join(mirror, "hgdownload.soe.ucsc.edu/goldenPath/hg38/bigZips")
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, "hg38.fa.gz"), gzipSync(">chr1\nACgt\n>chrM\nGATC\n"))
    const { outputs, notes } = await runStage(
      fetchReference,
      { genome: "hg38", contigs: ["MT"] },
      {},
      { mirrors: [mirror] }
    )
    assert.strictEqual(gunzipSync(readFileSync(outputs["fasta"]!)).toString(), ">chrM\nGATC\n")
    assert.strictEqual(readFileSync(`${outputs["fasta"]}.fai`, "utf8"), "chrM\t4\t6\t4\t5\n")
    assert.strictEqual(notes.length, 1)
  })

  it("refuses what does not fit together", async () => {
    const one = file("a.fa", ">a\nACGT\n")
    const two = file("b.fa", ">a\nACGT\n>b\nAC\n")
    for (const [params, inputs, message] of [
      [{ genome: "local" }, {}, /genome local needs the input/u],
      [{ genome: "synthetic" }, { fasta: one }, /genome synthetic takes no input file/u],
      [{ genome: "local", regions: ["chr1:1-4"] }, { pieces: [one, one] }, /1 regions for 2 pieces/u],
      [{ genome: "local", regions: ["chr1:1-5"] }, { pieces: [one] }, /has 4 bases where chr1:1-5 has 5/u],
      [{ genome: "local", regions: ["chr1"] }, { pieces: [one] }, /'chr1' is not a region/u],
      [{ genome: "local", regions: ["chr1:1-4"] }, { pieces: [two] }, /more than one sequence/u],
      [{ genome: "local" }, { fasta: file("c.fa", "nothing") }, /not FASTA/u],
      [{ genome: "local" }, { fasta: file("c.fa", "") }, /no sequence/u]
    ] as const) {
      assert.match((await rejection(runStage(fetchReference, params, inputs))).message, message)
    }
  })
})
