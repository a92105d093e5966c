import * as Result from "effect/Result"
import { assert, describe, it } from "vitest"
import * as Variant from "../../src/genome/Variant.ts"

const variant = (text: string): Variant.Variant => Result.getOrThrow(Variant.parse(text))

describe("Variant", () => {
  it("reads the usual spellings", () => {
    for (const text of ["chr1_12345_A_G", "chr1:12345:A:G", "1-12345-a-g", "chr1:12345:A>G", "1_12345_A_G"]) {
      assert.deepStrictEqual(variant(text), {
        variant_id: "chr1_12345_A_G",
        chrom: "chr1",
        pos: 12345,
        ref: "A",
        alt: "G"
      })
    }
    assert.strictEqual(variant("chrUn_KI270302v1_7_A_AT").chrom, "chrUn_KI270302v1")
  })

  it("says what is wrong", () => {
    const reason = (text: string) => {
      const result = Variant.parse(text)
      return Result.isFailure(result) ? result.failure : ""
    }
    assert.match(reason("rs123"), /'rs123' is an rsID.*write it as chr1_12345_A_G/u)
    assert.match(reason("chr1_0_A_G"), /position '0'/u)
    assert.match(reason("chr1_5_A_<DEL>"), /allele '<DEL>' is not made of the letters/u)
    assert.match(reason("chr1_5_A_a"), /the same/u)
  })

  it("is the same in every spelling of an id, but for what stands in no id", () => {
    for (const text of [
      "1_12345_A/G",
      "chr1_12345_A_G_b38",
      "1:12345:A:G:GRCh38",
      "NC_000001.11:g.12345A>G",
      "NC_000001.11:12344:A:G",
      "01-12345-A-G"
    ]) {
      assert.strictEqual(variant(text).variant_id, "chr1_12345_A_G", text)
    }
    assert.match(
      Result.getOrThrow(Result.flip(Variant.parse("NC_000001.11:12344:1:G"))),
      /says how many bases are deleted, not which/u
    )
  })

  it("leaves out what both alleles have in common", () => {
    const minimal = (text: string) => Variant.minimal(variant(text)).variant_id
    for (const text of ["chr1_100_G_T", "chr1_99_AG_AT", "chr1_97_TGAG_TGAT", "chr1_100_GC_TC"]) {
      assert.strictEqual(minimal(text), "chr1_100_G_T")
    }
    assert.strictEqual(minimal("chr1_100_GCA_GA"), "chr1_100_GC_G")
    assert.strictEqual(minimal("chr1_100_GTT_GTTT"), "chr1_100_G_GT")
  })

  // The window is ACGTACGTAC from base 101 (1-based) on; right of it the reference goes on with GGGCC.
  const apply = (text: string) => {
    const parsed = variant(text)
    return Variant.apply("ACGTACGTACGGGCC".slice(0, 10 + Variant.extension(parsed)), 100, 10, parsed)
  }

  it("keeps the length of the window", () => {
    assert.deepStrictEqual(apply("chr1_101_A_T"), Result.succeed("TCGTACGTAC"))
    assert.deepStrictEqual(apply("chr1_110_C_T"), Result.succeed("ACGTACGTAT"))
    assert.deepStrictEqual(apply("chr1_103_G_GTT"), Result.succeed("ACGTTTACGT"))
    assert.deepStrictEqual(apply("chr1_103_GTA_G"), Result.succeed("ACGCGTACGG"))
    assert.deepStrictEqual(apply("chr1_103_GTA_CC"), Result.succeed("ACCCCGTACG"))
    assert.deepStrictEqual(apply("chr1_110_C_CAAA"), Result.succeed("ACGTACGTAC"))
  })

  it("refuses what does not fit", () => {
    assert.deepStrictEqual(
      apply("chr1_101_C_T"),
      Result.fail("its reference allele is not what the genome has (chr1_101_C_T: A)")
    )
    assert.isTrue(Result.isFailure(apply("chr1_100_A_T")))
    assert.isTrue(Result.isFailure(apply("chr1_110_CG_C")))
  })
})
