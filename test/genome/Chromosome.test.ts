import { assert, describe, it } from "vitest"
import * as Chromosome from "../../src/genome/Chromosome.ts"

describe("Chromosome", () => {
  it("has one name for every spelling", () => {
    const cases = {
      chr1: ["1", "01", "1.0", "chr1", "Chr1", "CHR1", "NC_000001.11", "NC_000001.10", "CM000663.2"],
      chr22: ["22", "NC_000022.11", "CM000684.1"],
      chrX: ["X", "x", "chrx", "NC_000023.11", "CM000685.2"],
      chrY: ["Y", "NC_000024.10"],
      chrM: ["M", "MT", "chrMT", "mt", "NC_012920.1"]
    }
    for (const [name, spellings] of Object.entries(cases)) {
      for (const spelling of spellings) assert.strictEqual(Chromosome.nameOf(spelling), name, spelling)
    }
  })

  it("leaves scaffolds and contigs of one's own alone", () => {
    for (const name of [
      "chrUn_KI270302v1",
      "chr1_KI270706v1_random",
      "ref_brca1",
      "NC_000001.99",
      "GL000220.1",
      "II"
    ]) {
      assert.strictEqual(Chromosome.nameOf(name), name)
    }
  })

  it("knows builds by suffix, accession and length", () => {
    assert.deepStrictEqual(["b38", "hg38", "GRCh38.p14", "GRCh37", "b36", "mouse"].map(Chromosome.buildOf), [
      "hg38",
      "hg38",
      "hg38",
      "hg19",
      "hg18",
      undefined
    ])
    assert.strictEqual(Chromosome.buildOfName("NC_000001.10"), "hg19")
    assert.strictEqual(Chromosome.buildOfLength("1", 248956422), "hg38")
    assert.isUndefined(Chromosome.buildOfLength("chr1", 1000))
  })

  const find = (names: ReadonlyArray<string>, name: string) => Chromosome.resolver(names).resolve(name)

  it("finds a name among those of a reference: the same text first", () => {
    assert.deepStrictEqual(find(["chr1", "chrX", "chrM"], "01"), { name: "chr1" })
    assert.deepStrictEqual(find(["chr1", "chrX", "chrM"], "23"), { name: "chrX" })
    assert.deepStrictEqual(find(["chr1", "chrX", "chrM"], "26"), { name: "chrM" })
    assert.deepStrictEqual(find(["chr23", "chrX"], "23"), { name: "chr23" })
    assert.deepStrictEqual(find(["chr2L"], "2L"), { name: "chr2L" })
    assert.deepStrictEqual(find(["1", "chr1"], "1"), { name: "1" })
    assert.deepStrictEqual(find(["chrM", "chrMT"], "chrMT"), { name: "chrMT" })
  })

  it("never takes one of two for the other", () => {
    assert.deepStrictEqual(find(["1", "chr1"], "01"), { problem: "ambiguous" })
    assert.deepStrictEqual(find(["chrM", "chrMT"], "MT"), { problem: "ambiguous" })
    assert.deepStrictEqual(find(["chr1"], "2"), { problem: "absent" })
  })
})
