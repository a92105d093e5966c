import * as Effect from "effect/Effect"
import { assert, beforeAll, describe, it } from "vitest"
import predictTracks from "../../modules/predict-tracks/stage.ts"
import writeBigwig from "../../modules/write-bigwig/stage.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import { open } from "../support/bigWig.ts"
import { runStage } from "../support/stage.ts"
import { fasta, randomSequence, weights, windows } from "../support/synthetic.ts"

const tracks = 8
const bins = 256

describe("write-bigwig", () => {
  let reference: string
  let predictions: string
  let values: Float32Array
  // The second half of the first window is the first half of the second; the third reaches beyond the chromosome.
  const table = windows(["b", 4096, "+"], ["a", 0, "+"], ["c", 20_000, "-"])

  beforeAll(async () => {
    reference = fasta({ chr1: randomSequence(25_000), chr2: randomSequence(100) })
    const { outputs } = await runStage(
      predictTracks,
      { model: "synthetic" },
      { reference, windows: table, weights: await weights() }
    )
    predictions = outputs["predictions"]!
    values = (await Effect.runPromise(Safetensors.readAll(predictions))).get("predictions")!.data
  })
  const of = (window: number, bin: number, track: number) => values[(window * bins + bin) * tracks + track]!

  it("puts each bin where it lies, takes the mean where windows overlap, and ends with the chromosome", async () => {
    const { outputs } = await runStage(writeBigwig, { track: "DNASE_2" }, { predictions, windows: table, reference })
    const file = open(outputs["bigwig"]!)
    assert.deepStrictEqual(file.chromosomes.get("chr1"), { id: 0, length: 25_000 })
    const track = 5
    const found = file.values("chr1", 0, 25_000)
    assert.deepStrictEqual(found[0], { start: 0, end: 32, value: of(1, 0, track) })
    const shared = Math.fround((of(1, 128, track) + of(0, 0, track)) / 2)
    assert.deepStrictEqual(found[128], { start: 4096, end: 4128, value: shared })
    assert.deepStrictEqual(found[256], { start: 8192, end: 8224, value: of(0, 128, track) })
    assert.deepStrictEqual(found[384], { start: 20_000, end: 20_032, value: of(2, 0, track) })
    assert.deepStrictEqual(found.at(-1), { start: 24_992, end: 25_000, value: of(2, 156, track) })
    assert.strictEqual(found.length, 384 + 157)
    assert.deepStrictEqual(file.values("chr2", 0, 100), [])
  })

  it("says in the file that it is synthetic, and holds the same values", async () => {
    const of = async (synthetic: boolean) => {
      const inputs = { predictions, windows: table, reference }
      const { outputs } = await runStage(writeBigwig, { track: "DNASE_2" }, inputs, {}, undefined, { synthetic })
      return open(outputs["bigwig"]!)
    }
    const [plain, drawn] = [await of(false), await of(true)]
    assert.strictEqual(plain.autoSql, "")
    assert.match(drawn.autoSql, /^table bedGraph\n"SYNTHETIC: drawn from a seed, it says nothing about a model"\n\(/u)
    assert.deepStrictEqual(drawn.values("chr1", 0, 25_000), plain.values("chr1", 0, 25_000))
  })

  it("says what it does not find", async () => {
    const message = (params: object, inputs: object = {}) =>
      runStage(writeBigwig, params, { predictions, windows: table, reference, ...inputs }).then(
        () => assert.fail("should fail"),
        (error: Error) => error.message
      )
    assert.strictEqual(await message({ track: "DNASE_3" }), "there is no track 'DNASE_3'")
    assert.strictEqual(await message({ track: "DNASE_2", output: "X" }), "there is no output 'X'")
    const other = { windows: windows(["a", 0, "+"]) }
    assert.strictEqual(await message({ track: "DNASE_2" }, other), "1 windows, where the predictions are of 3")
    const weightsFile = { predictions: await weights() }
    assert.match(await message({ track: "x", output: "stem/bias" }, weightsFile), /is no output of tracks/u)
  })

  it("accounts for windows outside the reference, and for those without a value", async () => {
    const short = fasta({ chr1: `${"N".repeat(15_000)}${randomSequence(1000)}` })
    const made = windows(["gap", 0, "+"], ["half", 8192, "+"], ["beyond", 30_000, "+"])
    const inputs = { reference: short, windows: made, weights: await weights() }
    const predicted = await runStage(predictTracks, { model: "synthetic" }, inputs)
    const gap = "the window is N alone: it lies outside the reference, or in a gap"
    assert.deepStrictEqual(predicted.account, [
      { rows: "windows", taken: 3, kept: 1, leftOut: [{ reason: gap, count: 2, example: "gap" }], notes: [] }
    ])
    const { outputs, account } = await runStage(
      writeBigwig,
      { track: "DNASE_2" },
      { predictions: predicted.outputs["predictions"]!, windows: made, reference: short }
    )
    const [first] = open(outputs["bigwig"]!).values("chr1", 0, 16_000)
    assert.strictEqual(first!.start, 8192)
    assert.deepStrictEqual(account, [
      {
        rows: "windows",
        taken: 3,
        kept: 1,
        leftOut: [
          { reason: "without a value", count: 1, example: "gap" },
          { reason: "outside the reference", count: 1, example: "beyond" }
        ],
        notes: []
      }
    ])
    const elsewhere = await runStage(
      writeBigwig,
      { track: "DNASE_2" },
      { predictions, windows: table, reference: fasta({ chr3: "ACGT" }) }
    )
    assert.deepStrictEqual([elsewhere.account[0]!.taken, elsewhere.account[0]!.kept], [3, 0])
  })
})
