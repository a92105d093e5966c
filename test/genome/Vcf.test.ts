import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import * as Vcf from "../../src/genome/Vcf.ts"
import { file } from "../support/genome.ts"

const header = "##fileformat=VCFv4.2\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
const read = (text: string) => Effect.runPromise(Vcf.read(file("x.vcf", text)))
const failure = (text: string) => Effect.runPromise(Effect.flip(Vcf.read(file("x.vcf", text))))

describe("Vcf", () => {
  it("reads one record per alternative allele, with its line", async () => {
    const text = `${header}1\t100\trs1\tA\tG,T\t.\t.\t.\r\nchrX\t7\t.\tCA\tC\t.\t.\t.\n1\t9\t.\tA\t<DEL>\t.\t.\t.\n`
    for (const path of [file("x.vcf", text), file("x.vcf.gz", gzipSync(text))]) {
      const records = await Effect.runPromise(Vcf.read(path))
      assert.deepStrictEqual(
        records.map(({ line, id, variant }) => [
          line,
          id,
          Result.isSuccess(variant) ? variant.success.variant_id : null
        ]),
        [
          [4, "rs1", "chr1_100_A_G"],
          [4, "rs1", "chr1_100_A_T"],
          [5, ".", "chrX_7_CA_C"],
          [6, ".", null]
        ]
      )
    }
  })

  it("names file and line of a fault", async () => {
    const cases: ReadonlyArray<readonly [string, RegExp, number]> = [
      [`${header}1\t100\t.\tA\n`, /4 fields where a VCF has at least 5/u, 4],
      [`${header}1\t100\t.\tA\tG\n1\tx\t.\tA\tG\n`, /POS 'x'/u, 5],
      [`${header}1\t100\t.\t.\tG\n`, /REF '.'/u, 4],
      ["1\t100\t.\tA\tG\n", /not a VCF/u, 1]
    ]
    for (const [text, message, line] of cases) {
      const error = await failure(text)
      assert.match(error.message, message)
      assert.strictEqual(error.line, line)
    }
    assert.deepStrictEqual(await read(header), [])
  })
})
