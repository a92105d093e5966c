import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { assert, beforeAll, describe, it } from "vitest"
import predictTracks from "../../modules/predict-tracks/stage.ts"
import { reverseComplement } from "../../src/genome/Sequence.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import { runStage } from "../support/stage.ts"
import { fasta, inputLength, randomSequence, textFile, weights, windows } from "../support/synthetic.ts"

const bins = 256
const tracks = 8
const size = bins * tracks
const genome = randomSequence(12_000)
const trackTable = textFile("tracks.tsv", [
  ["track", "name", "group", "strand", "description"],
  ...Array.from({ length: tracks }, (_, track) => {
    const strand = ["+", "-"][track]
    return [track, strand === undefined ? `y${track}` : `x${strand}`, "RNA", strand ?? ".", "a sample"]
  })
])

let base: { readonly reference: string; readonly weights: string }

beforeAll(async () => {
  base = { reference: fasta({ chr1: genome, chr2: reverseComplement(genome) }), weights: await weights() }
})

const predict = async (params: object, windows: string, extra: object = {}, settings: object = {}) => {
  const { outputs } = await runStage(
    predictTracks,
    { model: "synthetic", ...params },
    { ...base, windows, ...extra },
    settings
  )
  const path = outputs["predictions"]!
  const tensors = await Effect.runPromise(Safetensors.readAll(path))
  return { ...tensors.get("predictions")!, bytes: readFileSync(path) }
}

describe("predict-tracks", () => {
  it("does not depend on the batch, and gives the same bytes again", async () => {
    const table = windows(["a", 0, "+"], ["b", 100, "+"], ["c", 3000, "+"], ["d", -500, "+"], ["e", 10_000, "+"])
    const one = await predict({ batch: 1 }, table)
    const two = await predict({ batch: 2 }, table)
    assert.deepStrictEqual(one.shape, [5, bins, tracks])
    for (let i = 0; i < one.data.length; i++) assert.approximately(two.data[i]!, one.data[i]!, 1e-6)
    assert.isTrue(two.bytes.equals((await predict({ batch: 2 }, table)).bytes))
  })

  it("gives a - window in genome orientation, with the tracks of the strands exchanged", async () => {
    const minus = await predict({}, windows(["a", 3000, "-"]), { tracks: trackTable })
    // The same piece of the other strand, which is a chromosome of its own here.
    const start = genome.length - (3000 + inputLength)
    const other = textFile("windows.tsv", [
      ["window_id", "chrom", "start", "end", "strand", "variant_id", "gene_id"],
      ["b", "chr2", start, start + inputLength, "+", "NA", "NA"]
    ])
    const plus = await predict({}, other)
    const partner = [1, 0, 2, 3, 4, 5, 6, 7]
    for (let i = 0; i < size; i++) {
      const [bin, track] = [Math.floor(i / tracks), i % tracks]
      assert.strictEqual(minus.data[i], plus.data[(bins - 1 - bin) * tracks + partner[track]!])
    }
  })

  it("averages the strands", async () => {
    const both = await predict({}, windows(["a", 3000, "+"], ["b", 3000, "-"]), { tracks: trackTable })
    const mean = await predict({ average_strands: true }, windows(["a", 3000, "+"]), { tracks: trackTable })
    for (let i = 0; i < size; i++) {
      assert.approximately(mean.data[i]!, (both.data[i]! + both.data[size + i]!) / 2, 1e-6)
    }
  })

  it("says which window or track table does not suit the model", async () => {
    const failure = (params: object, windows: string, extra: object = {}) =>
      predict(params, windows, extra).then(
        () => assert.fail("should fail"),
        (error: Error & { readonly line?: number }) => error
      )
    const short = textFile("windows.tsv", [
      ["window_id", "chrom", "start", "end", "strand", "variant_id", "gene_id"],
      ["a", "chr1", 0, 100, "+", "NA", "NA"]
    ])
    const error = await failure({}, short)
    assert.strictEqual(
      error.message,
      "window 'a' has 100 bp where synthetic reads 2048 to 1048576, in multiples of 2048"
    )
    assert.strictEqual(error.line, 2)
    assert.match((await failure({}, windows(["a", 0, "+"], ["a", 5, "+"]))).message, /two windows are named 'a'/u)
    const oneTrack = textFile("tracks.tsv", [
      ["track", "name", "group", "strand", "description"],
      [0, "x", "RNA", ".", "-"]
    ])
    assert.match((await failure({}, short, { tracks: oneTrack })).message, /1 tracks where the model has 8/u)
    assert.match((await failure({ model: "maxi" }, short)).message, /model: .*mini-borzoi/u)
    assert.match((await failure({ batch: 0 }, short)).message, /batch: /u)
  })
})
