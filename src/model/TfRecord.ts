/**
 * TensorFlow's record files as calico/baskerville writes them: one zlib stream of records, each a `tf.train.Example`
 * with the byte features `sequence` (one byte a base: 0 to 3 for ACGT, 4 for N) and `target` (float16, bins by tracks).
 *
 * A record is its length (8 bytes), the masked CRC-32C of the length (4), the data, the masked CRC-32C of the data (4).
 */
import * as Effect from "effect/Effect"
import { readFile } from "node:fs/promises"
import { inflateSync } from "node:zlib"
import { InputError, messageOf } from "../core/Failure.ts"
import { widenF16 } from "./weights/Safetensors.ts"

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  // The Castagnoli polynomial, bits reversed.
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc
})

export const crc32c = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

/** As TensorFlow stores a checksum: rotated by 15 bits, plus a constant. */
const masked = (bytes: Uint8Array): number => {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

/** The data of each record; throws with what is damaged. */
const split = (bytes: Buffer): ReadonlyArray<Buffer> => {
  const records: Array<Buffer> = []
  for (let at = 0; at < bytes.length;) {
    const which = `record ${records.length + 1}`
    const end = at + 12 <= bytes.length ? at + 16 + Number(bytes.readBigUInt64LE(at)) : Infinity
    if (end !== Infinity && masked(bytes.subarray(at, at + 8)) !== bytes.readUInt32LE(at + 8)) {
      throw new Error(`${which}: the checksum of its length does not match`)
    }
    if (end > bytes.length) throw new Error(`${which} is cut short`)
    const data = bytes.subarray(at + 12, end - 4)
    if (masked(data) !== bytes.readUInt32LE(end - 4)) throw new Error(`${which}: its checksum does not match`)
    records.push(data)
    at = end
  }
  return records
}

/** The length-delimited members of a protobuf message, by field number; throws at anything else. */
const members = (message: Buffer): ReadonlyArray<readonly [number, Buffer]> => {
  const out: Array<readonly [number, Buffer]> = []
  let at = 0
  const varint = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      if (at >= message.length) throw new Error("a message is cut short")
      const byte = message[at++]!
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const tag = varint()
    if ((tag & 7) !== 2) throw new Error(`a message holds wire type ${tag & 7}`)
    const length = varint()
    if (at + length > message.length) throw new Error("a message is cut short")
    out.push([tag >>> 3, message.subarray(at, at + length)])
    at += length
  }
  return out
}

const member = (message: Buffer, field: number): Buffer => {
  const found = members(message).find(([number]) => number === field)
  if (found === undefined) throw new Error(`a message lacks field ${field}`)
  return found[1]
}

/** The byte features of a `tf.train.Example`. */
const features = (example: Buffer): ReadonlyMap<string, Buffer> =>
  new Map(
    members(member(example, 1)).map(([, entry]) => [
      member(entry, 1).toString("utf8"),
      member(member(member(entry, 2), 1), 1)
    ])
  )

export interface Example {
  /** One byte a base: 0 to 3 for ACGT, anything else for N. */
  readonly sequence: Uint8Array
  /** [bins, tracks], row-major. */
  readonly target: Float32Array
}

const decode = (record: Buffer): Example => {
  const named = features(record)
  const sequence = named.get("sequence")
  const target = named.get("target")
  if (sequence === undefined || target === undefined) {
    throw new Error(`a record has the features ${[...named.keys()].join(", ")}; sequence and target are needed`)
  }
  // Copied: a typed array of 16 bits must start at an even byte.
  return { sequence, target: widenF16(new Uint16Array(Uint8Array.from(target).buffer)) }
}

/** Reads all records of a file into memory. */
export const read = (path: string): Effect.Effect<ReadonlyArray<Example>, InputError> =>
  Effect.tryPromise({
    try: async () => {
      const bytes = await readFile(path)
      // A zlib stream starts with 0x78; a plain record starts with the low byte of its length.
      const isZlib = bytes.length > 2 && bytes[0] === 0x78 && bytes.readUInt16BE(0) % 31 === 0
      return split(isZlib ? inflateSync(bytes) : bytes).map(decode)
    },
    catch: (cause) => new InputError({ message: `not a whole TFRecord file: ${messageOf(cause)}`, file: path })
  })

const letters = Buffer.from("ACGT")

/** The bases of a sequence of a record. */
export const bases = (sequence: Uint8Array): string =>
  Buffer.from(sequence.map((code) => letters[code] ?? 78)).toString("latin1")
