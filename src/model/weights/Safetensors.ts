/**
 * The safetensors format: 8 bytes of header length (little-endian), a JSON header, then the raw arrays. Read and written
 * in pieces, so that arrays larger than memory (or than 2 GiB) are no problem.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { open as openFile, type FileHandle } from "node:fs/promises"
import { resolve } from "node:path"
import { messageOf } from "../../core/Failure.ts"
import { ModelError } from "../ModelError.ts"
import { size, type Tensor, type Tensors } from "../Tensor.ts"
import type { DType as FloatType, WeightSource } from "../WeightSource.ts"

/** Integers and truth values are read as float32, exact up to 2^24. */
export type DType = FloatType | "I32" | "I64" | "BOOL"

export interface Entry {
  readonly dtype: DType
  readonly shape: ReadonlyArray<number>
  /** Bytes from the start of the file. */
  readonly offset: number
}

export interface Reader {
  readonly path: string
  readonly tensors: ReadonlyMap<string, Entry>
  readonly metadata: { readonly [key: string]: string }
  /** `count` elements from element `from` on (row-major), as float32; by default the whole tensor. */
  readonly read: (name: string, from?: number, count?: number) => Effect.Effect<Float32Array, ModelError>
}

export interface Writer {
  /** Puts elements at element `from` of a tensor. What is never written stays 0. */
  readonly write: (name: string, from: number, data: Float32Array) => Effect.Effect<void, ModelError>
}

const bytesPerElement = { F32: 4, F16: 2, BF16: 2, I32: 4, I64: 8, BOOL: 1 } as const satisfies Record<DType, number>
const chunkBytes = 1 << 28
const maxHeaderBytes = 100_000_000

const halfToFloat = (half: number): number => {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

let halves: Float32Array | undefined

/** IEEE half-precision numbers (as their bits) to float32, through a table of all 65,536. */
export const widenF16 = (bits: Uint16Array): Float32Array => {
  halves ??= Float32Array.from({ length: 65_536 }, (_, half) => halfToFloat(half))
  const out = new Float32Array(bits.length)
  for (let i = 0; i < bits.length; i++) out[i] = halves[bits[i]!]!
  return out
}

const widenBF16 = (bits: Uint16Array): Float32Array => {
  const out = new Uint32Array(bits.length)
  for (let i = 0; i < bits.length; i++) out[i] = bits[i]! << 16
  return new Float32Array(out.buffer)
}

const decode: { readonly [D in DType]: (bytes: ArrayBuffer) => Float32Array } = {
  F32: (bytes) => new Float32Array(bytes),
  F16: (bytes) => widenF16(new Uint16Array(bytes)),
  BF16: (bytes) => widenBF16(new Uint16Array(bytes)),
  I32: (bytes) => Float32Array.from(new Int32Array(bytes)),
  I64: (bytes) => Float32Array.from(new BigInt64Array(bytes), Number),
  BOOL: (bytes) => Float32Array.from(new Uint8Array(bytes))
}

const attempt = <A>(path: string, doing: string, run: () => Promise<A>): Effect.Effect<A, ModelError> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) => new ModelError({ message: `cannot ${doing}: ${messageOf(cause)}`, file: path })
  })

const handleOf = (path: string, flags: "r" | "w"): Effect.Effect<FileHandle, ModelError, Scope.Scope> =>
  Effect.acquireRelease(
    attempt(path, flags === "r" ? "read" : "write", () => openFile(path, flags)),
    (handle) => Effect.promise(() => handle.close())
  )

const readBytes = async (handle: FileHandle, offset: number, length: number): Promise<ArrayBuffer> => {
  const bytes = new Uint8Array(length)
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, chunkBytes), offset + done)
    if (bytesRead === 0) throw new Error(`the file ends at byte ${offset + done}`)
    done += bytesRead
  }
  return bytes.buffer
}

const isShape = (value: unknown): value is ReadonlyArray<number> =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0)

/** The entries of a header, each checked against the length of the file; a fault as text. */
const parseHeader = (text: string, start: number, fileSize: number): Pick<Reader, "tensors" | "metadata"> | string => {
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch {
    return "the header is not JSON"
  }
  if (header === null || typeof header !== "object" || Array.isArray(header)) return "the header is not a JSON object"
  const tensors = new Map<string, Entry>()
  let metadata: Reader["metadata"] = {}
  for (const [name, value] of Object.entries(header as Record<string, Record<string, unknown> | null>)) {
    if (name === "__metadata__") {
      metadata = Object.fromEntries(Object.entries(value ?? {}).map(([key, item]) => [key, String(item)]))
      continue
    }
    const { dtype, shape, data_offsets: offsets } = value ?? {}
    if (typeof dtype !== "string" || !Object.hasOwn(bytesPerElement, dtype)) {
      return `tensor '${name}' has type ${String(dtype)}; ${Object.keys(bytesPerElement).join(", ")} can be read`
    }
    if (!isShape(shape) || !isShape(offsets) || offsets.length !== 2) return `tensor '${name}' has no shape or place`
    const [from, to] = offsets as [number, number]
    if (to - from !== size(shape) * bytesPerElement[dtype as DType]) {
      return `tensor '${name}' has ${to - from} bytes where its shape needs ${size(shape) * bytesPerElement[dtype as DType]}`
    }
    if (start + to > fileSize) {
      return `the file is cut short: tensor '${name}' ends at byte ${start + to}, the file at ${fileSize}`
    }
    tensors.set(name, { dtype: dtype as DType, shape, offset: start + from })
  }
  return { tensors, metadata }
}

/** What a file is that begins so, if it is none of these. */
const others: ReadonlyArray<readonly [start: string, what: string]> = [
  ["PK", "it is a zip file, as torch.save writes: save the weights as safetensors"],
  ["\u0089HDF", "it is an HDF5 file"]
]

/** Opens a file for reading; it is closed with the scope. */
export const open = Effect.fnUntraced(function* (path: string): Effect.fn.Return<Reader, ModelError, Scope.Scope> {
  const handle = yield* handleOf(path, "r")
  const { size: fileSize } = yield* attempt(path, "read", () => handle.stat())
  const fail = (message: string) => new ModelError({ message: `not a whole safetensors file: ${message}`, file: path })
  if (fileSize < 8) return yield* fail(`it has ${fileSize} bytes`)
  const prefix = yield* attempt(path, "read", () => readBytes(handle, 0, 8))
  const headerBytes = Number(new DataView(prefix).getBigUint64(0, true))
  if (headerBytes > maxHeaderBytes || 8 + headerBytes > fileSize) {
    const start = Buffer.from(prefix).toString("latin1")
    const other = others.find(([mark]) => start.startsWith(mark))
    if (other !== undefined)
      return yield* new ModelError({ message: "not a safetensors file", file: path, hint: other[1] })
    return yield* fail(`its header claims ${headerBytes} bytes, the file has ${fileSize}`)
  }
  const text = Buffer.from(yield* attempt(path, "read", () => readBytes(handle, 8, headerBytes))).toString("utf8")
  const header = parseHeader(text, 8 + headerBytes, fileSize)
  if (typeof header === "string") return yield* fail(header)
  return {
    path,
    ...header,
    read: Effect.fnUntraced(function* (name, from = 0, count) {
      const entry = header.tensors.get(name)
      if (entry === undefined) {
        const known = [...header.tensors.keys()].join(", ")
        return yield* new ModelError({ message: `no tensor '${name}'`, file: path, hint: `it has: ${known}` })
      }
      const length = count ?? size(entry.shape) - from
      if (from < 0 || length < 0 || from + length > size(entry.shape)) {
        const text = `elements ${from} to ${from + length} of tensor '${name}', which has ${size(entry.shape)}`
        return yield* new ModelError({ message: `cannot read ${text}`, file: path })
      }
      const width = bytesPerElement[entry.dtype]
      return decode[entry.dtype](
        yield* attempt(path, "read", () => readBytes(handle, entry.offset + from * width, length * width))
      )
    })
  }
})

/** All tensors of a file that fits in memory. */
export const readAll = (path: string): Effect.Effect<Tensors, ModelError> =>
  Effect.gen(function* () {
    const reader = yield* open(path)
    const tensors = new Map<string, Tensor>()
    for (const [name, { shape }] of reader.tensors) tensors.set(name, { shape, data: yield* reader.read(name) })
    return tensors
  }).pipe(Effect.scoped)

/** The tensors of a file as weights, read when needed. `identity` stands for the content, such as its digest. */
export const source = (path: string, identity?: string): Effect.Effect<WeightSource, ModelError> =>
  open(path).pipe(
    Effect.map(({ tensors }): WeightSource => ({
      tensors,
      read: (name) => Effect.scoped(Effect.flatMap(open(path), (reader) => reader.read(name))),
      place: (name) => {
        const { dtype, offset } = tensors.get(name)!
        const isFloat = dtype === "F32" || dtype === "F16" || dtype === "BF16"
        return isFloat ? { path: resolve(path), dtype, offset } : undefined
      },
      identity
    })),
    Effect.scoped
  )

/** Lays out a file for float32 tensors of the given shapes; their numbers are written in any order, until the scope ends. */
export const create = Effect.fnUntraced(function* (
  path: string,
  shapes: { readonly [name: string]: ReadonlyArray<number> },
  metadata: { readonly [key: string]: string } = {}
): Effect.fn.Return<Writer, ModelError, Scope.Scope> {
  const handle = yield* handleOf(path, "w")
  const header: Record<string, unknown> = Object.keys(metadata).length === 0 ? {} : { __metadata__: metadata }
  const starts = new Map<string, number>()
  let end = 0
  for (const [name, shape] of Object.entries(shapes)) {
    starts.set(name, end)
    header[name] = { dtype: "F32", shape, data_offsets: [end, end + 4 * size(shape)] }
    end += 4 * size(shape)
  }
  const json = Buffer.from(JSON.stringify(header))
  // Padded with spaces so that the numbers are aligned.
  const text = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, " ")])
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(text.length))
  yield* attempt(path, "write", async () => {
    await handle.write(Buffer.concat([prefix, text]), 0, 8 + text.length, 0)
    await handle.truncate(8 + text.length + end)
  })
  return {
    write: (name, from, data) =>
      attempt(path, "write", async () => {
        const start = starts.get(name)
        if (start === undefined || from < 0 || from + data.length > size(shapes[name]!)) {
          throw new Error(`${data.length} numbers at ${from} lie outside tensor '${name}'`)
        }
        const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        for (let done = 0; done < bytes.length;) {
          const length = Math.min(bytes.length - done, chunkBytes)
          done += (await handle.write(bytes, done, length, 8 + text.length + start + 4 * from + done)).bytesWritten
        }
      })
  }
})

/** Writes whole tensors as float32. */
export const writeAll = (
  path: string,
  tensors: Tensors,
  metadata: { readonly [key: string]: string } = {}
): Effect.Effect<void, ModelError> =>
  Effect.gen(function* () {
    const shapes = Object.fromEntries(Array.from(tensors, ([name, { shape }]) => [name, shape]))
    const writer = yield* create(path, shapes, metadata)
    for (const [name, { data }] of tensors) yield* writer.write(name, 0, data)
  }).pipe(Effect.scoped)
