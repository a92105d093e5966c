import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { deflateSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import * as TfRecord from "../../src/model/TfRecord.ts"
import { temporaryFolder } from "../support/stage.ts"
import { record } from "../support/tfrecord.ts"

const file = (bytes: Uint8Array): string => {
  const path = join(temporaryFolder(), "x.tfr")
  writeFileSync(path, bytes)
  return path
}
const failure = async (bytes: Uint8Array) => (await Effect.runPromise(Effect.flip(TfRecord.read(file(bytes))))).message

describe("TfRecord", () => {
  const one = record(Uint8Array.of(0, 1, 2, 3, 4), Uint16Array.of(0x3c00, 0xc000))
  const two = record(Uint8Array.of(3, 3), Uint16Array.of(0x7bff))

  it("computes CRC-32C", () => {
    // The check value of the Rocksoft model, and 32 zeros from RFC 3720.
    assert.strictEqual(TfRecord.crc32c(Buffer.from("123456789")), 0xe3069283)
    assert.strictEqual(TfRecord.crc32c(new Uint8Array(32)), 0x8a9136aa)
  })

  it("reads records, compressed and not", async () => {
    for (const bytes of [deflateSync(Buffer.concat([one, two])), Buffer.concat([one, two])]) {
      const examples = await Effect.runPromise(TfRecord.read(file(bytes)))
      assert.deepStrictEqual(
        examples.map(({ sequence, target }) => [TfRecord.bases(sequence), [...target]]),
        [
          ["ACGTN", [1, -2]],
          ["TT", [65504]]
        ]
      )
    }
  })

  it("notices damage", async () => {
    const bytes = Buffer.concat([one, two])
    assert.match(await failure(bytes.subarray(0, bytes.length - 3)), /record 2 is cut short/u)
    assert.match(await failure(bytes.subarray(0, one.length + 5)), /record 2 is cut short/u)
    const flipped = Buffer.from(bytes)
    flipped[30]! ^= 1
    assert.match(await failure(flipped), /record 1: its checksum does not match/u)
    const wrongLength = Buffer.from(bytes)
    wrongLength[0]! ^= 1
    assert.match(await failure(wrongLength), /record 1: the checksum of its length does not match/u)
    const compressed = deflateSync(bytes)
    assert.match(await failure(compressed.subarray(0, compressed.length - 8)), /not a whole TFRecord file/u)
  })
})
