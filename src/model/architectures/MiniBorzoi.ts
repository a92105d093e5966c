/**
 * The small Borzoi-style network of calico/baskerville's tests (643 thousand weights, Keras 2.10): a convolutional tower
 * to 128 bp, two transformer blocks with relative positions, and two U-Net steps back to 32 bp.
 *
 * Architecture: Linder et al., Nature Genetics 2025 (Borzoi); relative positions: Avsec et al., Nature Methods 2021
 * (Enformer).
 */
import * as Effect from "effect/Effect"
import type { Architecture } from "../Architecture.ts"
import * as Program from "../Program.ts"
import type * as SequenceModel from "../SequenceModel.ts"
import * as Track from "../Track.ts"
import * as WeightSource from "../WeightSource.ts"
import * as KerasH5 from "../weights/KerasH5.ts"

/** Base pairs that it was trained on, and the positions that its attention then compares. */
const inputLength = 131_072
const trainedPositions = 1024
const tracks = 74
const crop = 1024
const epsilon = 1e-3
const towerFilters = [80, 88, 96, 104, 120, 128]
const width = 128
const heads = 2
const keySize = 32
const positionFeatures = 32

/**
 * Enformer's central-mask features of the distances 1-length ... length-1: for each of 16 widths whether the distance is
 * shorter, and the same times the distance's sign. Widths grow geometrically to the `trained` length, in float32 as the
 * weights were trained. Returns [2 length - 1, features].
 */
export const centralMaskFeatures = (length: number, features: number, trained = length): Float32Array => {
  const half = features / 2
  const rate = Math.fround(Math.exp(Math.fround(Math.fround(Math.log(trained + 1)) / half)))
  const widths = Array.from({ length: half }, (_, i) => Math.fround(Math.fround(rate ** (i + 1)) - 1))
  const out = new Float32Array((2 * length - 1) * features)
  for (let row = 0; row < 2 * length - 1; row++) {
    const distance = row - (length - 1)
    for (let i = 0; i < half; i++) {
      const inside = widths[i]! > Math.abs(distance) ? 1 : 0
      out[row * features + i] = inside
      out[row * features + half + i] = inside * Math.sign(distance)
    }
  }
  return out
}

/** Enformer's shift: from logits by relative distance [heads, n, 2n - 1] to logits by position [heads, n, n]. */
export const relativeShift = (net: Program.Builder, x: Program.Value): Program.Value => {
  const [heads, n] = x.shape as [number, number, number]
  const padded = net.reshape(net.padStart(x, 2, 1), [heads, 2 * n, n])
  const shifted = net.reshape(net.slice(padded, 1, 1, 2 * n), [heads, n, 2 * n - 1])
  return net.slice(shifted, 2, 0, n)
}

const attention = (net: Program.Builder, x: Program.Value, name: string): Program.Value => {
  const length = x.shape[0]!
  const split = (value: Program.Value, size: number) =>
    net.transpose(net.reshape(value, [value.shape[0]!, heads, size]), [1, 0, 2])
  const project = (value: Program.Value, layer: string, size: number) =>
    split(net.dense(value, `${name}/${layer}/kernel`, undefined, heads * size), size)
  const bias = (which: string) => net.weight(`${name}/${which}`, [1, heads, 1, keySize], [heads, 1, keySize])
  const query = net.scale(project(x, "q_layer", keySize), keySize ** -0.5)
  const key = project(x, "k_layer", keySize)
  const value = project(x, "v_layer", width / heads)
  const features = centralMaskFeatures(length, positionFeatures, trainedPositions)
  const positions = net.constant([2 * length - 1, positionFeatures], features)
  const distance = project(positions, "r_k_layer", keySize)
  const content = net.matMul(net.add(query, bias("r_w_bias")), key, true)
  const relative = net.matMul(net.add(query, bias("r_r_bias")), distance, true)
  const weights = net.softmax(net.add(content, relativeShift(net, relative)))
  const mixed = net.reshape(net.transpose(net.matMul(weights, value), [1, 0, 2]), [length, width])
  return net.dense(mixed, `${name}/embedding_layer/kernel`, `${name}/embedding_layer/bias`, width)
}

/** For windows of `length` bp; so many bins are left out at each side. */
const network = (length: number, crop: number): Program.Program => {
  const net = Program.builder()
  /** Keras numbers layers of a class in order of creation: `dense`, `dense_1`, ... */
  const counts = new Map<string, number>()
  const layer = (kind: string): string => {
    const count = counts.get(kind) ?? 0
    counts.set(kind, count + 1)
    return count === 0 ? kind : `${kind}_${count}`
  }
  const conv = (x: Program.Value, filters: number, size: number) => net.conv1d(x, layer("conv1d"), filters, size)
  const dense = (x: Program.Value, units: number) => {
    const name = layer("dense")
    return net.dense(x, `${name}/kernel`, `${name}/bias`, units)
  }
  const normGelu = (x: Program.Value) => net.gelu(net.batchNorm(x, layer("batch_normalization"), epsilon))
  const norm = (x: Program.Value) => net.layerNorm(x, layer("layer_normalization"), epsilon)

  let x = net.maxPool(conv(net.input([length, 4]), 64, 7), 2)
  const skips: Array<Program.Value> = []
  for (const filters of towerFilters) {
    const skip = conv(normGelu(x), filters, 5)
    skips.push(skip)
    x = net.maxPool(skip, 2)
  }
  for (let block = 0; block < 2; block++) {
    x = net.add(x, attention(net, norm(x), layer("multihead_attention")))
    x = net.add(x, dense(net.relu(dense(norm(x), 2 * width)), width))
  }
  for (let step = 0; step < 2; step++) {
    const trunk = normGelu(x)
    const skip = normGelu(skips.pop()!)
    const sum = net.add(net.upsample(dense(trunk, width), 2), dense(skip, width))
    const name = layer("separable_conv1d")
    const mixed = net.depthwiseConv1d(sum, `${name}/depthwise_kernel`, 3)
    x = net.dense(mixed, `${name}/pointwise_kernel`, `${name}/bias`, width, [1, width, width])
  }
  const cropped = crop === 0 ? x : net.slice(x, 0, crop, x.shape[0]! - crop)
  return net.build(net.softplus(dense(net.gelu(cropped), tracks)))
}

export const program = (): Program.Program => network(inputLength, crop)

const common = {
  licence: "Apache-2.0",
  citation: "calico/baskerville; Linder et al., Nature Genetics 2025",
  organisms: ["human"],
  weights: (path) => Effect.map(KerasH5.readAll(path), WeightSource.ofTensors)
} as const satisfies Partial<Architecture>

const output = (offset: number): SequenceModel.Output => ({
  name: "TRACKS",
  kind: "tracks",
  resolution: 32,
  offset,
  tracks: Track.generic(tracks)
})

export const miniBorzoi: Architecture = {
  ...common,
  name: "mini-borzoi",
  summary: "The small Borzoi-style network of calico/baskerville's tests: 74 human tracks, 32-bp bins",
  lengths: { preferred: inputLength, min: inputLength, max: inputLength, multiple: inputLength },
  outputs: () => [output(32_768)],
  program
}

/** For sequences that stand by themselves: nothing is left out at the sides, which the network was not trained for. */
export const miniBorzoiShort: Architecture = {
  ...common,
  name: "mini-borzoi-short",
  summary: "mini-borzoi on short windows, predicted from end to end, for single elements",
  lengths: { preferred: 4096, min: 2048, max: inputLength, multiple: 128 },
  outputs: () => [output(0)],
  program: (length) => network(length, 0)
}
