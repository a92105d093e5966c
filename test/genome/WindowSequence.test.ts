import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { assert, describe, it } from "vitest"
import * as Fasta from "../../src/genome/Fasta.ts"
import * as Variant from "../../src/genome/Variant.ts"
import * as WindowSequence from "../../src/genome/WindowSequence.ts"
import { file } from "../support/genome.ts"

const alleles = (text: string, start = 4, end = 12) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const fasta = yield* Fasta.open(file("x.fa", ">chr1\nAAAACCCCGGGGTT\n"))
        const window = { chrom: "chr1", start, end }
        return yield* WindowSequence.alleles(fasta, window, Result.getOrThrow(Variant.parse(text)))
      })
    )
  )

describe("WindowSequence", () => {
  it("keeps both alleles as long as the window", async () => {
    assert.deepStrictEqual(await alleles("chr1_6_C_T"), { ref: "CCCCGGGG", alt: "CTCCGGGG" })
    assert.deepStrictEqual(await alleles("chr1_6_CCC_C"), { ref: "CCCCGGGG", alt: "CCGGGGTT" })
    assert.deepStrictEqual(await alleles("chr1_6_C_CAA"), { ref: "CCCCGGGG", alt: "CCAACCGG" })
    assert.deepStrictEqual(await alleles("chr1_10_GGG_G", 4, 14), { ref: "CCCCGGGGTT", alt: "CCCCGGTTNN" })
  })

  it("refuses a variant that the genome does not have", async () => {
    const error = await alleles("chr1_6_G_T").catch((cause: Error) => cause)
    assert.match((error as Error).message, /its reference allele is not what the genome has \(chr1_6_G_T: C\)/u)
  })
})
