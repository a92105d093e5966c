import * as Effect from "effect/Effect"
import * as h5wasm from "h5wasm"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, beforeAll, describe, it } from "vitest"
import type { Provenance } from "../../src/core/Task.ts"
import * as SyntheticWeights from "../../src/model/architectures/SyntheticWeights.ts"
import * as LoadedModel from "../../src/model/LoadedModel.ts"
import * as KerasH5 from "../../src/model/weights/KerasH5.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import { runPromise, stageLayer, temporaryFolder } from "../support/stage.ts"

const folder = temporaryFolder()
const weights = join(folder, "teacher.safetensors")

const failure = <E>(effect: Effect.Effect<unknown, E>): Promise<E> => Effect.runPromise(Effect.flip(effect))

/** A Keras file with some of the layers. */
const kerasFile = async (name: string, datasets: Record<string, ReadonlyArray<number>>): Promise<string> => {
  const { FS } = await h5wasm.ready
  const file = new h5wasm.File("/made.h5", "w")
  const root = file.create_group("model_weights")
  for (const [path, shape] of Object.entries(datasets)) {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5)
    const parts = path.split("/")
    let group = root
    for (const part of parts.slice(0, -1)) group = (group.get(part) as typeof group | null) ?? group.create_group(part)
    group.create_dataset({ name: parts.at(-1)!, data, shape: [...shape] })
  }
  file.close()
  const path = join(folder, name)
  writeFileSync(path, FS.readFile("/made.h5"))
  return path
}

beforeAll(() => Effect.runPromise(Safetensors.writeAll(weights, SyntheticWeights.teacher(1))))

describe("LoadedModel", () => {
  it("notes device and model, and keeps what it has loaded", async () => {
    const notes: Array<Provenance> = []
    const layer = stageLayer(folder, { device: "cpu", threads: 1 }, notes)
    const open = Effect.runPromise(Effect.provide(LoadedModel.open("synthetic", weights), layer))
    const first = await open
    const second = await Effect.runPromise(Effect.provide(LoadedModel.open("synthetic", weights), layer))
    assert.strictEqual(first.predict, second.predict)
    assert.strictEqual(first.batch, 16)
    assert.deepStrictEqual(
      notes.map((note) => (note.kind === "device" ? note.runtime : note.name)),
      ["onnxruntime-cpu", "synthetic", "onnxruntime-cpu", "synthetic"]
    )
  })

  it("gives the same on both runtimes", async () => {
    const input = Float32Array.from({ length: 8192 * 4 }, (_, i) =>
      ((i >> 2) * 7 + ((i >> 2) % 11)) % 4 === i % 4 ? 1 : 0
    )
    const predict = (device: string) =>
      runPromise(
        Effect.flatMap(LoadedModel.open("synthetic", weights), (model) => model.predict(input, 1)),
        { device }
      )
    const [onnx, tfjs] = [await predict("onnxruntime-cpu"), await predict("tfjs-wasm")]
    assert.strictEqual(onnx.length, 256 * 8)
    for (let i = 0; i < onnx.length; i++) assert.approximately(tfjs[i]!, onnx[i]!, 1e-5 * onnx[i]! + 1e-6)
  })

  it("names the weight and the file when the weights belong to another model", async () => {
    const h5 = await kerasFile("partial.h5", { "conv1d/conv1d/kernel:0": [7, 4, 64], "conv1d/conv1d/bias:0": [64] })
    const error = await runPromise(Effect.flip(LoadedModel.open("mini-borzoi", h5)))
    assert.strictEqual(error._tag, "ModelError")
    assert.strictEqual(error.message, "weight 'batch_normalization/gamma' [64] is missing")
    assert.strictEqual(error.file, h5)
  })
})

describe("KerasH5", () => {
  it("reads weights under the names of their layers", async () => {
    const nested = "multihead_attention/multihead_attention/q_layer/kernel:0"
    const path = await kerasFile("some.h5", { "dense/dense/kernel:0": [2, 3], [nested]: [1] })
    const tensors = await Effect.runPromise(KerasH5.readAll(path))
    assert.deepStrictEqual([...tensors.keys()], ["dense/kernel", "multihead_attention/q_layer/kernel"])
    assert.deepStrictEqual(tensors.get("dense/kernel"), { shape: [2, 3], data: new Float32Array(6).fill(0.5) })
  })

  it("says what is wrong with another file", async () => {
    const text = join(folder, "text.h5")
    writeFileSync(text, "not HDF5")
    assert.match((await failure(KerasH5.readAll(text))).message, /cannot read the weights: not an HDF5 file/u)
    assert.match((await failure(KerasH5.readAll("/nowhere.h5"))).message, /cannot read the weights: ENOENT/u)
  })
})
