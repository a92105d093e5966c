/**
 * The network's weights under the names that its programs use, from a checkpoint under its official (Haiku) names
 * `module/leaf` or `module:leaf`: normalisations folded to a scale and an offset, convolutions standardised, both in
 * float64.
 */
import * as Effect from "effect/Effect"
import type { ModelError } from "../../ModelError.ts"
import type { WeightSource } from "../../WeightSource.ts"
import { epsilon } from "./Config.ts"

/** How a tensor of the programs comes from those of a module. */
interface Part {
  /** The module's leaves that it is computed from; the first has its size. */
  readonly from: ReadonlyArray<string>
  /** Axes of length 1 in front are dropped. */
  readonly flat?: boolean
  /** The tensor as it is when absent. */
  readonly compute?: (leaves: ReadonlyArray<Float32Array>, shape: ReadonlyArray<number>) => Float32Array
}

/**
 * Each filter less its mean, over the root of its sum of squares (at least 1e-4), times its scale: `kernel` is
 * [width, in, out]. The standardisation of Qiao et al. (2019).
 */
const standardize = ([kernel, scale]: ReadonlyArray<Float32Array>): Float32Array => {
  const filters = scale!.length
  const fanIn = kernel!.length / filters
  const means = new Float64Array(filters)
  const squares = new Float64Array(filters)
  for (let i = 0, filter = 0; i < kernel!.length; i++, filter = (filter + 1) % filters) means[filter]! += kernel![i]!
  for (let filter = 0; filter < filters; filter++) means[filter]! /= fanIn
  for (let i = 0, filter = 0; i < kernel!.length; i++, filter = (filter + 1) % filters) {
    squares[filter]! += (kernel![i]! - means[filter]!) ** 2
  }
  const factors = squares.map((sum, filter) => scale![filter]! / Math.sqrt(Math.max(sum, 1e-4)))
  return kernel!.map((value, i) => (value - means[i % filters]!) * factors[i % filters]!)
}

const foldVariance = ([scale, variance]: ReadonlyArray<Float32Array>): Float32Array =>
  scale!.map((value, i) => value / Math.sqrt(variance![i]! + epsilon))

const batchNorm: Record<string, Part> = {
  scale: { from: ["scale", "var_ema"], flat: true, compute: foldVariance },
  offset: { from: ["offset"], flat: true }
}
const layerNorm: Record<string, Part> = {
  gamma: { from: ["scale"], flat: true },
  beta: { from: ["offset"], flat: true }
}

/** By the last part of the module's name; the tensors of other modules keep their names. */
const modules: { readonly [module: string]: { readonly [leaf: string]: Part } } = {
  standardized_conv1_d: {
    kernel: { from: ["w", "scale"], compute: standardize },
    bias: { from: ["bias"] }
  },
  conv1_d: { kernel: { from: ["w"] }, bias: { from: ["b"] } },
  rms_batch_norm: batchNorm,
  rms_batch_norm_1: batchNorm,
  layer_norm: layerNorm,
  norm_q: layerNorm,
  norm_k: layerNorm,
  norm_v: layerNorm,
  norm_seq2pair: layerNorm
}

const flatten = (shape: ReadonlyArray<number>): ReadonlyArray<number> =>
  shape.slice(
    Math.max(
      0,
      shape.findIndex((n) => n !== 1)
    )
  )

interface Entry {
  readonly shape: ReadonlyArray<number>
  readonly from: ReadonlyArray<string>
  readonly compute: Part["compute"]
}

/** The module and the leaf of a tensor's name. */
const split = (name: string): readonly [string, string] => {
  const at = Math.max(name.lastIndexOf("/"), name.lastIndexOf(":"))
  return [name.slice(0, at), name.slice(at + 1)]
}

/** `checkpoint` is under the official names. */
export const source = (checkpoint: WeightSource): WeightSource => {
  const names = new Map(Array.from(checkpoint.tensors.keys(), (name) => [split(name).join("/"), name]))
  const entries = new Map<string, Entry>()
  for (const [plain, name] of names) {
    const [module, leaf] = split(name)
    const { shape } = checkpoint.tensors.get(name)!
    const parts = modules[split(module)[1]]
    if (parts === undefined) {
      // A lone number may be stored as [] or as [1].
      entries.set(plain, { shape: shape.length === 0 ? [1] : shape, from: [name], compute: undefined })
      continue
    }
    for (const [as, { from, flat, compute }] of Object.entries(parts)) {
      if (from[0] !== leaf) continue
      const sources = from.map((part) => names.get(`${module}/${part}`))
      if (sources.includes(undefined)) continue
      const target = flat === true ? flatten(shape) : shape
      entries.set(`${module}/${as}`, { shape: target, from: sources as ReadonlyArray<string>, compute })
    }
  }
  return {
    tensors: entries,
    identity: checkpoint.identity === undefined ? undefined : `alphagenome 1 ${checkpoint.identity}`,
    place: (name) => {
      const { from, compute } = entries.get(name)!
      return compute === undefined ? checkpoint.place(from[0]!) : undefined
    },
    read: Effect.fnUntraced(function* (name): Effect.fn.Return<Float32Array, ModelError> {
      const { from, compute, shape } = entries.get(name)!
      const leaves = yield* Effect.forEach(from, checkpoint.read)
      return compute === undefined ? leaves[0]! : compute(leaves, shape)
    })
  }
}
