/**
 * The blocks of the network on a program under construction.
 *
 * Avsec et al., AlphaGenome (2025). Two kinds of GELU: x sigmoid(1.702 x) in convolution blocks and output embedders, the
 * tanh form on pairs. `RMSBatchNorm` is an affine map per channel at inference.
 */
import type { Builder, Value } from "../../Program.ts"
import { bins, epsilon, numbered, pairWidth, root, tokenWidth, trunkOf, type Config } from "./Config.ts"
import { distanceFeatures, quarterTurn } from "./Positions.ts"

const encoderName = `${root}/sequence_encoder`
const towerName = `${root}/transformer_tower`
const decoderName = `${root}/sequence_decoder`

/** Dense layers keep their weights under `w` and `b`. */
const linear = (net: Builder, x: Value, name: string, units: number): Value =>
  net.dense(x, `${name}/w`, `${name}/b`, units)
const linearWithoutBias = (net: Builder, x: Value, name: string, units: number): Value =>
  net.dense(x, `${name}/w`, undefined, units)

export const sigmoidGelu = (net: Builder, x: Value): Value => net.multiply(x, net.sigmoid(net.scale(x, 1.702)))

/** The fewest tokens that encoder and decoder are given: one at the end of a window, with its halo. */
const fewestTokens = 9
/** ONNX Runtime adds up in another order where it convolves at most so many positions. */
const fewPositions = 64

/** On bins of so many base pairs. A chunk gives the same to the bit as the whole, however short it is. */
const convBlock = (net: Builder, x: Value, name: string, filters: number, bin: number): Value => {
  const activated = sigmoidGelu(net, net.affine(x, `${name}/rms_batch_norm`))
  const spare = Math.max(0, fewPositions + 1 - (fewestTokens * tokenWidth) / bin)
  return net.conv1d(activated, `${name}/standardized_conv1_d`, filters, 5, 1, spare)
}

const last = (x: Value): number => x.shape[x.shape.length - 1]!

/** Adds an organism's row [channels]. */
const addRow = (net: Builder, x: Value, row: Value): Value =>
  net.add(
    x,
    net.reshape(
      row,
      x.shape.map((n, axis) => (axis === x.shape.length - 1 ? n : 1))
    )
  )

/** From [bp, 4] to the values of each level [bp / bin, channels], kept for the decoder, and the tokens. */
export const encoder = (net: Builder, { channels }: Config, sequence: Value): { skips: Array<Value>; trunk: Value } => {
  const stem = net.conv1d(sequence, `${encoderName}/dna_embedder/conv1_d`, channels[0]!, 15)
  const skips = [net.add(stem, convBlock(net, stem, `${encoderName}/dna_embedder/conv_block`, channels[0]!, 1))]
  for (let level = 1; level < bins.length; level++) {
    const name = `${encoderName}/downres_block_${level - 1}`
    const x = net.maxPool(skips[level - 1]!, 2)
    const wide = net.padEnd(x, 1, channels[level]! - last(x))
    const block = (value: Value, which: string) =>
      convBlock(net, value, `${name}/${which}`, channels[level]!, bins[level]!)
    const mixed = net.add(block(x, "conv_block"), wide)
    skips.push(net.add(mixed, block(mixed, "conv_block_1")))
  }
  return { skips, trunk: net.maxPool(skips[bins.length - 1]!, 2) }
}

/** Tokens and the values of each level back to [bp, channels]. */
export const decoder = (net: Builder, { channels }: Config, trunk: Value, skips: ReadonlyArray<Value>): Value => {
  let x = trunk
  for (let level = bins.length - 1; level >= 0; level--) {
    const name = `${decoderName}/${numbered("up_res_block", bins.length - 1 - level)}`
    const width = channels[level]!
    const bin = bins[level]!
    const inner = net.add(convBlock(net, x, `${name}/conv_in`, width, 2 * bin), net.slice(x, 1, 0, width))
    const scaled = net.multiply(inner, net.weight(`${name}/residual_scale`, [1], [1, 1]))
    const skip = `${name}/pointwise_conv_unet_skip`
    const pointwise = sigmoidGelu(net, net.affine(skips[level]!, `${skip}/rms_batch_norm`))
    const joined = net.add(net.upsample(scaled, 2), linear(net, pointwise, `${skip}/linear`, width))
    x = net.add(joined, convBlock(net, joined, `${name}/conv_out`, width, bin))
  }
  return x
}

/** From logits by distance [heads, n, 2n], for distances -n ... n-1, to logits by position [heads, n, n]. */
const relativeShift = (net: Builder, x: Value): Value => {
  const [heads, n] = x.shape as [number, number]
  const turned = net.slice(net.reshape(x, [heads, 2 * n, n]), 1, 1, 2 * n)
  return net.slice(net.reshape(turned, [heads, n, 2 * n - 1]), 2, 0, n)
}

/** What the tokens [tokens, channels] say of pairs of 16 tokens: [pairs, pairs, channels]. */
export const sequenceToPair = (net: Builder, config: Config, x: Value, update: number): Value => {
  const name = `${towerName}/${numbered("pair_update_block", update)}/sequence_to_pair_block`
  const { pairHeads: heads, pairHeadSize: size, pairChannels, positionFeatures } = config
  const pairs = x.shape[0]! / pairWidth
  const split = (value: Value) => net.transpose(net.reshape(value, [value.shape[0]!, heads, size]), [1, 0, 2])
  const h = net.rmsNorm(net.avgPool(x, pairWidth), `${name}/norm_seq2pair`, epsilon)
  const query = split(linearWithoutBias(net, h, `${name}/linear_q`, heads * size))
  const key = split(linearWithoutBias(net, h, `${name}/linear_k`, heads * size))
  const features = net.constant([2 * pairs, 2 * positionFeatures], distanceFeatures(pairs, positionFeatures))
  const positions = split(linear(net, features, `${name}/linear_pos_features`, heads * size))
  const byDistance = (value: Value, which: string) => {
    const bias = net.weight(`${name}/${which}`, [1, 1, heads, size], [heads, 1, size])
    return relativeShift(net, net.matMul(net.add(value, bias), positions, true))
  }
  const relative = net.add(byDistance(query, "q_r_bias"), net.transpose(byDistance(key, "k_r_bias"), [0, 2, 1]))
  const logits = net.add(net.matMul(query, key, true), net.scale(relative, 0.5))
  const mixed = linear(net, net.transpose(logits, [1, 2, 0]), `${name}/linear_pair`, pairChannels)
  const side = (which: string, shape: ReadonlyArray<number>) =>
    net.reshape(linearWithoutBias(net, net.gelu(h), `${name}/${which}`, pairChannels), shape)
  return net.add(
    net.add(mixed, side("linear_y_q", [pairs, 1, pairChannels])),
    side("linear_y_k", [1, pairs, pairChannels])
  )
}

/** One row of the pairs [pairs, channels]: attention along the row, then a perceptron. */
export const pairRow = (net: Builder, { pairChannels }: Config, row: Value, update: number): Value => {
  const name = `${towerName}/${numbered("pair_update_block", update)}`
  const attention = `${name}/row_attention_block`
  const h = net.rmsNorm(row, `${attention}/layer_norm`, epsilon)
  const query = net.scale(linearWithoutBias(net, h, `${attention}/linear_q`, pairChannels), pairChannels ** -0.5)
  const key = linearWithoutBias(net, h, `${attention}/linear_k`, pairChannels)
  const value = linear(net, h, `${attention}/linear_v`, pairChannels)
  const attended = net.add(row, net.matMul(net.softmax(net.matMul(query, key, true)), value))
  const mlp = `${name}/pair_mlp_block`
  const inner = net.relu(
    linear(net, net.rmsNorm(attended, `${mlp}/layer_norm`, epsilon), `${mlp}/linear`, 2 * pairChannels)
  )
  return net.add(attended, linear(net, inner, `${mlp}/linear_1`, pairChannels))
}

/** Rotary positions of [positions, heads, size] from tables [positions, size]. */
const rotate = (net: Builder, x: Value, cos: Value, sin: Value): Value => {
  const size = last(x)
  const table = (value: Value) => (x.shape.length === 2 ? value : net.reshape(value, [x.shape[0]!, 1, size]))
  const turned = net.project(x, net.constant([size, size], quarterTurn(size)))
  return net.add(net.multiply(x, table(cos)), net.multiply(turned, table(sin)))
}

/** The one key and the one value of each token that all heads of a layer share. */
export const keysAndValues = (
  net: Builder,
  { keySize, valueSize }: Config,
  x: Value,
  cos: Value,
  sin: Value,
  layer: number
): { keys: Value; values: Value } => {
  const name = `${towerName}/${numbered("mha_block", layer)}`
  const h = net.affine(x, `${name}/rms_batch_norm`)
  const part = (which: "k" | "v", size: number) =>
    net.layerNorm(linearWithoutBias(net, h, `${name}/${which}_layer`, size), `${name}/norm_${which}`, epsilon)
  return { keys: rotate(net, part("k", keySize), cos, sin), values: part("v", valueSize) }
}

export interface TowerRows {
  /** [rows, channels] */
  readonly x: Value
  /** Tables of the rows' positions [rows, key size]. */
  readonly cos: Value
  readonly sin: Value
  /** Of all tokens. */
  readonly keys: Value
  readonly values: Value
  /** The pairs' rows that the tokens lie in [rows / 16, pairs, channels]. */
  readonly pair: Value
}

/** A layer of the tower for some of the tokens: attention to all tokens, then a perceptron. */
export const towerLayer = (net: Builder, config: Config, rows: TowerRows, layer: number): Value => {
  const { heads, keySize, valueSize } = config
  const { x, keys, values, pair } = rows
  const [count, tokens] = [x.shape[0]!, keys.shape[0]!]
  const name = `${towerName}/${numbered("mha_block", layer)}`
  const h = linearWithoutBias(net, net.affine(x, `${name}/rms_batch_norm`), `${name}/q_layer`, heads * keySize)
  const normed = net.layerNorm(net.reshape(h, [count, heads, keySize]), `${name}/norm_q`, epsilon)
  const query = net.scale(rotate(net, normed, rows.cos, rows.sin), keySize ** -0.5)
  const biasName = `${towerName}/${numbered("attention_bias_block", layer)}`
  const bias = linearWithoutBias(
    net,
    net.gelu(net.affine(pair, `${biasName}/rms_batch_norm`)),
    `${biasName}/linear`,
    heads
  )
  const [pairRows, pairs] = pair.shape as [number, number]
  const logits = net.matMul(net.reshape(query, [count * heads, keySize]), keys, true)
  // Each bias holds for a block of 16 by 16 tokens.
  const biased = net.add(
    net.reshape(logits, [pairRows, pairWidth, heads, pairs, pairWidth]),
    net.reshape(net.transpose(bias, [0, 2, 1]), [pairRows, 1, heads, pairs, 1])
  )
  const capped = net.scale(net.tanh(net.scale(net.reshape(biased, [count * heads, tokens]), 1 / 5)), 5)
  const mixed = net.reshape(net.matMul(net.softmax(capped), values), [count, heads * valueSize])
  const attended = net.add(
    x,
    net.affine(linear(net, mixed, `${name}/linear_embedding`, trunkOf(config)), `${name}/rms_batch_norm_1`)
  )
  const mlp = `${towerName}/${numbered("mlp_block", layer)}`
  const inner = net.relu(
    linear(net, net.affine(attended, `${mlp}/rms_batch_norm`), `${mlp}/linear`, 2 * trunkOf(config))
  )
  return net.add(
    attended,
    net.affine(linear(net, inner, `${mlp}/linear_1`, trunkOf(config)), `${mlp}/rms_batch_norm_1`)
  )
}

/** Output embeddings of tokens [..., 2 trunk channels], and what of them enters those of base pairs. */
export const embedTokens = (
  net: Builder,
  config: Config,
  x: Value,
  organism: Value
): { embeddings: Value; passedOn: Value } => {
  const name = `${root}/output_embedder`
  const wide = net.affine(linear(net, x, `${name}/linear`, 2 * trunkOf(config)), `${name}/rms_batch_norm`)
  const embeddings = sigmoidGelu(net, addRow(net, wide, organism))
  return {
    embeddings,
    passedOn: linearWithoutBias(net, embeddings, `${name}_1/linear_1`, 2 * config.channels[0]!)
  }
}

/** Output embeddings of the base pairs of a token [128, 2 channels]; `passedOn` is [1, 2 channels]. */
export const embedBasePairs = (
  net: Builder,
  { channels }: Config,
  x: Value,
  passedOn: Value,
  organism: Value
): Value => {
  const name = `${root}/output_embedder_1`
  const joined = net.add(linear(net, x, `${name}/linear`, 2 * channels[0]!), passedOn)
  return sigmoidGelu(net, addRow(net, net.affine(joined, `${name}/rms_batch_norm`), organism))
}

/** Output embeddings of pairs [pairs, pairs, channels]: symmetric. */
export const embedPairs = (net: Builder, pair: Value, organism: Value): Value => {
  const name = `${root}/output_pair`
  const symmetric = net.scale(net.add(pair, net.transpose(pair, [1, 0, 2])), 0.5)
  return sigmoidGelu(net, addRow(net, net.rmsNorm(symmetric, `${name}/layer_norm`, epsilon), organism))
}
