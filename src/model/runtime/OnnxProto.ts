/**
 * ONNX messages as protobuf bytes.
 *
 * Field numbers: onnx.proto of ONNX IR version 9.
 */
import type { Place } from "../WeightSource.ts"

export type Field = Uint8Array

const varint = (value: number): Uint8Array => {
  const bytes: Array<number> = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}
const concat = (parts: ReadonlyArray<Uint8Array>): Uint8Array => Buffer.concat(parts)
const integer = (field: number, value: number): Field => concat([varint(field << 3), varint(value)])
const float = (field: number, value: number): Field => {
  const bytes = new DataView(new ArrayBuffer(4))
  bytes.setFloat32(0, value, true)
  return concat([varint((field << 3) | 5), new Uint8Array(bytes.buffer)])
}
const bytes = (field: number, value: Uint8Array): Field =>
  concat([varint((field << 3) | 2), varint(value.length), value])
const text = (field: number, value: string): Field => bytes(field, Buffer.from(value))
const message = (field: number, ...fields: ReadonlyArray<Field>): Field => bytes(field, concat(fields))

export type AttributeValue = number | string | ReadonlyArray<number> | { readonly float: number }

const attribute = (name: string, value: AttributeValue): Field => {
  const [type, payload] =
    typeof value === "number"
      ? [2, [integer(3, value)]]
      : typeof value === "string"
        ? [3, [text(4, value)]]
        : "float" in value
          ? [1, [float(2, value.float)]]
          : [7, value.map((item) => integer(8, item))]
  return message(5, text(1, name), ...payload, integer(20, type))
}

export const elementTypes = { float32: 1, int32: 6, int64: 7, F32: 1, F16: 10, BF16: 16 } as const
const byteWidths = { F32: 4, F16: 2, BF16: 2 } as const

export const node = (
  type: string,
  inputs: ReadonlyArray<string>,
  output: string,
  attributes: { readonly [name: string]: AttributeValue } = {}
): Field =>
  message(
    1,
    ...inputs.map((input) => text(1, input)),
    text(2, output),
    text(4, type),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value))
  )

/** A constant whose numbers are in the message. */
export const inlineTensor = (
  name: string,
  shape: ReadonlyArray<number>,
  data: Float32Array | Int32Array | BigInt64Array
): Field => {
  const type = data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "int64"
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return message(5, ...shape.map((n) => integer(1, n)), integer(2, elementTypes[type]), text(8, name), bytes(9, raw))
}

/** A constant whose numbers are in a file; the runtime must be told that locations start at the root folder. */
export const externalTensor = (name: string, shape: ReadonlyArray<number>, { path, offset, dtype }: Place): Field => {
  const length = shape.reduce((product, n) => product * n, 1) * byteWidths[dtype]
  const entries = { location: path.replace(/^\/+/u, ""), offset: `${offset}`, length: `${length}` }
  return message(
    5,
    ...shape.map((n) => integer(1, n)),
    integer(2, elementTypes[dtype]),
    text(8, name),
    ...Object.entries(entries).map(([key, value]) => message(13, text(1, key), text(2, value))),
    integer(14, 1)
  )
}

/** The type and shape of an input or output; axes of any length are given a name. */
const port = (
  field: 11 | 12,
  name: string,
  type: keyof typeof elementTypes,
  shape: ReadonlyArray<number | string>
): Field => {
  const axes = shape.map((n) => message(1, typeof n === "number" ? integer(1, n) : text(2, n)))
  return message(field, text(1, name), message(2, message(1, integer(1, elementTypes[type]), message(2, ...axes))))
}
export const input = (name: string, type: keyof typeof elementTypes, shape: ReadonlyArray<number | string>): Field =>
  port(11, name, type, shape)
export const output = (name: string, shape: ReadonlyArray<number | string>): Field => port(12, name, "float32", shape)

/** A whole model, operators of opset 20. */
export const model = (nodes: Iterable<Field>, initializers: Iterable<Field>, ports: Iterable<Field>): Uint8Array =>
  concat([
    integer(1, 9),
    text(2, "agflow"),
    message(7, ...nodes, text(2, "program"), ...initializers, ...ports),
    message(8, integer(2, 20))
  ])
