import * as Effect from "effect/Effect"
import { join } from "node:path"
import { assert, beforeAll, describe, it } from "vitest"
import loadTfrecords from "../../modules/load-tfrecords/stage.ts"
import loadTracks from "../../modules/load-tracks/stage.ts"
import predictTracks from "../../modules/predict-tracks/stage.ts"
import scoreVariants from "../../modules/score-variants/stage.ts"
import * as Table from "../../src/data/Table.ts"
import * as PearsonAccumulator from "../../src/metric/PearsonAccumulator.ts"
import * as Track from "../../src/model/Track.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import * as ScoreTable from "../../src/scoring/ScoreTable.ts"
import { runtimes } from "../support/runtimes.ts"
import { mirror, runPromise, runStage } from "../support/stage.ts"
import { textFile } from "../support/synthetic.ts"

const folder = join(
  mirror ?? "",
  "raw.githubusercontent.com/calico/baskerville/544073b87245d9f43ba63442c75bdbf32a9f8720/tests/data"
)
const weights = join(folder, "eval/model.h5")
const trackList = join(folder, "tiny/hg38/targets.txt")

const tensor = async (path: string, name: string): Promise<Float32Array> =>
  (await Effect.runPromise(Safetensors.readAll(path))).get(name)!.data

/** Mean correlation over the tracks of each group, 20,480 bins of ten held-out windows, as an independent program gave. */
const published = { DNASE: 0.819, CAGE: 0.329, RNA: 0.364, RNA3: 0.321, all: 0.4085 }

describe.skipIf(mirror === undefined)("mini-borzoi (AGFLOW_MIRROR names a folder of public files)", () => {
  let outputs: Readonly<Record<string, string>>
  let targets: Float32Array
  let tracks: ReadonlyArray<Track.Track>
  const predictions = new Map<string, Float32Array>()

  beforeAll(async () => {
    const records = [0, 1, 2].map((part) => join(folder, `tiny/hg38/tfrecords/test-${part}.tfr`))
    const intervals = join(folder, "tiny/hg38/sequences.bed")
    const named = (await runStage(loadTracks, {}, { track_list: trackList })).outputs
    const loaded = await runStage(loadTfrecords, {}, { records, intervals, tracks: named["tracks"]! })
    outputs = { ...named, ...loaded.outputs }
    targets = await tensor(outputs["targets"]!, "targets")
    tracks = await runPromise(Table.read(outputs["tracks"]!, Track.table))
  })

  const inputs = () => ({
    reference: outputs["reference"]!,
    windows: outputs["windows"]!,
    tracks: outputs["tracks"]!,
    weights
  })

  it("pairs strands as the track list does", async () => {
    const { columns, rows } = await runPromise(Table.readText(trackList))
    const pairs = rows.map((cells) => Number(cells[columns.indexOf("strand_pair")]))
    assert.deepStrictEqual([...Track.strandPartners(tracks)], pairs)
  })

  for (const device of runtimes) {
    it(`gives the known correlations on ${device}`, { timeout: 180_000 }, async () => {
      const { outputs: predicted } = await runStage(predictTracks, { model: "mini-borzoi" }, inputs(), { device })
      const values = await tensor(predicted["predictions"]!, "predictions")
      predictions.set(device, values)
      const correlations = PearsonAccumulator.make(tracks.length)
      for (const [i, target] of targets.entries()) correlations.add(i % tracks.length, target, values[i]!)
      for (const [group, expected] of Object.entries(published)) {
        const members = tracks.filter((track) => group === "all" || track.group === group)
        assert.strictEqual(correlations.count(members[0]!.track), 20_480)
        const sum = members.reduce((sum, { track }) => sum + correlations.measure(track).value!, 0)
        assert.approximately(sum / members.length, expected, 0.0005, group)
      }
    })
  }

  it("agrees between the runtimes", () => {
    const [first, ...others] = [...predictions.values()]
    for (const other of others) {
      let worst = 0
      for (const [i, value] of first!.entries()) worst = Math.max(worst, Math.abs(value - other[i]!) / Math.abs(value))
      assert.isBelow(worst, 1e-4)
    }
  })

  it("scores a variant inside a gene", async () => {
    const reference = join(folder, "hg38_1m.fa.gz")
    // A substitution in SAMD11 (chr1), with the exons around it.
    const start = 930_000 - 65_536
    const id = "chr1_930001_A_T"
    const { outputs: scored } = await runStage(
      scoreVariants,
      { model: "mini-borzoi", scorers: ["gene_lfc", "centre_mask"] },
      {
        ...inputs(),
        reference,
        windows: textFile("windows.tsv", [
          ["window_id", "chrom", "start", "end", "strand", "variant_id", "gene_id"],
          ["w", "chr1", start, start + 131_072, "+", id, "SAMD11"]
        ]),
        variants: textFile("variants.tsv", [
          ["variant_id", "chrom", "pos", "ref", "alt"],
          [id, ...id.split("_")]
        ]),
        genes: textFile("genes.tsv", [
          ["gene_id", "gene_name", "chrom", "start", "end", "strand", "region", "exons"],
          ["SAMD11", "SAMD11", "chr1", 923_922, 944_574, "+", "span", "923922-944574"]
        ])
      }
    )
    const scores = await runPromise(Table.read(scored["scores"]!, ScoreTable.table))
    const minus = tracks.filter(({ strand }) => strand === "-").length
    assert.strictEqual(scores.length, 74 + 74 - minus)
    for (const { ref, alt, score } of scores) assert.isTrue(ref! > 0 && alt! > 0 && Math.abs(score) < 5)
    assert.isAbove(Math.max(...scores.map(({ score }) => Math.abs(score))), 1e-4)
  })
})
