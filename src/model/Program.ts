/**
 * A network as plain data: a list of operations in the order in which they can be computed, each naming its inputs by
 * their index and its weights by name. Any runtime can execute it.
 */
import { lengthFree, type Node, type Operations, type OpName } from "./Operation.ts"
import * as Tensor from "./Tensor.ts"

export interface Program {
  readonly nodes: ReadonlyArray<Node>
  /** Nodes by the name of the input. */
  readonly inputs: ReadonlyMap<string, number>
  /** Nodes by the name of the output. */
  readonly outputs: ReadonlyMap<string, number>
  /** The shape that each weight must have. */
  readonly weights: ReadonlyMap<string, ReadonlyArray<number>>
}

/** A value of a program under construction. */
export interface Value {
  readonly node: number
  readonly shape: ReadonlyArray<number>
}

export type Builder = ReturnType<typeof builder>

export interface InputOptions {
  /** By default `input`. */
  readonly name?: string
  readonly type?: "float32" | "int32"
  /** False: the same for all samples of a batch, given without a batch axis. */
  readonly batched?: boolean
  /** The first axis may have another length in a run, as far as pooling divides it. */
  readonly free?: boolean
}

/** Shapes that do not fit each other are a mistake in the architecture and throw. */
export const builder = () => {
  const nodes: Array<Node> = []
  const weights = new Map<string, ReadonlyArray<number>>()

  const push = <Op extends OpName>(
    op: Op,
    inputs: ReadonlyArray<Value>,
    shape: ReadonlyArray<number>,
    operation: Operations[Op],
    given?: Pick<Node, "batched" | "free">
  ): Value => {
    const sources = inputs.map(({ node }) => nodes[node]!)
    const batched = given?.batched ?? sources.some((source) => source.batched)
    const free = given?.free ?? sources.some((source) => source.free)
    const onLength = "axis" in operation && operation.axis === 0
    if (free && op !== "input" && (onLength || !lengthFree.has(op))) {
      throw new Error(`${op} cannot take a value of any length`)
    }
    nodes.push({ op, inputs: inputs.map(({ node }) => node), shape, batched, free, ...operation } as Node)
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
  const unary = (op: { [Op in OpName]: object extends Operations[Op] ? Op : never }[OpName]) => (x: Value) =>
    push(op, [x], x.shape, {})
  const pairwise = (op: "add" | "multiply") => (a: Value, b: Value) => {
    const fits = a.shape.length === b.shape.length && a.shape.every((n, i) => n === b.shape[i] || b.shape[i] === 1)
    return fits ? push(op, [a, b], a.shape, {}) : fail(op, a, b)
  }
  const pool = (op: "maxPool" | "avgPool") => (x: Value, width: number) => {
    const [length, channels] = sequence(op, x)
    return length % width === 0 ? push(op, [x], [length / width, channels], { width }) : fail(op, x)
  }
  const pad = (op: "padStart" | "padEnd") => (x: Value, axis: number, count: number) =>
    push(op, [x], x.shape.with(axis, x.shape[axis]! + count), { axis, count })
  const norm = (op: "layerNorm" | "rmsNorm") => (x: Value, name: string, epsilon: number) =>
    push(op, [x], x.shape, {
      gamma: declare(`${name}/gamma`, [last(x)]),
      beta: declare(`${name}/beta`, [last(x)]),
      epsilon
    })

  return {
    input: (
      shape: ReadonlyArray<number>,
      { name = "input", type = "float32", batched = true, free = false }: InputOptions = {}
    ) => push("input", [], shape, { name, type }, { batched, free }),
    constant: (shape: ReadonlyArray<number>, data: Float32Array) => push("constant", [], shape, { data }),
    /** The stored tensor has the same shape with or without a leading axis of 1. */
    weight: (weight: string, stored: ReadonlyArray<number>, shape: ReadonlyArray<number>) =>
      push("weight", [], shape, { weight: declare(weight, stored) }),
    conv1d: (x: Value, name: string, filters: number, width: number, dilation = 1, spare = 0) => {
      const [length, channels] = sequence("conv1d", x)
      const kernel = declare(`${name}/kernel`, [width, channels, filters])
      return push("conv1d", [x], [length, filters], {
        kernel,
        bias: declare(`${name}/bias`, [filters]),
        width,
        dilation,
        spare
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
    project: (x: Value, matrix: Value) => {
      const fits = matrix.shape.length === 2 && matrix.shape[0] === last(x) && !nodes[matrix.node]!.batched
      return fits
        ? push("project", [x, matrix], [...x.shape.slice(0, -1), last(matrix)], {})
        : fail("project", x, matrix)
    },
    affine: (x: Value, name: string) =>
      push("affine", [x], x.shape, {
        scale: declare(`${name}/scale`, [last(x)]),
        offset: declare(`${name}/offset`, [last(x)])
      }),
    layerNorm: norm("layerNorm"),
    rmsNorm: norm("rmsNorm"),
    relu: unary("relu"),
    sigmoid: unary("sigmoid"),
    tanh: unary("tanh"),
    gelu: unary("gelu"),
    softplus: unary("softplus"),
    softmax: unary("softmax"),
    power: (x: Value, exponent: number) => push("power", [x], x.shape, { exponent }),
    scale: (x: Value, factor: number) => push("scale", [x], x.shape, { factor }),
    add: pairwise("add"),
    multiply: pairwise("multiply"),
    maxPool: pool("maxPool"),
    avgPool: pool("avgPool"),
    upsample: (x: Value, factor: number) => {
      const [length, channels] = sequence("upsample", x)
      return push("upsample", [x], [length * factor, channels], { factor })
    },
    padStart: pad("padStart"),
    padEnd: pad("padEnd"),
    slice: (x: Value, axis: number, start: number, end: number) =>
      start >= 0 && start < end && end <= x.shape[axis]!
        ? push("slice", [x], x.shape.with(axis, end - start), { axis, start, end })
        : fail("slice", x),
    concat: (a: Value, b: Value, axis: number) =>
      Tensor.shapeText(a.shape.with(axis, 0)) === Tensor.shapeText(b.shape.with(axis, 0))
        ? push("concat", [a, b], a.shape.with(axis, a.shape[axis]! + b.shape[axis]!), { axis })
        : fail("concat", a, b),
    gather: (table: Value, index: Value) =>
      table.shape.length === 2 && index.shape.length === 0 && !nodes[table.node]!.batched
        ? push("gather", [table, index], [last(table)], {})
        : fail("gather", table, index),
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
    /** One value, named `output`, or several by name. */
    build: (output: Value | { readonly [name: string]: Value }): Program => ({
      nodes,
      inputs: new Map(nodes.flatMap((node, at) => (node.op === "input" ? [[node.name, at] as const] : []))),
      outputs: new Map(
        "node" in output && typeof output.node === "number"
          ? [["output", output.node]]
          : Object.entries(output as { readonly [name: string]: Value }).map(([name, { node }]) => [name, node])
      ),
      weights
    })
  }
}

/** The node of the one input, or of the one output, of a program that has one of each. */
export const inputNode = ({ nodes, inputs }: Program): Node => nodes[[...inputs.values()][0]!]!
export const outputNode = ({ nodes, outputs }: Program): Node => nodes[[...outputs.values()][0]!]!

/** How often each value is read, being an output counting as one reader more. */
export const readers = ({ nodes, outputs }: Program): Int32Array => {
  const counts = new Int32Array(nodes.length)
  for (const { inputs } of nodes) for (const input of inputs) counts[input]!++
  for (const output of outputs.values()) counts[output]!++
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
export const weightFault = (
  program: Program,
  tensors: ReadonlyMap<string, { readonly shape: ReadonlyArray<number> }>
): string | undefined => {
  for (const [name, shape] of program.weights) {
    const tensor = tensors.get(name)
    if (tensor === undefined) return `weight '${name}' ${Tensor.shapeText(shape)} is missing`
    if (Tensor.shapeText(tensor.shape) !== Tensor.shapeText(shape)) {
      return `weight '${name}' has shape ${Tensor.shapeText(tensor.shape)} where the model needs ${Tensor.shapeText(shape)}`
    }
  }
  return undefined
}
