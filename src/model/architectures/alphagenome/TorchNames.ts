/**
 * The tensors of a PyTorch checkpoint (genomicsxai's `alphagenome-pytorch`, public as `gtca/alphagenome_pytorch`) under
 * the official names. Matrices are stored the other way round, head weights and convolutions with channels in front.
 */
import * as Effect from "effect/Effect"
import * as Tensor from "../../Tensor.ts"
import type { WeightSource } from "../../WeightSource.ts"
import { numbered, root } from "./Config.ts"

/** The official shape from the stored one. */
type Turn = (tensor: Tensor.Tensor) => Tensor.Tensor

const asIs: Turn = (tensor) => tensor
const turned =
  (...order: ReadonlyArray<number>): Turn =>
  (tensor) =>
    Tensor.transpose(tensor, order)
/** Without an axis of width 1 at the end, [out, in] or [out, in, 1] to [in, out]. */
const matrix: Turn = ({ shape, data }) => Tensor.transpose({ shape: shape.slice(0, 2), data }, [1, 0])
const flat =
  (axes: number): Turn =>
  ({ shape, data }) => ({ shape: [...shape.slice(0, axes), Tensor.size(shape.slice(axes))], data })

type Leaves = { readonly [leaf: string]: readonly [as: string, turn: Turn] }

const batchNorm: Leaves = {
  weight: ["scale", asIs],
  bias: ["offset", asIs],
  running_var: ["var_ema", asIs]
}
const norm: Leaves = { weight: ["scale", asIs], bias: ["offset", asIs] }
const linear: Leaves = { weight: ["w", matrix], bias: ["b", asIs] }
const standardized: Leaves = {
  weight: ["w", turned(2, 1, 0)],
  scale: ["scale", turned(1, 2, 0)],
  bias: ["bias", asIs]
}
const headLinear: Leaves = { weight: ["w", turned(0, 2, 1)], bias: ["b", asIs] }

/** A module's parts: their names here, their official names, and the tensors in them. */
type Parts = { readonly [part: string]: readonly [as: string, leaves: Leaves] }

const convBlock: Parts = { conv: ["standardized_conv1_d", standardized], norm: ["rms_batch_norm", batchNorm] }
const pairPart = (kind: string, parts: Parts): Parts =>
  Object.fromEntries(Object.entries(parts).map(([part, [as, leaves]]) => [part, [`${kind}/${as}`, leaves]]))

/** `#` stands for a number: modules by pattern, with the official name for it. */
const modules: ReadonlyArray<readonly [pattern: string, as: (index: number) => string, parts: Parts]> = [
  [
    "encoder.dna_embedder",
    () => "sequence_encoder/dna_embedder",
    {
      conv1: ["conv1_d", { weight: ["w", turned(2, 1, 0)], bias: ["b", asIs] }]
    }
  ],
  ["encoder.dna_embedder.block", () => "sequence_encoder/dna_embedder/conv_block", convBlock],
  ["encoder.down_blocks.#.block1", (index) => `sequence_encoder/downres_block_${index}/conv_block`, convBlock],
  ["encoder.down_blocks.#.block2", (index) => `sequence_encoder/downres_block_${index}/conv_block_1`, convBlock],
  ["decoder.up_blocks.#.conv_in", (index) => `sequence_decoder/${numbered("up_res_block", index)}/conv_in`, convBlock],
  [
    "decoder.up_blocks.#.conv_out",
    (index) => `sequence_decoder/${numbered("up_res_block", index)}/conv_out`,
    convBlock
  ],
  [
    "decoder.up_blocks.#.pointwise",
    (index) => `sequence_decoder/${numbered("up_res_block", index)}/pointwise_conv_unet_skip`,
    { conv: ["linear", linear], norm: ["rms_batch_norm", batchNorm] }
  ],
  [
    "tower.blocks.#.mha",
    (index) => `transformer_tower/${numbered("mha_block", index)}`,
    {
      q_proj: ["q_layer", linear],
      k_proj: ["k_layer", linear],
      v_proj: ["v_layer", linear],
      norm_q: ["norm_q", norm],
      norm_k: ["norm_k", norm],
      norm_v: ["norm_v", norm],
      linear_embedding: ["linear_embedding", linear],
      norm: ["rms_batch_norm", batchNorm],
      final_norm: ["rms_batch_norm_1", batchNorm]
    }
  ],
  [
    "tower.blocks.#.mlp",
    (index) => `transformer_tower/${numbered("mlp_block", index)}`,
    {
      fc1: ["linear", linear],
      fc2: ["linear_1", linear],
      norm: ["rms_batch_norm", batchNorm],
      final_norm: ["rms_batch_norm_1", batchNorm]
    }
  ],
  [
    "tower.blocks.#.attn_bias",
    (index) => `transformer_tower/${numbered("attention_bias_block", index)}`,
    { proj: ["linear", linear], norm: ["rms_batch_norm", batchNorm] }
  ],
  ...(
    [
      [
        "seq2pair",
        "sequence_to_pair_block",
        {
          norm_seq2pair: ["norm_seq2pair", norm],
          linear_q: ["linear_q", linear],
          linear_k: ["linear_k", linear],
          linear_pos_features: ["linear_pos_features", linear],
          linear_y_q: ["linear_y_q", linear],
          linear_y_k: ["linear_y_k", linear],
          linear_pair: ["linear_pair", linear]
        }
      ],
      [
        "row_attn",
        "row_attention_block",
        {
          norm: ["layer_norm", norm],
          linear_q: ["linear_q", linear],
          linear_k: ["linear_k", linear],
          linear_v: ["linear_v", linear]
        }
      ],
      [
        "pair_mlp",
        "pair_mlp_block",
        {
          norm: ["layer_norm", norm],
          linear1: ["linear", linear],
          linear2: ["linear_1", linear]
        }
      ]
    ] as const
  ).map(
    ([part, as, parts]) =>
      [
        `tower.blocks.#.pair_update.${part}`,
        // Every second layer updates the pairs.
        (index: number) => `transformer_tower/${numbered("pair_update_block", index / 2)}`,
        pairPart(as, parts)
      ] as const
  ),
  [
    "embedder_128bp",
    () => "output_embedder",
    {
      project_in: ["linear", linear],
      norm: ["rms_batch_norm", batchNorm],
      organism_embed: ["embed", { weight: ["embeddings", asIs] }]
    }
  ],
  [
    "embedder_1bp",
    () => "output_embedder_1",
    {
      project_in: ["linear", linear],
      project_skip: ["linear_1", linear],
      norm: ["rms_batch_norm", batchNorm],
      organism_embed: ["embed", { weight: ["embeddings", asIs] }]
    }
  ],
  [
    "embedder_pair",
    () => "output_pair",
    {
      norm: ["layer_norm", norm],
      organism_embed: ["embed", { weight: ["embeddings", asIs] }]
    }
  ],
  [
    "contact_maps_head",
    () => "head/contact_maps",
    {
      linear: ["multi_organism_linear", { weight: ["w", asIs], bias: ["b", asIs] }]
    }
  ],
  ...["classification", "usage", "junction"].map(
    (head) =>
      [
        `splice_sites_${head}_head`,
        () => `head/splice_sites_${head}`,
        { conv: ["multi_organism_linear", headLinear] }
      ] as const
  )
]

/** Tensors that are no leaf of a module above. */
const alone: ReadonlyArray<readonly [pattern: RegExp, as: (...parts: ReadonlyArray<string>) => string, turn: Turn]> = [
  [/^organism_embed\.weight$/u, () => "embed/embeddings", asIs],
  [
    /^decoder\.up_blocks\.(\d+)\.residual_scale$/u,
    (index) => `sequence_decoder/${numbered("up_res_block", Number(index))}/residual_scale`,
    asIs
  ],
  [
    /^tower\.blocks\.(\d+)\.pair_update\.seq2pair\.([qk]_r_bias)$/u,
    (index, bias) =>
      `transformer_tower/${numbered("pair_update_block", Number(index) / 2)}/sequence_to_pair_block/${bias}`,
    asIs
  ],
  [
    /^heads\.(\w+)\.convs\.(\d+)\.weight$/u,
    (head, resolution) => `head/${head}/resolution_${resolution}/multi_organism_linear/w`,
    turned(0, 2, 1)
  ],
  [
    /^heads\.(\w+)\.convs\.(\d+)\.bias$/u,
    (head, resolution) => `head/${head}/resolution_${resolution}/multi_organism_linear/b`,
    asIs
  ],
  [
    /^heads\.(\w+)\.residual_scales\.(\d+)$/u,
    (head, resolution) => `head/${head}/resolution_${resolution}/learnt_scale`,
    asIs
  ],
  [/^heads\.(\w+)\.track_means$/u, (head) => `head/${head}/track_means`, asIs],
  [
    /^splice_sites_junction_head\.rope_params\.(\w+)$/u,
    (site) => `head/splice_sites_junction/${site}_logits/embeddings`,
    flat(1)
  ]
]

const patterns = modules.map(
  ([pattern, as, parts]) =>
    [
      new RegExp(`^${pattern.replaceAll(".", "\\.").replace("#", "(\\d+)")}\\.(\\w+)\\.(\\w+)$`, "u"),
      as,
      parts
    ] as const
)

/** The official name of a tensor and how it is turned; undefined for a name that is not of such a checkpoint. */
export const official = (name: string): { readonly name: string; readonly turn: Turn } | undefined => {
  for (const [pattern, as, turn] of alone) {
    const found = pattern.exec(name)
    if (found !== null) return { name: `${root}/${as(...found.slice(1))}`, turn }
  }
  for (const [pattern, as, parts] of patterns) {
    const found = pattern.exec(name)
    if (found === null) continue
    const [part, leaf] = found.slice(-2) as [string, string]
    const [module, leaves] = parts[part] ?? []
    const [officialLeaf, turn] = leaves?.[leaf] ?? []
    if (module === undefined || officialLeaf === undefined) continue
    return { name: `${root}/${as(Number(found[1]))}/${module}/${officialLeaf}`, turn: turn! }
  }
  return undefined
}

/** Whether the names are those of a PyTorch checkpoint. */
export const isTorch = ({ tensors }: WeightSource): boolean => tensors.has("organism_embed.weight")

/** Under the official names. What is not turned stays where it lies. */
export const source = (checkpoint: WeightSource): WeightSource => {
  const entries = new Map<
    string,
    { readonly stored: string; readonly shape: ReadonlyArray<number>; readonly turn: Turn }
  >()
  for (const [stored, { shape }] of checkpoint.tensors) {
    const found = official(stored)
    if (found === undefined) continue
    const probe = found.turn === asIs ? shape : found.turn({ shape, data: new Float32Array(0) }).shape
    entries.set(found.name, { stored, shape: probe, turn: found.turn })
  }
  return {
    tensors: entries,
    identity: checkpoint.identity,
    place: (name) => {
      const { stored, turn } = entries.get(name)!
      return turn === asIs ? checkpoint.place(stored) : undefined
    },
    read: (name) => {
      const { stored, turn } = entries.get(name)!
      const { shape } = checkpoint.tensors.get(stored)!
      return Effect.map(checkpoint.read(stored), (data) => turn({ shape, data }).data)
    }
  }
}
