/**
 * The hyper-parameters of an AlphaGenome network, read off the shapes of its weights: the released network and a network
 * of a few thousand weights run the same code.
 *
 * What no weight tells is fixed: seven poolings by 2 (128 bp a token), pairs of 16 tokens, convolutions of width 15 and 5.
 */
import type { WeightSource } from "../../WeightSource.ts"

export const tokenWidth = 128
export const pairWidth = 16
/** Bins of the U-Net's levels, in base pairs. */
export const bins = [1, 2, 4, 8, 16, 32, 64] as const
export const epsilon = 1e-5
/** Tokens, and base pairs, over which the rotary frequencies are laid out. */
export const maxTokens = 8192
export const maxPosition = 2 ** 20

/** How rotary angles of the tower are rounded: as the released weights were trained (bfloat16), or not at all. */
export type Numerics = "f32" | "bf16-rope"

export interface Config {
  /** Channels of each level, then of the trunk. */
  readonly channels: ReadonlyArray<number>
  readonly heads: number
  readonly keySize: number
  readonly valueSize: number
  readonly layers: number
  readonly pairChannels: number
  readonly pairHeads: number
  readonly pairHeadSize: number
  readonly positionFeatures: number
  readonly junctionHidden: number
  readonly tissues: number
}

export const trunkOf = ({ channels }: Config): number => channels[bins.length]!

export const root = "alphagenome"
const tower = `${root}/transformer_tower`
const junctions = `${root}/head/splice_sites_junction`

/** Names of repeated modules: without suffix, `_1`, `_2`, ... */
export const numbered = (name: string, index: number): string => (index === 0 ? name : `${name}_${index}`)

/** Why the shapes are not those of such a network, or its hyper-parameters. */
export const of = (tensors: WeightSource["tensors"]): Config | string => {
  const missing: Array<string> = []
  const dimension = (name: string, axis: number): number => {
    const length = tensors.get(name)?.shape.at(axis)
    if (length === undefined) missing.push(name)
    return length ?? 1
  }
  const stem = dimension(`${root}/sequence_encoder/dna_embedder/conv1_d/kernel`, 2)
  const first = dimension(`${root}/sequence_encoder/downres_block_0/conv_block/standardized_conv1_d/kernel`, 2)
  const deepest = stem + (bins.length - 1) * (first - stem)
  const pairBlock = `${tower}/pair_update_block/sequence_to_pair_block`
  const keySize = dimension(`${tower}/mha_block/k_layer/w`, 1)
  const junctionHidden = dimension(`${junctions}/multi_organism_linear/w`, 2)
  let layers = 0
  while (tensors.has(`${tower}/${numbered("mha_block", layers)}/k_layer/w`)) layers++
  const config: Config = {
    channels: [...bins.map((_, level) => stem + level * (first - stem)), deepest],
    heads: dimension(`${tower}/mha_block/q_layer/w`, 1) / keySize,
    keySize,
    valueSize: dimension(`${tower}/mha_block/v_layer/w`, 1),
    layers,
    pairChannels: dimension(`${pairBlock}/linear_pair/w`, 1),
    pairHeads: dimension(`${pairBlock}/q_r_bias`, 2),
    pairHeadSize: dimension(`${pairBlock}/q_r_bias`, 3),
    positionFeatures: dimension(`${pairBlock}/linear_pos_features/w`, 0) / 2,
    junctionHidden,
    tissues: dimension(`${junctions}/pos_donor_logits/embeddings`, 1) / (2 * junctionHidden)
  }
  if (missing.length > 0) return `weight '${missing[0]}' is missing`
  const odd = Object.entries(config).find(([, value]) => typeof value === "number" && !Number.isInteger(value))
  return odd === undefined ? config : `the shapes of the weights disagree: ${odd[0]} would be ${String(odd[1])}`
}
