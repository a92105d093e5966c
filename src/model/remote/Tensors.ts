/** Tensors as the service sends them: row-major, little-endian, whole or in chunks, each compressed by itself. */
import { decompress } from "fzstd"
import * as zlib from "node:zlib"
import type { Message } from "./Protocol.ts"

/** Numbers of the wire's DataType. */
const types = {
  1: "bf16",
  2: "f32",
  3: "f64",
  4: "i8",
  5: "i32",
  6: "i64",
  7: "u8",
  8: "u32",
  9: "u64",
  10: "bool",
  11: "f16"
} as const
type DataType = (typeof types)[keyof typeof types]

const bytesOf: Readonly<Record<DataType, number>> = {
  bf16: 2,
  f32: 4,
  f64: 8,
  i8: 1,
  i32: 4,
  i64: 8,
  u8: 1,
  u32: 4,
  u64: 8,
  bool: 1,
  f16: 2
}

/** IEEE 754 binary16. */
const half = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  return exponent === 31
    ? fraction === 0
      ? sign * Infinity
      : NaN
    : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

const readers: Readonly<Record<Exclude<DataType, "f32" | "bf16">, (view: DataView, at: number) => number>> = {
  f64: (view, at) => view.getFloat64(at, true),
  i8: (view, at) => view.getInt8(at),
  i32: (view, at) => view.getInt32(at, true),
  i64: (view, at) => Number(view.getBigInt64(at, true)),
  u8: (view, at) => view.getUint8(at),
  u32: (view, at) => view.getUint32(at, true),
  u64: (view, at) => Number(view.getBigUint64(at, true)),
  bool: (view, at) => view.getUint8(at),
  f16: (view, at) => half(view.getUint16(at, true))
}

/** Node has zstd from 22.15 on; its own is many times faster. */
const native = zlib as {
  readonly zstdDecompressSync?: (data: Uint8Array) => Uint8Array
  readonly zstdCompressSync?: (data: Uint8Array) => Uint8Array
}

const unpack = ({ data, compression }: Message<"Chunk">): Uint8Array => {
  if (compression === 0) return data
  if (compression !== 1) throw new Error(`its compression ${compression} is not known`)
  return native.zstdDecompressSync?.(data) ?? decompress(data)
}

export interface Decoder {
  /** Chunks that are still to come. */
  readonly missing: () => number
  readonly add: (chunk: Message<"Chunk">) => void
  /** All numbers, as float32. */
  readonly finish: () => Float32Array
}

export const elements = (shape: ReadonlyArray<number>): number => shape.reduce((product, length) => product * length, 1)

/** Takes a tensor's chunks as they come, never more than it says it holds. Throws with what is wrong with it. */
export const decoder = (tensor: Message<"Tensor">): Decoder => {
  const type = types[tensor.type as keyof typeof types]
  if (type === undefined) throw new Error(`its type ${tensor.type} is not known`)
  if (tensor.shape.some((length) => length < 0)) throw new Error(`its shape is ${tensor.shape.join(" x ")}`)
  const bytes = new Uint8Array(elements(tensor.shape) * bytesOf[type])
  let missing = tensor.whole == null ? (tensor.chunks ?? 0) : 0
  let filled = 0
  const take = (chunk: Message<"Chunk">) => {
    const part = unpack(chunk)
    if (filled + part.length > bytes.length) throw new Error(`it has more than the ${bytes.length} bytes of its shape`)
    bytes.set(part, filled)
    filled += part.length
  }
  if (tensor.whole != null) take(tensor.whole)
  return {
    missing: () => missing,
    add: (chunk) => {
      missing--
      take(chunk)
    },
    finish: () => {
      if (filled !== bytes.length) throw new Error(`it has ${filled} of the ${bytes.length} bytes of its shape`)
      return toFloat32(bytes, type)
    }
  }
}

const toFloat32 = (bytes: Uint8Array<ArrayBuffer>, type: DataType): Float32Array => {
  if (type === "f32") return new Float32Array(bytes.buffer)
  if (type === "bf16") {
    // A bfloat16 is the upper half of a float32.
    const bits = new Uint32Array(bytes.length / 2)
    const halves = new Uint16Array(bytes.buffer)
    for (let i = 0; i < bits.length; i++) bits[i] = halves[i]! << 16
    return new Float32Array(bits.buffer)
  }
  const view = new DataView(bytes.buffer)
  const read = readers[type]
  return Float32Array.from({ length: bytes.length / bytesOf[type] }, (_, i) => read(view, i * bytesOf[type]))
}

/** Float32 in chunks of at most `chunkBytes`, compressed where this Node can. */
export const encode = (
  values: Float32Array,
  shape: ReadonlyArray<number>,
  chunkBytes: number
): { readonly tensor: Message<"Tensor">; readonly chunks: ReadonlyArray<() => Message<"Chunk">> } => {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, i) => (): Message<"Chunk"> => {
    const part = bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes)
    const data = native.zstdCompressSync?.(part)
    return data === undefined ? { data: part, compression: 0 } : { data, compression: 1 }
  })
  return { tensor: { shape, type: 2, chunks: chunks.length }, chunks }
}
