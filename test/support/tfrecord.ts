/** Makes TFRecords as calico/baskerville writes them. */
import { crc32c } from "../../src/model/TfRecord.ts"

const varint = (value: number): Buffer =>
  value < 128 ? Buffer.of(value) : Buffer.of((value & 127) | 128, ...varint(value >>> 7))
const member = (field: number, ...parts: ReadonlyArray<Uint8Array>): Buffer => {
  const body = Buffer.concat(parts)
  return Buffer.concat([varint((field << 3) | 2), varint(body.length), body])
}
const feature = (name: string, value: Uint8Array) =>
  member(1, member(1, Buffer.from(name)), member(2, member(1, member(1, value))))

const checksum = (bytes: Uint8Array): Buffer => {
  const crc = crc32c(bytes)
  const out = Buffer.alloc(4)
  out.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0)
  return out
}

/** `sequence`: one byte a base, 0 to 3 for ACGT, 4 for N; `target`: bits of float16. */
export const record = (sequence: Uint8Array, target: Uint16Array): Buffer => {
  const data = member(1, feature("sequence", sequence), feature("target", new Uint8Array(target.buffer)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(data.length))
  return Buffer.concat([length, checksum(length), data, checksum(data)])
}
