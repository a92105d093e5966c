import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import * as h5wasm from "h5wasm"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, beforeAll, describe, it } from "vitest"
import type { Provenance } from "../../src/core/Provenance.ts"
import * as SyntheticWeights from "../../src/model/architectures/SyntheticWeights.ts"
import * as Model from "../../src/model/Model.ts"
import type { ModelRequest } from "../../src/model/ModelEntry.ts"
import type { SequenceModel, TrackValues, Want } from "../../src/model/SequenceModel.ts"
import * as KerasH5 from "../../src/model/weights/KerasH5.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import type { StageServices } from "../../src/dsl/stage/Stage.ts"
import { runPromise, stageLayer, temporaryFolder } from "../support/stage.ts"
import { randomSequence } from "../support/synthetic.ts"

const folder = temporaryFolder()
const weights = join(folder, "teacher.safetensors")
const other = join(folder, "other.safetensors")
const all: Want = { output: "TRACKS" }

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

beforeAll(async () => {
  await Effect.runPromise(Safetensors.writeAll(weights, SyntheticWeights.teacher(1)))
  await Effect.runPromise(Safetensors.writeAll(other, SyntheticWeights.teacher(2)))
})

const request = (...weights: ReadonlyArray<string>): ModelRequest => ({
  organism: "human",
  weights,
  tracks: undefined,
  batch: undefined
})
const open = (name: Model.ModelName, ...files: ReadonlyArray<string>) => Model.open(name, request(...files))

/** What the synthetic model says of one sequence. */
const predict = (sequence: string, want: Want, files: ReadonlyArray<string>, device = "cpu") =>
  runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const model = yield* open("synthetic", ...files)
        const [prediction] = yield* model.predict("human", [sequence], [want])
        return prediction!.get("TRACKS") as TrackValues
      })
    ),
    { device }
  )
const sequence = randomSequence(8192)

describe("ProgramModel", () => {
  it("notes device and model, and says how many windows are best given at once", async () => {
    const notes: Array<Provenance> = []
    const layer = stageLayer(folder, { device: "cpu", threads: 1 }, notes)
    const prepared = Effect.flatMap(open("synthetic", weights, other), (model) => model.prepare(8192))
    assert.strictEqual(await Effect.runPromise(Effect.provide(Effect.scoped(prepared), layer)), 16)
    assert.deepStrictEqual(
      notes.map((note) => (note.kind === "device" ? note.runtime : note.name)),
      ["onnxruntime-cpu", "synthetic", "synthetic"]
    )
  })

  it("gives the same on both runtimes", async () => {
    const [onnx, tfjs] = [
      await predict(sequence, all, [weights], "onnxruntime-cpu"),
      await predict(sequence, all, [weights], "tfjs-wasm")
    ]
    assert.strictEqual(onnx.values.length, 256 * 8)
    for (let i = 0; i < onnx.values.length; i++) {
      assert.approximately(tfjs.values[i]!, onnx.values[i]!, 1e-5 * onnx.values[i]! + 1e-6)
    }
  })

  it("averages the predictions of several weights", async () => {
    const [one, two, both] = [
      await predict(sequence, all, [weights]),
      await predict(sequence, all, [other]),
      await predict(sequence, all, [weights, other])
    ]
    for (let i = 0; i < both.values.length; i++) {
      assert.strictEqual(both.values[i], Math.fround((one.values[i]! + two.values[i]!) / 2))
    }
  })

  it("gives the tracks and regions that are wanted", async () => {
    const whole = await predict(sequence, all, [weights])
    const regions = [
      [-5, 33],
      [40, 70],
      [8190, 9000]
    ] as const
    const part = await predict(sequence, { ...all, tracks: [5, 2], regions }, [weights])
    assert.deepStrictEqual(part.bins, [
      [0, 3],
      [255, 256]
    ])
    assert.deepStrictEqual(part.tracks, [5, 2])
    const expected = [0, 1, 2, 255].flatMap((bin) => [5, 2].map((track) => whole.values[bin * 8 + track]!))
    assert.deepStrictEqual([...part.values], expected)
  })

  it("names the weight and the file when the weights belong to another model", async () => {
    const h5 = await kerasFile("partial.h5", { "conv1d/conv1d/kernel:0": [7, 4, 64], "conv1d/conv1d/bias:0": [64] })
    const prepared = Effect.flatMap(open("mini-borzoi", h5), (model) => model.prepare(131_072))
    const error = await runPromise(Effect.flip(Effect.scoped(prepared)))
    assert.strictEqual(error._tag, "ModelError")
    assert.strictEqual(error.message, "weight 'batch_normalization/gamma' [64] is missing")
    assert.strictEqual("file" in error ? error.file : undefined, h5)
  })

  it("fails where a prediction is no number, with the file of the weights", async () => {
    const damaged = join(folder, "damaged.safetensors")
    const tensors = new Map(SyntheticWeights.teacher(1))
    const [name, { shape, data }] = [...tensors].at(-1)!
    tensors.set(name, { shape, data: data.map(() => Number.NaN) })
    await Effect.runPromise(Safetensors.writeAll(damaged, tensors))
    for (const device of ["onnxruntime-cpu", "tfjs-wasm"]) {
      const error = await predict(sequence, all, [weights, damaged], device).catch((cause: unknown) => cause)
      assert.deepInclude(error, {
        _tag: "ModelError",
        message: "output TRACKS: number 0 of a sequence is NaN",
        file: damaged
      })
    }
  })

  it("says what it cannot do", async () => {
    const message = <A, E extends { readonly message: string }, R extends StageServices | Scope>(
      effect: Effect.Effect<A, E, R>
    ) => runPromise(Effect.scoped(Effect.map(Effect.flip(effect), (error) => error.message)) as Effect.Effect<string>)
    const using = <A, E>(use: (model: SequenceModel) => Effect.Effect<A, E>) =>
      Effect.flatMap(open("synthetic", weights), use)
    assert.strictEqual(await message(open("synthetic")), "synthetic needs weights")
    assert.strictEqual(
      await message(Model.open("synthetic", { ...request(weights), organism: "mouse" })),
      "synthetic knows human, not mouse"
    )
    assert.strictEqual(
      await message(using((model) => model.predict("human", ["ACGT"], [all]))),
      "a sequence has 4 bp where synthetic reads 2048 to 1048576, in multiples of 2048"
    )
    assert.strictEqual(
      await message(using((model) => model.predict("human", [sequence], [{ output: "DNASE" }]))),
      "synthetic has no output 'DNASE'"
    )
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
