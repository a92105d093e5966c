/**
 * The operations of which programs are made.
 *
 * Sequences are [batch, length, channels]. The batch axis is always axis 0 and stands in no `shape`; axes count from 0
 * after it. Values that depend on weights, constants and unbatched inputs alone have a batch of 1 and are broadcast.
 */
export interface Operations {
  /** `int32` inputs are indices for `gather`. */
  input: { readonly name: string; readonly type: "float32" | "int32" }
  constant: { readonly data: Float32Array }
  /** A weight used as a value. */
  weight: { readonly weight: string }
  /**
   * Stride 1, zero padding to the same length; kernel [width, in, out], bias [out]. `spare` positions are computed beyond
   * the end and dropped, by a runtime that would add up in another order for few positions.
   */
  conv1d: {
    readonly kernel: string
    readonly bias: string
    readonly width: number
    readonly dilation: number
    readonly spare: number
  }
  /** One filter a channel, stride 1, zero padding to the same length; kernel [width, channels, 1]. */
  depthwiseConv1d: { readonly kernel: string; readonly width: number }
  /** The last axis times kernel [in, out], plus bias [out]. */
  dense: { readonly kernel: string; readonly bias: string | undefined }
  /** The last axis of the first value times the second, an unbatched value [in, out]. */
  project: object
  /** (x - mean) / sqrt(variance + epsilon) * gamma + beta, each [channels]. */
  batchNorm: {
    readonly gamma: string
    readonly beta: string
    readonly mean: string
    readonly variance: string
    readonly epsilon: number
  }
  /** x * scale + offset, each [channels]. */
  affine: { readonly scale: string; readonly offset: string }
  /** As `batchNorm` with mean and variance taken over the last axis of each position. */
  layerNorm: { readonly gamma: string; readonly beta: string; readonly epsilon: number }
  /** x / sqrt(mean of x^2 over the last axis + epsilon) * gamma + beta. */
  rmsNorm: { readonly gamma: string; readonly beta: string; readonly epsilon: number }
  relu: object
  sigmoid: object
  tanh: object
  /** The tanh form: x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
  gelu: object
  softplus: object
  /** Of numbers that are not negative. */
  power: { readonly exponent: number }
  /** Over the last axis. */
  softmax: object
  scale: { readonly factor: number }
  /** Elementwise, with axes of length 1 of the second value broadcast. */
  add: object
  /** As `add`. */
  multiply: object
  /** Of a sequence, over windows of `width` without overlap. */
  maxPool: { readonly width: number }
  /** As `maxPool`. */
  avgPool: { readonly width: number }
  /** Of a sequence: each position repeated. */
  upsample: { readonly factor: number }
  /** Zeros before the start of an axis. */
  padStart: { readonly axis: number; readonly count: number }
  /** Zeros after the end of an axis. */
  padEnd: { readonly axis: number; readonly count: number }
  slice: { readonly axis: number; readonly start: number; readonly end: number }
  concat: { readonly axis: number }
  reshape: object
  /** Axis i of the result is axis `order[i]` of the input. */
  transpose: { readonly order: ReadonlyArray<number> }
  /** Rows of the first value, unbatched [rows, width], by the index in the second [] of each sample. */
  gather: object
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
  /** The first axis may have another length than in `shape`: it follows the input's. */
  readonly free: boolean
}
export type Node = { [Op in OpName]: NodeOf<Op> }[OpName]

/** What a runtime does for each operation. */
export type Handlers<A> = { readonly [Op in OpName]: (node: NodeOf<Op>, inputs: ReadonlyArray<A>) => A }

export const handle = <A>(handlers: Handlers<A>, node: Node, inputs: ReadonlyArray<A>): A =>
  (handlers[node.op] as (node: Node, inputs: ReadonlyArray<A>) => A)(node, inputs)

/** Operations that can take a first axis of any length. */
export const lengthFree: ReadonlySet<OpName> = new Set([
  "conv1d",
  "depthwiseConv1d",
  "dense",
  "project",
  "batchNorm",
  "affine",
  "layerNorm",
  "rmsNorm",
  "relu",
  "sigmoid",
  "tanh",
  "gelu",
  "softplus",
  "power",
  "softmax",
  "scale",
  "add",
  "multiply",
  "maxPool",
  "avgPool",
  "upsample",
  "padEnd",
  "slice",
  "concat"
])
