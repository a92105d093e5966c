/**
 * A network as plain data: a list of operations in the order in which they can be computed, each naming its inputs by
 * their index and its weights by name. Any runtime can execute it.
 *
 * Sequences are [batch, length, channels]. The batch axis is always axis 0 and stands in no `shape` here; what depends on
 * weights and constants alone has a batch of 1 (`batched: false`) and is broadcast.
 */
import * as Tensor from "./Tensor.ts"

/** Axes count from 0 after the batch axis. */
export interface Operations {
  input: object
  constant: { readonly data: Float32Array }
  /** A weight used as a value. */
  weight: { readonly weight: string }
  /** Stride 1, zero padding to the same length; kernel [width, in, out], bias [out]. */
  conv1d: { readonly kernel: string; readonly bias: string; readonly width: number; readonly dilation: number }
  /** One filter a channel, stride 1, zero padding to the same length; kernel [width, channels, 1]. */
  depthwiseConv1d: { readonly kernel: string; readonly width: number }
  /** The last axis times kernel [in, out], plus bias [out]. */
  dense: { readonly kernel: string; readonly bias: string | undefined }
  /** (x - mean) / sqrt(variance + epsilon) * gamma + beta, each [channels]. */
  batchNorm: {
    readonly gamma: string
    readonly beta: string
    readonly mean: string
    readonly variance: string
    readonly epsilon: number
  }
  /** The same with mean and variance taken over the last axis of each position. */
  layerNorm: { readonly gamma: string; readonly beta: string; readonly epsilon: number }
  relu: object
  /** The tanh form: x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
  gelu: object
  softplus: object
  /** Over the last axis. */
  softmax: object
  scale: { readonly factor: number }
  /** Elementwise, with axes of length 1 broadcast. */
  add: object
  /** Of a sequence, over windows of `width` without overlap. */
  maxPool: { readonly width: number }
  /** Of a sequence: each position repeated. */
  upsample: { readonly factor: number }
  /** Zeros before the start of an axis. */
  padStart: { readonly axis: number; readonly count: number }
  slice: { readonly axis: number; readonly start: number; readonly end: number }
  reshape: object
  /** Axis i of the result is axis `order[i]` of the input. */
  transpose: { readonly order: ReadonlyArray<number> }
  /** Of the last two axes; the others are batches. */
  matMul: { readonly transposeRight: boolean }
}
export type OpName = keyof Operations

export type NodeOf<Op extends OpName> = Operations[Op] & {
  readonly op: Op
  readonly inputs: ReadonlyArray<number>
  /** Of the result, without the batch axis. */
  readonly shape: ReadonlyArray<number>
  readonly batched: boolean
}
export type Node = { [Op in OpName]: NodeOf<Op> }[OpName]

/** What a runtime does for each operation. */
export type Handlers<A> = { readonly [Op in OpName]: (node: NodeOf<Op>, inputs: ReadonlyArray<A>) => A }

export const handle = <A>(handlers: Handlers<A>, node: Node, inputs: ReadonlyArray<A>): A =>
  (handlers[node.op] as (node: Node, inputs: ReadonlyArray<A>) => A)(node, inputs)

export interface Program {
  readonly nodes: ReadonlyArray<Node>
  readonly input: number
  readonly output: number
  /** The shape that each weight must have. */
  readonly weights: ReadonlyMap<string, ReadonlyArray<number>>
}

/** A value of a program under construction. */
export interface Value {
  readonly node: number
  readonly shape: ReadonlyArray<number>
}

export type Builder = ReturnType<typeof builder>

/** Shapes that do not fit each other are a mistake in the architecture and throw. */
export const builder = () => {
  const nodes: Array<Node> = []
  const weights = new Map<string, ReadonlyArray<number>>()

  const push = <Op extends OpName>(
    op: Op,
    inputs: ReadonlyArray<Value>,
    shape: ReadonlyArray<number>,
    operation: Operations[Op]
  ): Value => {
    const batched = op === "input" || inputs.some(({ node }) => nodes[node]!.batched)
    nodes.push({ op, inputs: inputs.map(({ node }) => node), shape, batched, ...operation } as Node)
    return { node: nodes.length - 1, shape }
  }
  const declare = (name: string, shape: ReadonlyArray<number>): string => {
    const known = weights.get(name)
    if (known !== undefined && Tensor.shapeText(known) !== Tensor.shapeText(shape)) {
      throw new Error(`weight '${name}' is used as ${Tensor.shapeText(known)} and as ${Tensor.shapeText(shape)}`)
    }
    weights.set(name, shape)
    return name
  }
  const fail = (op: OpName, ...values: ReadonlyArray<Value>): never => {
    throw new Error(`${op} cannot take ${values.map(({ shape }) => Tensor.shapeText(shape)).join(" and ")}`)
  }
  const sequence = (op: OpName, x: Value): readonly [number, number] =>
    x.shape.length === 2 ? [x.shape[0]!, x.shape[1]!] : fail(op, x)
  const last = (x: Value): number => x.shape[x.shape.length - 1]!

  return {
    input: (shape: ReadonlyArray<number>) => push("input", [], shape, {}),
    constant: (shape: ReadonlyArray<number>, data: Float32Array) => push("constant", [], shape, { data }),
    /** The stored tensor has the same shape with or without a leading axis of 1. */
    weight: (weight: string, stored: ReadonlyArray<number>, shape: ReadonlyArray<number>) =>
      push("weight", [], shape, { weight: declare(weight, stored) }),
    conv1d: (x: Value, name: string, filters: number, width: number, dilation = 1) => {
      const [length, channels] = sequence("conv1d", x)
      const kernel = declare(`${name}/kernel`, [width, channels, filters])
      return push("conv1d", [x], [length, filters], {
        kernel,
        bias: declare(`${name}/bias`, [filters]),
        width,
        dilation
      })
    },
    depthwiseConv1d: (x: Value, kernel: string, width: number) => {
      const [, channels] = sequence("depthwiseConv1d", x)
      return push("depthwiseConv1d", [x], x.shape, { kernel: declare(kernel, [width, channels, 1]), width })
    },
    dense: (x: Value, kernel: string, bias: string | undefined, units: number, stored?: ReadonlyArray<number>) => {
      declare(kernel, stored ?? [last(x), units])
      if (bias !== undefined) declare(bias, [units])
      return push("dense", [x], [...x.shape.slice(0, -1), units], { kernel, bias })
    },
    batchNorm: (x: Value, name: string, epsilon: number) => {
      const part = (suffix: string) => declare(`${name}/${suffix}`, [last(x)])
      return push("batchNorm", [x], x.shape, {
        gamma: part("gamma"),
        beta: part("beta"),
        mean: part("moving_mean"),
        variance: part("moving_variance"),
        epsilon
      })
    },
    layerNorm: (x: Value, name: string, epsilon: number) =>
      push("layerNorm", [x], x.shape, {
        gamma: declare(`${name}/gamma`, [last(x)]),
        beta: declare(`${name}/beta`, [last(x)]),
        epsilon
      }),
    relu: (x: Value) => push("relu", [x], x.shape, {}),
    gelu: (x: Value) => push("gelu", [x], x.shape, {}),
    softplus: (x: Value) => push("softplus", [x], x.shape, {}),
    softmax: (x: Value) => push("softmax", [x], x.shape, {}),
    scale: (x: Value, factor: number) => push("scale", [x], x.shape, { factor }),
    add: (a: Value, b: Value) => {
      const fits = a.shape.length === b.shape.length && a.shape.every((n, i) => n === b.shape[i] || b.shape[i] === 1)
      return fits ? push("add", [a, b], a.shape, {}) : fail("add", a, b)
    },
    maxPool: (x: Value, width: number) => {
      const [length, channels] = sequence("maxPool", x)
      return length % width === 0 ? push("maxPool", [x], [length / width, channels], { width }) : fail("maxPool", x)
    },
    upsample: (x: Value, factor: number) => {
      const [length, channels] = sequence("upsample", x)
      return push("upsample", [x], [length * factor, channels], { factor })
    },
    padStart: (x: Value, axis: number, count: number) =>
      push("padStart", [x], x.shape.with(axis, x.shape[axis]! + count), { axis, count }),
    slice: (x: Value, axis: number, start: number, end: number) =>
      start >= 0 && start < end && end <= x.shape[axis]!
        ? push("slice", [x], x.shape.with(axis, end - start), { axis, start, end })
        : fail("slice", x),
    reshape: (x: Value, shape: ReadonlyArray<number>) =>
      Tensor.size(shape) === Tensor.size(x.shape) ? push("reshape", [x], shape, {}) : fail("reshape", x),
    transpose: (x: Value, order: ReadonlyArray<number>) =>
      push(
        "transpose",
        [x],
        order.map((axis) => x.shape[axis]!),
        { order }
      ),
    matMul: (a: Value, b: Value, transposeRight = false) => {
      const [rows, columns] = transposeRight ? b.shape.slice(-2).toReversed() : b.shape.slice(-2)
      const batches = Tensor.shapeText(a.shape.slice(0, -2)) === Tensor.shapeText(b.shape.slice(0, -2))
      return batches && rows === last(a)
        ? push("matMul", [a, b], [...a.shape.slice(0, -1), columns!], { transposeRight })
        : fail("matMul", a, b)
    },
    build: (output: Value): Program => ({
      nodes,
      input: nodes.findIndex(({ op }) => op === "input"),
      output: output.node,
      weights
    })
  }
}

/** How often each value is read, the output counting as one reader more. */
export const readers = ({ nodes, output }: Program): Int32Array => {
  const counts = new Int32Array(nodes.length)
  for (const { inputs } of nodes) for (const input of inputs) counts[input]!++
  counts[output]!++
  return counts
}

/** Bytes of float32 that the weights and, at the most crowded moment, the intermediate values take. */
export const estimate = (
  program: Program,
  batch: number
): { readonly weights: number; readonly activations: number } => {
  const bytes = ({ shape, batched }: Node) => 4 * Tensor.size(shape) * (batched ? batch : 1)
  const remaining = readers(program)
  let live = 0
  let peak = 0
  for (const node of program.nodes) {
    live += bytes(node)
    peak = Math.max(peak, live)
    for (const input of node.inputs) if (--remaining[input]! === 0) live -= bytes(program.nodes[input]!)
  }
  const weights = [...program.weights.values()].reduce((sum, shape) => sum + 4 * Tensor.size(shape), 0)
  return { weights, activations: peak }
}

/** What is wrong with the tensors offered as weights, in words; nothing when they fit. Tensors without use are ignored. */
export const weightFault = (program: Program, tensors: Tensor.Tensors): string | undefined => {
  for (const [name, shape] of program.weights) {
    const tensor = tensors.get(name)
    if (tensor === undefined) return `weight '${name}' ${Tensor.shapeText(shape)} is missing`
    if (Tensor.shapeText(tensor.shape) !== Tensor.shapeText(shape)) {
      return `weight '${name}' has shape ${Tensor.shapeText(tensor.shape)} where the model needs ${Tensor.shapeText(shape)}`
    }
  }
  return undefined
}
