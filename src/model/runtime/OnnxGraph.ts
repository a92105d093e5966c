/**
 * A program as an ONNX model: protobuf bytes with the weights inside.
 *
 * ONNX convolves [batch, channels, length] where programs have [batch, length, channels]. Each value is kept in the
 * layout in which it was computed, and turned once when another is asked for.
 * Field numbers: onnx.proto of ONNX IR version 9; operators: opset 20.
 */
import * as Program from "../Program.ts"
import * as Tensor from "../Tensor.ts"

type Field = Uint8Array

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

type AttributeValue = number | string | ReadonlyArray<number> | { readonly float: number }

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

const elementTypes = { float32: 1, int64: 7 } as const

const tensor = (name: string, type: keyof typeof elementTypes, shape: ReadonlyArray<number>, raw: Uint8Array): Field =>
  message(5, ...shape.map((n) => integer(1, n)), integer(2, elementTypes[type]), text(8, name), bytes(9, raw))

const rawOf = (data: Float32Array | BigInt64Array) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

/** An input or output of the graph; the batch axis is free. */
const port = (field: number, name: string, shape: ReadonlyArray<number>): Field => {
  const axes = [message(1, text(2, "batch")), ...shape.map((n) => message(1, integer(1, n)))]
  return message(field, text(1, name), message(2, message(1, integer(1, elementTypes.float32), message(2, ...axes))))
}

/** Names of a value in the layouts that exist so far: `rows` as in the program, `columns` with channels before length. */
interface Named {
  rows?: string
  columns?: string
}

/** The tensors must fit the program (`Program.weightFault`). The input is named `input`, the output `output`. */
export const encode = (program: Program.Program, weights: Tensor.Tensors): Uint8Array => {
  const nodes: Array<Field> = []
  const initializers = new Map<string, Field>()
  let values = 0

  const emit = (type: string, inputs: ReadonlyArray<string>, attributes: Record<string, AttributeValue> = {}) => {
    const name = `v${values++}`
    const fields = Object.entries(attributes).map(([key, value]) => attribute(key, value))
    nodes.push(message(1, ...inputs.map((input) => text(1, input)), text(2, name), text(4, type), ...fields))
    return name
  }
  const floats = (name: string, { shape, data }: Tensor.Tensor): string => {
    if (!initializers.has(name)) initializers.set(name, tensor(name, "float32", shape, rawOf(data)))
    return name
  }
  const integers = (...list: ReadonlyArray<number>): string => {
    const name = `i${list.join("_")}`
    if (!initializers.has(name)) {
      initializers.set(name, tensor(name, "int64", [list.length], rawOf(BigInt64Array.from(list, BigInt))))
    }
    return name
  }
  const weight = (name: string): string => floats(name, weights.get(name)!)

  const turned = ["Transpose", { perm: [0, 2, 1] }] as const
  const rows = (value: Named): string => (value.rows ??= emit(turned[0], [value.columns!], turned[1]))
  const columns = (value: Named): string => (value.columns ??= emit(turned[0], [value.rows!], turned[1]))

  /** Element by element: any layout will do, so the one at hand is kept. */
  const pointwise =
    (type: string, attributes: Record<string, AttributeValue> = {}) =>
    (_: Program.Node, [x]: ReadonlyArray<Named>): Named =>
      x!.columns === undefined
        ? { rows: emit(type, [rows(x!)], attributes) }
        : { columns: emit(type, [x!.columns], attributes) }
  const convolve = (
    x: Named,
    kernel: string,
    bias: string | undefined,
    group: number,
    width: number,
    dilation: number
  ) => {
    const reach = (width - 1) * dilation
    const before = Math.floor(reach / 2)
    return {
      columns: emit("Conv", bias === undefined ? [columns(x), kernel] : [columns(x), kernel, bias], {
        kernel_shape: [width],
        dilations: [dilation],
        group,
        pads: [before, reach - before]
      })
    }
  }

  const handlers: Program.Handlers<Named> = {
    input: () => ({ rows: "input" }),
    constant: ({ shape, data }) => ({ rows: floats(`c${values++}`, { shape: [1, ...shape], data }) }),
    weight: ({ weight, shape }) => ({
      rows: floats(`${weight} as value`, { shape: [1, ...shape], data: weights.get(weight)!.data })
    }),
    conv1d: ({ kernel, bias, width, dilation }, [x]) => {
      const turnedKernel = floats(kernel, Tensor.transpose(weights.get(kernel)!, [2, 1, 0]))
      return convolve(x!, turnedKernel, weight(bias), 1, width, dilation)
    },
    depthwiseConv1d: ({ kernel, width, shape }, [x]) => {
      const turnedKernel = floats(kernel, Tensor.transpose(weights.get(kernel)!, [1, 2, 0]))
      return convolve(x!, turnedKernel, undefined, shape[1]!, width, 1)
    },
    dense: ({ kernel, bias }, [x]) => {
      const { shape, data } = weights.get(kernel)!
      const product = emit("MatMul", [rows(x!), floats(kernel, { shape: shape.slice(-2), data })])
      return { rows: bias === undefined ? product : emit("Add", [product, weight(bias)]) }
    },
    batchNorm: ({ gamma, beta, mean, variance, epsilon }, [x]) => ({
      columns: emit("BatchNormalization", [columns(x!), ...[gamma, beta, mean, variance].map(weight)], {
        epsilon: { float: epsilon }
      })
    }),
    layerNorm: ({ gamma, beta, epsilon }, [x]) => ({
      rows: emit("LayerNormalization", [rows(x!), weight(gamma), weight(beta)], {
        axis: -1,
        epsilon: { float: epsilon }
      })
    }),
    relu: pointwise("Relu"),
    gelu: pointwise("Gelu", { approximate: "tanh" }),
    softplus: pointwise("Softplus"),
    softmax: (_, [x]) => ({ rows: emit("Softmax", [rows(x!)], { axis: -1 }) }),
    scale: ({ factor }, [x]) => ({
      rows: emit("Mul", [rows(x!), floats(`factor ${factor}`, { shape: [], data: Float32Array.of(factor) })])
    }),
    add: ({ shape }, [a, b]) => {
      const turn = shape.length === 2 && (a!.columns !== undefined || b!.columns !== undefined)
      return turn ? { columns: emit("Add", [columns(a!), columns(b!)]) } : { rows: emit("Add", [rows(a!), rows(b!)]) }
    },
    maxPool: ({ width }, [x]) => ({
      columns: emit("MaxPool", [columns(x!)], { kernel_shape: [width], strides: [width] })
    }),
    upsample: ({ factor, shape }, [x]) => {
      const [length, channels] = shape as [number, number]
      const apart = emit("Reshape", [columns(x!), integers(0, channels, length / factor, 1)])
      const spread = emit("Expand", [apart, integers(1, 1, 1, factor)])
      return { columns: emit("Reshape", [spread, integers(0, channels, length)]) }
    },
    padStart: ({ axis, count, shape }, [x]) => {
      const before = [0, ...shape].map((_, at) => (at === axis + 1 ? count : 0))
      return { rows: emit("Pad", [rows(x!), integers(...before, ...before.map(() => 0))]) }
    },
    slice: ({ axis, start, end }, [x]) => ({
      rows: emit("Slice", [rows(x!), integers(start), integers(end), integers(axis + 1)])
    }),
    reshape: ({ shape }, [x]) => ({ rows: emit("Reshape", [rows(x!), integers(0, ...shape)]) }),
    transpose: ({ order }, [x]) => ({
      rows: emit("Transpose", [rows(x!)], { perm: [0, ...order.map((axis) => axis + 1)] })
    }),
    matMul: ({ transposeRight, shape }, [a, b]) => {
      const swapped = [0, ...shape.map((_, axis) => axis + 1)]
      swapped.push(...swapped.splice(-2).toReversed())
      const right = transposeRight ? emit("Transpose", [rows(b!)], { perm: swapped }) : rows(b!)
      return { rows: emit("MatMul", [rows(a!), right]) }
    }
  }

  const named: Array<Named> = []
  for (const node of program.nodes) {
    named.push(
      Program.handle(
        handlers,
        node,
        node.inputs.map((input) => named[input]!)
      )
    )
  }
  nodes.push(message(1, text(1, rows(named[program.output]!)), text(2, "output"), text(4, "Identity")))
  const shapeOf = (node: number) => program.nodes[node]!.shape
  return concat([
    integer(1, 9),
    text(2, "agflow"),
    message(
      7,
      ...nodes,
      text(2, "program"),
      ...initializers.values(),
      port(11, "input", shapeOf(program.input)),
      port(12, "output", shapeOf(program.output))
    ),
    message(8, integer(2, 20))
  ])
}
