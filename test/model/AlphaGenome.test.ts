import * as Effect from "effect/Effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, beforeAll, describe, it } from "vitest"
import { of, trunkOf, type Config } from "../../src/model/architectures/alphagenome/Config.ts"
import * as Positions from "../../src/model/architectures/alphagenome/Positions.ts"
import * as TorchNames from "../../src/model/architectures/alphagenome/TorchNames.ts"
import * as Weights from "../../src/model/architectures/alphagenome/Weights.ts"
import * as Model from "../../src/model/Model.ts"
import { size, transpose, type Tensor, type Tensors } from "../../src/model/Tensor.ts"
import * as WarmCache from "../../src/model/WarmCache.ts"
import * as WeightSource from "../../src/model/WeightSource.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import * as Checkpoint from "../support/alphagenomeCheckpoint.ts"
import { runPromise, temporaryFolder } from "../support/stage.ts"

const folder = temporaryFolder()
const config: Config = {
  channels: [8, 10, 12, 14, 16, 18, 20, 20],
  heads: 2,
  keySize: 4,
  valueSize: 6,
  layers: 3,
  pairChannels: 4,
  pairHeads: 2,
  pairHeadSize: 4,
  positionFeatures: 4,
  junctionHidden: 4,
  tissues: 2
}
const tracks = Object.fromEntries(
  Object.keys(Checkpoint.releasedTracks).map((head) => [head, head === "splice_sites" ? 5 : 4])
) as Checkpoint.TrackCounts
const path = join(folder, "small.safetensors")
const metadata = {
  tracks: JSON.stringify({
    HOMO_SAPIENS: {
      rna_seq: ["a", "b", "c", "Padding"].map((name) => ({ name, strand: "+", nonzero_mean: name === "a" ? 2 : 1 }))
    }
  })
}
const sequence = Array.from({ length: 2048 }, (_, i) => "ACGT"[(i * i + (i >> 3)) % 4]!).join("")

let small: Tensors
const rewritten = async (name: string, change: (tensors: Map<string, Tensor>) => void): Promise<string> => {
  const tensors = new Map(small)
  change(tensors)
  const to = join(folder, name)
  await Effect.runPromise(Safetensors.writeAll(to, tensors, metadata))
  return to
}
const predict = (weights: string) =>
  Effect.gen(function* () {
    const request = { organism: "human", weights: [weights], tracks: undefined, batch: undefined } as const
    const model = yield* Model.open("alphagenome", request as unknown as Parameters<typeof Model.open>[1])
    yield* model.prepare(2048)
    const wants = model.info.outputs("human").map(({ name }) => ({ output: name }))
    return (yield* model.predict("human", [sequence], wants))[0]!
  }).pipe(Effect.scoped)
const rna = (prediction: Effect.Success<ReturnType<typeof predict>>): Float32Array => {
  const values = prediction.get("RNA_SEQ")!
  return values.kind === "tracks" ? values.values : assert.fail("no tracks")
}
const failure = (weights: string) => runPromise(Effect.flip(predict(weights)), { device: "onnxruntime-cpu" })

beforeAll(async () => {
  await Effect.runPromise(Checkpoint.write(path, config, tracks, 3))
  small = await Effect.runPromise(Safetensors.readAll(path))
})

describe("AlphaGenome's checkpoint", () => {
  it("has the released numbers of parameters and of running variances, and its own hyper-parameters", () => {
    const shapes = Object.entries(Checkpoint.shapes(Checkpoint.released, Checkpoint.releasedTracks))
    const count = (state: boolean) =>
      shapes.filter(([name]) => name.endsWith("/var_ema") === state).reduce((sum, [, shape]) => sum + size(shape), 0)
    assert.strictEqual(shapes.length, 670)
    assert.strictEqual(count(false), 450_452_613)
    assert.strictEqual(count(true), 100_608)
    const tensors = new Map(shapes.map(([name, shape]) => [name, { shape }]))
    const source = Weights.source({ ...WeightSource.ofTensors(new Map()), tensors })
    assert.deepStrictEqual(of(source.tensors), Checkpoint.released)
    assert.strictEqual(trunkOf(Checkpoint.released), 1536)
  })

  it("opens by name, with the tracks that its metadata tell; padding is left out", async () => {
    const named = await rewritten("named.safetensors", () => {})
    const prediction = await runPromise(predict(named), { device: "onnxruntime-cpu" })
    assert.deepStrictEqual([...prediction.keys()], ["RNA_SEQ", "RNA_SEQ_128"])
    assert.strictEqual(rna(prediction).length, 2048 * 3)
    assert.isTrue(rna(prediction).every((value) => value > 0))
  })

  it("stays loaded for the next task of its process, as long as its file is the same", async () => {
    const kept = await rewritten("kept.safetensors", () => {})
    const isMine = (key: string) => key.includes(kept)
    const ask = () => runPromise(predict(kept), { device: "onnxruntime-cpu" })
    const first = await ask()
    assert.lengthOf(WarmCache.own().keys().filter(isMine), 1)
    assert.deepStrictEqual(await ask(), first)
    assert.lengthOf(WarmCache.own().keys().filter(isMine), 1)
    await rewritten("kept.safetensors", (tensors) => {
      const { shape, data } = tensors.get("alphagenome/embed/embeddings")!
      tensors.set("alphagenome/embed/embeddings", { shape, data: data.map((value) => -value) })
    })
    assert.notDeepEqual(await ask(), first)
    assert.lengthOf(WarmCache.own().keys().filter(isMine), 2)
  })

  it("says which tensor is missing, misshapen or damaged, and of which file", async () => {
    const kernel = "alphagenome/sequence_decoder/up_res_block_3/conv_in/standardized_conv1_d/w"
    const without = await rewritten("without.safetensors", (tensors) => tensors.delete(kernel))
    assert.deepInclude(await failure(without), {
      _tag: "ModelError",
      message: `weight '${kernel.replace(/w$/u, "kernel")}' [5, 16, 14] is missing`,
      file: without
    })
    const embed = "alphagenome/transformer_tower/mha_block/q_layer/w"
    const resized = (name: string, shape: ReadonlyArray<number>) =>
      rewritten("wrong.safetensors", (tensors) => tensors.set(name, { shape, data: new Float32Array(size(shape)) }))
    assert.strictEqual(
      (await failure(await resized(embed, [20, 9]))).message,
      "the shapes of the weights disagree: heads would be 2.25"
    )
    const other = "alphagenome/transformer_tower/mlp_block_1/linear/w"
    assert.strictEqual(
      (await failure(await resized(other, [20, 41]))).message,
      `weight '${other}' has shape [20, 41] where the model needs [20, 40]`
    )
    const bias = "alphagenome/head/rna_seq/resolution_1/multi_organism_linear/b"
    assert.strictEqual(
      (await failure(await resized(bias, [2, 2]))).message,
      "the metadata have more tracks of RNA_SEQ than the 2 of the weights"
    )
    const damaged = await rewritten("damaged.safetensors", (tensors) => {
      const { data, shape: same } = tensors.get(embed)!
      tensors.set(embed, { shape: same, data: data.map(() => NaN) })
    })
    assert.match((await failure(damaged)).message, /^the tower's tokens: number \d+ is NaN$/u)
    const short = join(folder, "short.safetensors")
    writeFileSync(short, readFileSync(path).subarray(0, 5000))
    assert.match((await failure(short)).message, /not a whole safetensors file/u)
  })
})

describe("AlphaGenome's PyTorch names", () => {
  /** The other way round from `TorchNames`: a tensor of theirs for each official one, stored as they store it. */
  const leaves: { readonly [leaf: string]: string } = { w: "weight", b: "bias", scale: "weight", offset: "bias" }
  const at = (text: string, index: number): string => text.split("/").at(index)!
  const numberOf = (text: string): string => /_(\d+)$/u.exec(text)?.[1] ?? "0"
  const torch = (official: string): string => {
    const name = official.replace(/^alphagenome\//u, "")
    const leaf = at(name, -1)
    const normal = leaf === "var_ema" ? "running_var" : (leaves[leaf] ?? leaf)
    const conv = (module: string) =>
      name.includes("standardized")
        ? `${module}.conv.${leaf === "scale" ? "scale" : normal}`
        : `${module}.norm.${normal}`
    if (name.includes("dna_embedder/conv1_d")) return `encoder.dna_embedder.conv1.${normal}`
    if (name.includes("dna_embedder")) return conv("encoder.dna_embedder.block")
    if (name.includes("downres")) {
      return conv(`encoder.down_blocks.${numberOf(at(name, 1))}.${at(name, 2) === "conv_block" ? "block1" : "block2"}`)
    }
    if (name.startsWith("sequence_decoder")) {
      const block = `decoder.up_blocks.${numberOf(at(name, 1))}`
      if (leaf === "residual_scale") return `${block}.residual_scale`
      if (!name.includes("pointwise")) return conv(`${block}.${at(name, 2)}`)
      return `${block}.pointwise.${name.includes("linear") ? "conv" : "norm"}.${normal}`
    }
    if (name.startsWith("transformer_tower")) {
      const block = at(name, 1)
      const part = at(name, -2)
      if (block.startsWith("mha")) {
        const parts: { readonly [part: string]: string } = {
          q_layer: "q_proj",
          k_layer: "k_proj",
          v_layer: "v_proj",
          rms_batch_norm: "norm",
          rms_batch_norm_1: "final_norm"
        }
        return `tower.blocks.${numberOf(block)}.mha.${parts[part] ?? part}.${normal}`
      }
      if (block.startsWith("mlp")) {
        const parts = { linear: "fc1", linear_1: "fc2", rms_batch_norm: "norm", rms_batch_norm_1: "final_norm" }
        return `tower.blocks.${numberOf(block)}.mlp.${parts[part as keyof typeof parts]}.${normal}`
      }
      if (block.startsWith("attention_bias")) {
        return `tower.blocks.${numberOf(block)}.attn_bias.${part === "linear" ? "proj" : "norm"}.${normal}`
      }
      const update = `tower.blocks.${2 * Number(numberOf(block))}.pair_update`
      if (leaf.endsWith("r_bias")) return `${update}.seq2pair.${leaf}`
      if (at(name, 2) === "sequence_to_pair_block") return `${update}.seq2pair.${part}.${normal}`
      if (at(name, 2) === "row_attention_block") {
        return `${update}.row_attn.${part === "layer_norm" ? "norm" : part}.${normal}`
      }
      const parts = { linear: "linear1", linear_1: "linear2", layer_norm: "norm" }
      return `${update}.pair_mlp.${parts[part as keyof typeof parts]}.${normal}`
    }
    if (name === "embed/embeddings") return "organism_embed.weight"
    if (name.startsWith("output")) {
      const module = { output_embedder: "128bp", output_embedder_1: "1bp", output_pair: "pair" }[at(name, 0)]!
      const part = at(name, -2)
      const parts: { readonly [part: string]: string } = {
        embed: "organism_embed",
        linear: "project_in",
        linear_1: "project_skip"
      }
      return `embedder_${module}.${parts[part] ?? "norm"}.${leaf === "embeddings" ? "weight" : normal}`
    }
    const head = at(name, 1)
    if (head === "contact_maps") return `contact_maps_head.linear.${normal}`
    if (head.startsWith("splice")) {
      return leaf === "embeddings"
        ? `${head}_head.rope_params.${at(name, 2).replace("_logits", "")}`
        : `${head}_head.conv.${normal}`
    }
    const resolution = at(name, 2).replace("resolution_", "")
    return leaf === "learnt_scale"
      ? `heads.${head}.residual_scales.${resolution}`
      : `heads.${head}.convs.${resolution}.${normal}`
  }
  const stored = (name: string, theirs: string, tensor: Tensor): Tensor => {
    const { shape, data } = tensor
    if (name.endsWith("standardized_conv1_d/w") || name.endsWith("conv1_d/w")) return transpose(tensor, [2, 1, 0])
    if (name.endsWith("standardized_conv1_d/scale")) return { shape: [data.length, 1, 1], data }
    if (theirs.includes("rope_params"))
      return { shape: [2, 2, shape[1]! / 2 / config.junctionHidden, config.junctionHidden], data }
    if (/norm/u.test(theirs) && shape.length > 1) return { shape: [data.length], data }
    if (!name.endsWith("/w") || theirs.startsWith("contact")) return tensor
    if (shape.length === 3) return transpose(tensor, [0, 2, 1])
    const turned = transpose(tensor, [1, 0])
    return /project|pointwise/u.test(theirs) ? { ...turned, shape: [...turned.shape, 1] } : turned
  }

  it("hold the same network: every tensor is found, and the answers are the same to the bit", async () => {
    const theirs = new Map<string, Tensor>()
    for (const [name, tensor] of small) theirs.set(torch(name), stored(name, torch(name), tensor))
    assert.strictEqual(theirs.size, small.size)
    const renamed = TorchNames.source(WeightSource.ofTensors(theirs))
    assert.deepStrictEqual([...renamed.tensors.keys()].toSorted(), [...small.keys()].toSorted())
    const there = join(folder, "torch.safetensors")
    await Effect.runPromise(Safetensors.writeAll(there, theirs, metadata))
    const ours = await rewritten("official.safetensors", () => {})
    const [a, b] = [await runPromise(predict(ours)), await runPromise(predict(there))]
    assert.deepStrictEqual(Buffer.from(rna(b).buffer), Buffer.from(rna(a).buffer))
  })

  it("are left alone when they are unknown", () => {
    assert.strictEqual(TorchNames.official("tower.blocks.0.mha.rope.inv_freq"), undefined)
  })
})

describe("AlphaGenome's positions", () => {
  it("are rounded to bfloat16 as the released weights were trained: 897 of 8,192 positions remain", () => {
    const positions = Array.from({ length: 8192 }, (_, position) => position)
    assert.strictEqual(new Set(positions.map(Positions.roundToBf16)).size, 897)
    assert.strictEqual(Positions.roundToBf16(1.702), 1.703125)
    const exact = Positions.rotary(positions, 128, 8192, "f32")
    const rounded = Positions.rotary(positions, 128, 8192, "bf16-rope")
    // The lowest frequency is 1/8192, the highest 1.
    assert.approximately(exact.cos[8191 * 128 + 126]!, Math.cos(8191 / 8192), 1e-6)
    assert.approximately(exact.sin[100 * 128]!, Math.sin(100), 1e-6)
    assert.strictEqual(rounded.sin[257 * 128], rounded.sin[256 * 128])
    assert.notStrictEqual(exact.sin[257 * 128], exact.sin[256 * 128])
  })
})
