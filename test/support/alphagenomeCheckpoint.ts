/** The tensors of an AlphaGenome checkpoint under their official names, and random ones of the released size. */
import * as Effect from "effect/Effect"
import * as Random from "../../src/core/Random.ts"
import { bins, numbered, root, trunkOf, type Config } from "../../src/model/architectures/alphagenome/Config.ts"
import { size } from "../../src/model/Tensor.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"

/** As released: 450,452,613 parameters. */
export const released: Config = {
  channels: [768, 896, 1024, 1152, 1280, 1408, 1536, 1536],
  heads: 8,
  keySize: 128,
  valueSize: 192,
  layers: 9,
  pairChannels: 128,
  pairHeads: 32,
  pairHeadSize: 128,
  positionFeatures: 32,
  junctionHidden: 768,
  tissues: 367
}

/** Tracks of each head, as released. */
export const releasedTracks = {
  atac: 256,
  dnase: 384,
  procap: 128,
  cage: 640,
  rna_seq: 768,
  chip_tf: 1664,
  chip_histone: 1152,
  contact_maps: 28,
  splice_sites: 5,
  splice_site_usage: 734,
  splice_junctions: 367
} as const

export type TrackCounts = { readonly [K in keyof typeof releasedTracks]: number }

type Shapes = Record<string, ReadonlyArray<number>>

export const shapes = (config: Config, tracks: TrackCounts): Shapes => {
  const all: Shapes = {}
  const put = (module: string, leaves: Shapes) => {
    for (const [leaf, shape] of Object.entries(leaves)) all[`${root}/${module}/${leaf}`] = shape
  }
  const batchNorm = (module: string, channels: number, rank = 3) => {
    const shape = [...Array.from({ length: rank - 1 }, () => 1), channels]
    put(module, { scale: shape, offset: shape, var_ema: shape })
  }
  const norm = (module: string, channels: number) => put(module, { scale: [channels], offset: [channels] })
  const linear = (module: string, from: number, to: number, bias = true) =>
    put(module, bias ? { w: [from, to], b: [to] } : { w: [from, to] })
  const convBlock = (module: string, from: number, to: number) => {
    batchNorm(`${module}/rms_batch_norm`, from)
    put(`${module}/standardized_conv1_d`, { w: [5, from, to], scale: [1, 1, to], bias: [to] })
  }
  const { channels, heads, keySize, valueSize, pairChannels: pair, pairHeads, pairHeadSize } = config
  const [stem, trunk] = [channels[0]!, trunkOf(config)]
  put("sequence_encoder/dna_embedder/conv1_d", { w: [15, 4, stem], b: [stem] })
  convBlock("sequence_encoder/dna_embedder/conv_block", stem, stem)
  for (let level = 1; level < bins.length; level++) {
    const [from, to] = [channels[level - 1]!, channels[level]!]
    convBlock(`sequence_encoder/downres_block_${level - 1}/conv_block`, from, to)
    convBlock(`sequence_encoder/downres_block_${level - 1}/conv_block_1`, to, to)
  }
  put("embed", { embeddings: [2, trunk] })
  for (let layer = 0; layer < config.layers; layer++) {
    const of = (name: string, index = layer) => `transformer_tower/${numbered(name, index)}`
    if (layer % 2 === 0) {
      const update = of("pair_update_block", layer / 2)
      const block = `${update}/sequence_to_pair_block`
      const wide = pairHeads * pairHeadSize
      put(block, { q_r_bias: [1, 1, pairHeads, pairHeadSize], k_r_bias: [1, 1, pairHeads, pairHeadSize] })
      norm(`${block}/norm_seq2pair`, trunk)
      linear(`${block}/linear_q`, trunk, wide, false)
      linear(`${block}/linear_k`, trunk, wide, false)
      linear(`${block}/linear_pos_features`, 2 * config.positionFeatures, wide)
      linear(`${block}/linear_y_q`, trunk, pair, false)
      linear(`${block}/linear_y_k`, trunk, pair, false)
      linear(`${block}/linear_pair`, pairHeads, pair)
      norm(`${update}/row_attention_block/layer_norm`, pair)
      linear(`${update}/row_attention_block/linear_q`, pair, pair, false)
      linear(`${update}/row_attention_block/linear_k`, pair, pair, false)
      linear(`${update}/row_attention_block/linear_v`, pair, pair)
      norm(`${update}/pair_mlp_block/layer_norm`, pair)
      linear(`${update}/pair_mlp_block/linear`, pair, 2 * pair)
      linear(`${update}/pair_mlp_block/linear_1`, 2 * pair, pair)
    }
    batchNorm(`${of("attention_bias_block")}/rms_batch_norm`, pair, 4)
    linear(`${of("attention_bias_block")}/linear`, pair, heads, false)
    const mha = of("mha_block")
    batchNorm(`${mha}/rms_batch_norm`, trunk)
    linear(`${mha}/q_layer`, trunk, heads * keySize, false)
    linear(`${mha}/k_layer`, trunk, keySize, false)
    linear(`${mha}/v_layer`, trunk, valueSize, false)
    norm(`${mha}/norm_q`, keySize)
    norm(`${mha}/norm_k`, keySize)
    norm(`${mha}/norm_v`, valueSize)
    linear(`${mha}/linear_embedding`, heads * valueSize, trunk)
    batchNorm(`${mha}/rms_batch_norm_1`, trunk)
    const mlp = of("mlp_block")
    batchNorm(`${mlp}/rms_batch_norm`, trunk)
    linear(`${mlp}/linear`, trunk, 2 * trunk)
    linear(`${mlp}/linear_1`, 2 * trunk, trunk)
    batchNorm(`${mlp}/rms_batch_norm_1`, trunk)
  }
  for (let level = bins.length - 1; level >= 0; level--) {
    const block = `sequence_decoder/${numbered("up_res_block", bins.length - 1 - level)}`
    const [from, to] = [channels[level + 1]!, channels[level]!]
    put(block, { residual_scale: [] })
    convBlock(`${block}/conv_in`, from, to)
    batchNorm(`${block}/pointwise_conv_unet_skip/rms_batch_norm`, to)
    linear(`${block}/pointwise_conv_unet_skip/linear`, to, to)
    convBlock(`${block}/conv_out`, to, to)
  }
  linear("output_embedder/linear", trunk, 2 * trunk)
  batchNorm("output_embedder/rms_batch_norm", 2 * trunk)
  put("output_embedder/embed", { embeddings: [2, 2 * trunk] })
  linear("output_embedder_1/linear", stem, 2 * stem)
  linear("output_embedder_1/linear_1", 2 * trunk, 2 * stem, false)
  batchNorm("output_embedder_1/rms_batch_norm", 2 * stem)
  put("output_embedder_1/embed", { embeddings: [2, 2 * stem] })
  norm("output_pair/layer_norm", pair)
  put("output_pair/embed", { embeddings: [2, pair] })
  const head = (module: string, from: number, count: number) =>
    put(`head/${module}/multi_organism_linear`, { w: [2, from, count], b: [2, count] })
  const assays = ["atac", "dnase", "procap", "cage", "rna_seq", "chip_tf", "chip_histone"] as const
  for (const assay of assays) {
    for (const resolution of assay.startsWith("chip") ? [128] : [1, 128]) {
      const module = `${assay}/resolution_${resolution}`
      head(module, resolution === 1 ? 2 * stem : 2 * trunk, tracks[assay])
      put(`head/${module}`, { learnt_scale: [2, tracks[assay]] })
    }
  }
  head("contact_maps", pair, tracks.contact_maps)
  head("splice_sites_classification", 2 * stem, tracks.splice_sites)
  head("splice_sites_usage", 2 * stem, tracks.splice_site_usage)
  head("splice_sites_junction", 2 * stem, config.junctionHidden)
  for (const site of ["pos_donor", "pos_acceptor", "neg_donor", "neg_acceptor"]) {
    put(`head/splice_sites_junction/${site}_logits`, {
      embeddings: [2, 2 * config.tissues * config.junctionHidden]
    })
  }
  return all
}

/** Seeded: matrices normal with variance 1 / fan-in, variances and scales 1, offsets near 0. */
export const write = (path: string, config: Config, tracks: TrackCounts, seed: number) =>
  Effect.gen(function* () {
    const all = shapes(config, tracks)
    const writer = yield* Safetensors.create(path, all)
    // A large prime: no two tensors have the same stretch of it.
    const pool = Random.make(seed, "pool")
    const normals = Float32Array.from({ length: 1_000_003 }, () => pool.normal())
    const random = Random.make(seed, "starts")
    for (const [name, shape] of Object.entries(all)) {
      const leaf = name.slice(name.lastIndexOf("/") + 1)
      const data = new Float32Array(size(shape))
      if (leaf === "scale" || leaf === "var_ema" || leaf === "residual_scale") data.fill(1)
      else {
        const fanIn = leaf === "w" ? size(shape) / shape.at(-1)! / (shape[0] === 2 && shape.length === 3 ? 2 : 1) : 100
        const factor = 1 / Math.sqrt(fanIn)
        let at = random.int(normals.length)
        for (let i = 0; i < data.length; i++) {
          data[i] = normals[at]! * factor
          if (++at === normals.length) at = 0
        }
      }
      yield* writer.write(name, 0, data)
    }
  }).pipe(Effect.scoped)
