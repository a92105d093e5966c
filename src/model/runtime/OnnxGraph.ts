/**
 * A program as an ONNX model.
 *
 * ONNX convolves [batch, channels, length] where programs have [batch, length, channels]. Each value is kept in the
 * layout in which it was computed, and turned once when another is asked for.
 */
import { handle, type Handlers, type Node } from "../Operation.ts"
import type * as Program from "../Program.ts"
import type * as Tensor from "../Tensor.ts"
import type { Place } from "../WeightSource.ts"
import * as Proto from "./OnnxProto.ts"

/** A weight as the graph needs it: with its axes in another order, if it names one. */
export interface Use {
  readonly weight: string
  readonly order: ReadonlyArray<number> | undefined
}

/** Numbers in memory, or where they lie in a file. */
export type Initializer = Tensor.Tensor | { readonly shape: ReadonlyArray<number>; readonly place: Place }

const kernelOrder: { readonly [op: string]: ReadonlyArray<number> } = {
  conv1d: [2, 1, 0],
  depthwiseConv1d: [1, 2, 0]
}

/** How a program's weights must lie for its graph. */
export const uses = (program: Program.Program): ReadonlyMap<string, Use> => {
  const kernels = new Map<string, ReadonlyArray<number>>()
  for (const node of program.nodes) {
    if (node.op === "conv1d" || node.op === "depthwiseConv1d") kernels.set(node.kernel, kernelOrder[node.op]!)
  }
  return new Map(Array.from(program.weights.keys(), (weight) => [weight, { weight, order: kernels.get(weight) }]))
}

/** Names of a value in the layouts that exist so far: `rows` as in the program, `columns` with channels before length. */
interface Named {
  rows?: string
  columns?: string
}

/** An input and an output of a program may have one name; those of a graph may not. */
export const inputName = (name: string): string => `in ${name}`
export const outputName = (name: string): string => `out ${name}`

/**
 * How a convolution of dilation d is written: as one, or as an undilated one of each of the d phases of its positions, which
 * gives the same numbers. cuDNN has no float32 plan for some wide and dilated ones.
 */
export type Dilation = "native" | "phases"

/** `initializers` are the program's weights, as {@link uses} asks for them. */
export const encode = (
  program: Program.Program,
  initializers: ReadonlyMap<string, Initializer>,
  dilations: Dilation = "native"
): Uint8Array => {
  const nodes: Array<Proto.Field> = []
  const constants = new Map<string, Proto.Field>()
  let values = 0

  const emit = (
    type: string,
    inputs: ReadonlyArray<string>,
    attributes: { readonly [name: string]: Proto.AttributeValue } = {},
    name = `v${values++}`
  ) => {
    nodes.push(Proto.node(type, inputs, name, attributes))
    return name
  }
  const once = (name: string, make: (name: string) => Proto.Field): string => {
    if (!constants.has(name)) constants.set(name, make(name))
    return name
  }
  const floats = (name: string, shape: ReadonlyArray<number>, data: Float32Array): string =>
    once(name, () => Proto.inlineTensor(name, shape, data))
  const integers = (...list: ReadonlyArray<number>): string =>
    once(`i${list.join("_")}`, (name) => Proto.inlineTensor(name, [list.length], BigInt64Array.from(list, BigInt)))
  const number = (value: number): string => floats(`number ${value}`, [], Float32Array.of(value))
  const widened = new Map<string, string>()
  /** A weight, in another shape of the same size if one is given. */
  const weight = (weightName: string, shape?: ReadonlyArray<number>): string => {
    const initializer = initializers.get(weightName)!
    const as = shape ?? initializer.shape
    const name = `${weightName} ${as.join("x")}`
    if ("data" in initializer) return floats(name, as, initializer.data)
    once(name, () => Proto.externalTensor(name, as, initializer.place))
    if (initializer.place.dtype === "F32") return name
    if (!widened.has(name)) widened.set(name, emit("Cast", [name], { to: Proto.elementTypes.F32 }))
    return widened.get(name)!
  }

  const turned = ["Transpose", { perm: [0, 2, 1] }] as const
  const rows = (value: Named): string => (value.rows ??= emit(turned[0], [value.columns!], turned[1]))
  const columns = (value: Named): string => (value.columns ??= emit(turned[0], [value.rows!], turned[1]))

  /** Element by element: any layout will do, so the one at hand is kept. */
  const inPlace = (x: Named, compute: (name: string) => string): Named =>
    x.columns === undefined ? { rows: compute(rows(x)) } : { columns: compute(x.columns) }
  const pointwise =
    (type: string, attributes: { readonly [name: string]: Proto.AttributeValue } = {}) =>
    (_: Node, [x]: ReadonlyArray<Named>): Named =>
      inPlace(x!, (name) => emit(type, [name], attributes))
  const pairwise =
    (type: string) =>
    ({ shape }: Node, [a, b]: ReadonlyArray<Named>): Named => {
      const turn = shape.length === 2 && (a!.columns !== undefined || b!.columns !== undefined)
      return turn ? { columns: emit(type, [columns(a!), columns(b!)]) } : { rows: emit(type, [rows(a!), rows(b!)]) }
    }
  const pool =
    (type: string) =>
    ({ width }: Node & { readonly width: number }, [x]: ReadonlyArray<Named>): Named => ({
      columns: emit(type, [columns(x!)], { kernel_shape: [width], strides: [width] })
    })
  /** The axis, counted with the batch, in the layout at hand. */
  const axisOf = (x: Named, axis: number): number => (x.columns === undefined ? axis + 1 : 2 - axis)
  const pad = (x: Named, { axis, shape }: Node & { readonly axis: number }, before: number, after: number): Named => {
    const at = axisOf(x, axis)
    const amounts = [0, ...shape].map((_, index) => (index === at ? [before, after] : [0, 0]))
    const pads = integers(...amounts.map(([start]) => start!), ...amounts.map(([, end]) => end!))
    return inPlace(x, (name) => emit("Pad", [name, pads]))
  }
  const convolve = (
    x: Named,
    weights: ReadonlyArray<string>,
    group: number,
    width: number,
    dilation: number,
    spare = 0
  ): Named => {
    const reach = (width - 1) * dilation
    const before = Math.floor(reach / 2)
    const all = emit("Conv", [columns(x), ...weights], {
      kernel_shape: [width],
      dilations: [dilation],
      group,
      pads: [before, reach - before + spare]
    })
    return { columns: spare === 0 ? all : emit("Slice", [all, integers(0), integers(-spare), integers(2)]) }
  }
  /** [batch, channels, length] as [batch x dilation, channels, length / dilation], filled up with zeros; and back. */
  const inPhases = (
    x: Named,
    [length, channels]: readonly [number, number],
    filters: number,
    dilation: number,
    convolution: (phases: Named) => Named
  ): Named => {
    const each = Math.ceil(length / dilation)
    const whole = emit("Pad", [columns(x), integers(0, 0, 0, 0, 0, each * dilation - length)])
    const apart = emit("Reshape", [whole, integers(0, channels, each, dilation)])
    const phases = emit("Transpose", [apart], { perm: [0, 3, 1, 2] })
    const made = columns(convolution({ columns: emit("Reshape", [phases, integers(-1, channels, each)]) }))
    const together = emit("Transpose", [emit("Reshape", [made, integers(-1, dilation, filters, each)])], {
      perm: [0, 2, 3, 1]
    })
    const all = emit("Reshape", [together, integers(0, filters, each * dilation)])
    return { columns: emit("Slice", [all, integers(0), integers(length), integers(2)]) }
  }
  const filled = (value: number, length: number): string =>
    floats(`${length} times ${value}`, [length], new Float32Array(length).fill(value))

  const handlers: Handlers<Named> = {
    input: ({ name }) => ({ rows: inputName(name) }),
    constant: ({ shape, data }) => ({ rows: floats(`c${values++}`, [1, ...shape], data) }),
    weight: ({ weight: name, shape }) => ({ rows: weight(name, [1, ...shape]) }),
    conv1d: ({ kernel, bias, width, dilation, spare, shape, free, inputs }, [x]) => {
      const weights = [weight(kernel), weight(bias)]
      // Odd widths fill a phase with zeros as the whole is filled; the number of positions must be known.
      const phased = dilations === "phases" && dilation > 1 && width % 2 === 1 && !free
      if (!phased) return convolve(x!, weights, 1, width, dilation, spare)
      const [length, channels] = program.nodes[inputs[0]!]!.shape as readonly [number, number]
      return inPhases(x!, [length, channels], shape[1]!, dilation, (phases) => convolve(phases, weights, 1, width, 1))
    },
    depthwiseConv1d: ({ kernel, width, shape }, [x]) => convolve(x!, [weight(kernel)], shape[1]!, width, 1),
    dense: ({ kernel, bias }, [x]) => {
      const product = emit("MatMul", [rows(x!), weight(kernel, initializers.get(kernel)!.shape.slice(-2))])
      return { rows: bias === undefined ? product : emit("Add", [product, weight(bias)]) }
    },
    project: (_, [x, matrix]) => ({ rows: emit("MatMul", [rows(x!), emit("Squeeze", [rows(matrix!), integers(0)])]) }),
    batchNorm: ({ gamma, beta, mean, variance, epsilon }, [x]) => ({
      columns: emit("BatchNormalization", [columns(x!), ...[gamma, beta, mean, variance].map((name) => weight(name))], {
        epsilon: { float: epsilon }
      })
    }),
    affine: ({ scale, offset, shape }, [x]) => {
      if (x!.columns === undefined) {
        return { rows: emit("Add", [emit("Mul", [rows(x!), weight(scale)]), weight(offset)]) }
      }
      // One pass over the values where Mul and Add are two.
      const parts = [weight(scale), weight(offset), filled(0, shape[1]!), filled(1, shape[1]!)]
      return { columns: emit("BatchNormalization", [x!.columns, ...parts], { epsilon: { float: 0 } }) }
    },
    layerNorm: ({ gamma, beta, epsilon }, [x]) => ({
      rows: emit("LayerNormalization", [rows(x!), weight(gamma), weight(beta)], {
        axis: -1,
        epsilon: { float: epsilon }
      })
    }),
    rmsNorm: ({ gamma, beta, epsilon }, [x]) => {
      const squares = emit("ReduceMean", [emit("Mul", [rows(x!), rows(x!)]), integers(-1)])
      const size = emit("Sqrt", [emit("Add", [squares, number(epsilon)])])
      return { rows: emit("Add", [emit("Mul", [emit("Div", [rows(x!), size]), weight(gamma)]), weight(beta)]) }
    },
    relu: pointwise("Relu"),
    sigmoid: pointwise("Sigmoid"),
    tanh: pointwise("Tanh"),
    gelu: pointwise("Gelu", { approximate: "tanh" }),
    softplus: pointwise("Softplus"),
    power: ({ exponent }, [x]) => inPlace(x!, (name) => emit("Pow", [name, number(exponent)])),
    softmax: (_, [x]) => ({ rows: emit("Softmax", [rows(x!)], { axis: -1 }) }),
    scale: ({ factor }, [x]) => inPlace(x!, (name) => emit("Mul", [name, number(factor)])),
    add: pairwise("Add"),
    multiply: pairwise("Mul"),
    maxPool: pool("MaxPool"),
    avgPool: pool("AveragePool"),
    upsample: ({ factor, shape }, [x]) => {
      const apart = emit("Reshape", [columns(x!), integers(0, shape[1]!, -1, 1)])
      const spread = emit("Expand", [apart, integers(1, 1, 1, factor)])
      return { columns: emit("Reshape", [spread, integers(0, shape[1]!, -1)]) }
    },
    padStart: (node, [x]) => pad(x!, node, node.count, 0),
    padEnd: (node, [x]) => pad(x!, node, 0, node.count),
    slice: ({ axis, start, end }, [x]) =>
      inPlace(x!, (name) => emit("Slice", [name, integers(start), integers(end), integers(axisOf(x!, axis))])),
    concat: ({ axis }, [a, b]) => ({ rows: emit("Concat", [rows(a!), rows(b!)], { axis: axis + 1 }) }),
    reshape: ({ shape }, [x]) => ({ rows: emit("Reshape", [rows(x!), integers(0, ...shape)]) }),
    transpose: ({ order }, [x]) => ({
      rows: emit("Transpose", [rows(x!)], { perm: [0, ...order.map((axis) => axis + 1)] })
    }),
    gather: (_, [table, index]) => ({
      rows: emit("Gather", [emit("Squeeze", [rows(table!), integers(0)]), rows(index!)], { axis: 0 })
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
      handle(
        handlers,
        node,
        node.inputs.map((input) => named[input]!)
      )
    )
  }
  for (const [name, at] of program.outputs) emit("Identity", [rows(named[at]!)], {}, outputName(name))

  const axes = (name: string, at: number): ReadonlyArray<number | string> => {
    const { batched, free, shape } = program.nodes[at]!
    return [batched ? "batch" : 1, ...shape.map((n, axis) => (free && axis === 0 ? `length of ${name}` : n))]
  }
  return Proto.model(nodes, constants.values(), [
    ...Array.from(program.inputs, ([name, at]) => {
      const node = program.nodes[at]!
      return Proto.input(inputName(name), node.op === "input" ? node.type : "float32", axes(name, at))
    }),
    ...Array.from(program.outputs, ([name, at]) => Proto.output(outputName(name), axes(name, at)))
  ])
}
