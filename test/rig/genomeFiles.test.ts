/** Genome files that are cut, stale or odd, as a user meets them: the real binary says what it did with them. */
import { readFileSync, writeFileSync } from "node:fs"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import * as Bam from "../support/bam.ts"
import { Rig } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
})
afterEach(() => rig.remove())

const run = async (stages: string, outputs: string) => {
  rig.write("flow.yaml", `agflow: 1\nname: files\nstages:\n${stages}\noutputs: { ${outputs} }\n`)
  const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml", "--outdir", "out"])
  return { code, said: stdout + stderr }
}
const bases = "ACGTTGCAACGGATCCTTAG"

describe("genome files", () => {
  it("a stale index is not used, and a contig that is only named like a region is a whole one", async () => {
    rig.write("r.fa", `>chr1 with a longer header\n${bases}\n${bases}\n>Scaf:12-15\n${bases}\n`)
    rig.write("r.fa.fai", "chr1\t40\t6\t20\t21\n")
    rig.write("in.vcf", "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\nchr1\t21\t.\tA\tG\nScaf:12-15\t3\t.\tG\tT\n")
    const { code, said } = await run(
      "  v: { uses: load-variants, with: { variants: ./in.vcf, reference: ./r.fa } }",
      'variants: "${{ v.variants }}"'
    )
    assert.strictEqual(code, 0, said)
    assert.match(said, /variants: all 2 kept/u)
    assert.match(said, /named like a region of another length: taken as a whole contig \(Scaf:12-15\)/u)
    assert.strictEqual(rig.read("r.fa.fai"), "chr1\t40\t6\t20\t21\n")
  })

  it("a BAM file that is cut at a block fails, a whole one without an index is read", async () => {
    const reads = Array.from({ length: 3000 }, (_, at) => ({ cigar: "10M100N10M", start: at }))
    const bytes = readFileSync(await Bam.bam(reads))
    const flow = () =>
      run("  j: { uses: count-junctions, with: { alignments: ./in.bam } }", 'junctions: "${{ j.junctions }}"')
    writeFileSync(rig.path("in.bam"), bytes.subarray(0, bytes.readUInt16LE(16) + 1))
    const cut = await flow()
    assert.strictEqual(cut.code, 1, cut.said)
    assert.match(cut.said, /in\.bam: the file is cut: it has no end-of-file block/u)
    writeFileSync(rig.path("in.bam"), bytes)
    const whole = await flow()
    assert.strictEqual(whole.code, 0, whole.said)
    assert.match(whole.said, /reads: all 3000 kept/u)
  })

  it("intervals that the reference lacks, and genes at two places, are shown with their reasons", async () => {
    rig.write("r.fa", `>chr1\n${bases.repeat(10)}\n`)
    rig.write("i.bed", "chr1\t90\t110\tinside\nchr1\t190\t201\tover\nchr9\t1\t2\n")
    const line = (start: number) =>
      `chr1\te\texon\t${start}\t${start + 9}\t.\t+\t.\tgene_id A; transcript_id T${start};\n`
    rig.write("a.gtf", line(11) + line(151))
    const { code, said } = await run(
      `  w: { uses: build-windows, with: { mode: intervals, width: 64, reference: ./r.fa, intervals: ./i.bed } }
  g: { uses: load-genes, with: { annotations: [./a.gtf] } }`,
      'unscored: "${{ w.unscored }}", genes: "${{ g.genes }}"'
    )
    assert.strictEqual(code, 0, said)
    assert.match(said, /intervals: 1 of 3 kept; left out: 2 the interval lies outside the reference \(over\)/u)
    assert.match(said, /genes: 1 of 2 kept; left out: 1 at another place than the first of the same gene/u)
    assert.match(
      rig.read("out/unscored.tsv"),
      /^over\tNA\tthe interval lies outside the reference \(it has chr1:1-200\)$/mu
    )
  })
})
