import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import predictTracks from "../../modules/predict-tracks/stage.ts"
import scoreIntervals from "../../modules/score-intervals/stage.ts"
import * as Table from "../../src/data/Table.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import * as IntervalTable from "../../src/scoring/IntervalTable.ts"
import { runPromise, runStage } from "../support/stage.ts"
import { fasta, randomSequence, textFile, weights, windows } from "../support/synthetic.ts"

const genes = textFile("genes.tsv", [
  ["gene_id", "gene_name", "chrom", "start", "end", "strand", "region", "exons", "gene_type", "transcripts"],
  ["G1", "one", "chr1", 1000, 3000, "+", "exons", "1000-1320,2000-2064", "protein_coding", "NA"],
  ["G2", "two", "chr1", 6000, 7000, "-", "exons", "6400-6800", "protein_coding", "NA"]
])
const tracks = textFile("tracks.tsv", [
  ["track", "name", "group", "strand", "description"],
  ...Array.from({ length: 8 }, (_, track) => [
    track,
    `t${track}`,
    track < 2 ? "RNA" : "CAGE",
    ["+", "-"][track] ?? ".",
    "-"
  ])
])

describe("score-intervals", async () => {
  const inputs = {
    reference: fasta({ chr1: randomSequence(20_000) }),
    weights: await weights(),
    windows: windows(["a", 0, "+"], ["b", 9000, "+"]),
    tracks
  }
  const score = async (params: object) => {
    const { outputs } = await runStage(scoreIntervals, { model: "synthetic", ...params }, { ...inputs, genes })
    return {
      scores: await runPromise(Table.read(outputs["scores"]!, IntervalTable.table)),
      unscored: await runPromise(Table.read(outputs["unscored"]!, IntervalTable.unscoredTable))
    }
  }

  it("has the means of what predict-tracks gives, by gene and track of its strand; windows without genes are told", async () => {
    const { outputs } = await runStage(predictTracks, { model: "synthetic" }, inputs)
    const { data } = (await Effect.runPromise(Safetensors.readAll(outputs["predictions"]!))).get("predictions")!
    // Bins of 32 bp: each base has the value of its bin.
    const mean = (exons: ReadonlyArray<readonly [number, number]>, track: number) => {
      const bases = exons.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i))
      return bases.reduce((sum, base) => sum + data[Math.floor(base / 32) * 8 + track]!, 0) / bases.length
    }
    const { scores, unscored } = await score({ output: "RNA" })
    assert.deepStrictEqual(
      scores.map(({ window_id, gene_id, track_name }) => [window_id, gene_id, track_name]),
      [
        ["a", "G1", "t0"],
        ["a", "G2", "t1"]
      ]
    )
    const one = mean(
      [
        [1000, 1320],
        [2000, 2064]
      ],
      0
    )
    assert.approximately(scores[0]!.score, one, 1e-6)
    assert.approximately(scores[1]!.score, mean([[6400, 6800]], 1), 1e-6)
    assert.deepStrictEqual(unscored, [{ window_id: "b", reason: "no gene of the annotation starts there" }])
  })

  it("sums, looks about the centre alone, and says what it cannot", async () => {
    const [mean, sum] = [
      (await score({ output: "RNA" })).scores,
      (await score({ output: "RNA", aggregation: "SUM" })).scores
    ]
    assert.approximately(sum[1]!.score, mean[1]!.score * (400 / 32), 1e-4)
    // 1,096 to 7,097: where the second gene starts, which is on the other strand, and the first does not.
    const near = await score({ output: "CAGE", width: 6001 })
    assert.deepStrictEqual([...new Set(near.scores.map(({ gene_id: id }) => id))], ["G2"])
    assert.lengthOf(near.scores, 6)
    const error = await score({ output: "RNA_SEQ" }).then(
      () => assert.fail("should fail"),
      (fault: Error & { hint?: string }) => fault
    )
    assert.match(`${error.message} ${error.hint}`, /none that is named 'RNA_SEQ'.*RNA/u)
  })

  it("gives a window of N alone no score, and says so", async () => {
    const holed = { ...inputs, reference: fasta({ chr1: `${"N".repeat(12_000)}${randomSequence(9000)}` }) }
    const { outputs, account } = await runStage(
      scoreIntervals,
      { model: "synthetic", output: "RNA" },
      { ...holed, genes }
    )
    assert.deepStrictEqual(await runPromise(Table.read(outputs["scores"]!, IntervalTable.table)), [])
    const unscored = await runPromise(Table.read(outputs["unscored"]!, IntervalTable.unscoredTable))
    assert.match(unscored.find(({ window_id }) => window_id === "a")!.reason, /N alone/u)
    assert.deepStrictEqual([account.find(({ rows }) => rows === "windows")!.taken], [2])
  })
})
