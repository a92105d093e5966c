// Reference values: scipy 1.17.1, on the same generated numbers.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import stage from "../../modules/evaluate-tracks/stage.ts"
import * as Table from "../../src/data/Table.ts"
import * as TrackEvaluation from "../../src/evaluation/TrackEvaluation.ts"
import * as MetricTable from "../../src/metric/MetricTable.ts"
import * as Safetensors from "../../src/model/weights/Safetensors.ts"
import { runPromise, runStage, temporaryFolder } from "../support/stage.ts"

/** Park and Miller's minimal standard generator, in float32. */
const uniform = (seed: number, count: number): Float32Array => {
  let state = seed
  return Float32Array.from({ length: count }, () => (state = (state * 16807) % 2147483647) / 2147483647)
}

const shape = [3, 500, 3]
const measured = uniform(21, 4500).map((x) => x * 10)
const noise = uniform(22, 4500)
const predicted = measured.map((x, i) => (i % 3 === 2 ? 1.5 : Math.fround(0.5 * x) + Math.fround(noise[i]! * 4)))

const tracksFile = (rows = ["0\ta\tDNASE", "1\tb\tRNA", "2\tc\tRNA"]) => {
  const path = join(temporaryFolder(), "tracks.tsv")
  const lines = rows.map((row) => `${row}\t.\ta track\n`)
  writeFileSync(path, `track\tname\tgroup\tstrand\tdescription\n${lines.join("")}`)
  return path
}

const tensorFile = async (name: string, data: Float32Array, dimensions = shape) => {
  const path = join(temporaryFolder(), `${name}.safetensors`)
  await runPromise(Safetensors.writeAll(path, new Map([[name, { shape: dimensions, data }]])))
  return path
}

const evaluate = async (params: object, targets = measured, dimensions = shape, tracks = tracksFile()) => {
  const { outputs } = await runStage(stage, params, {
    predictions: await tensorFile("predictions", predicted),
    targets: await tensorFile("targets", targets, dimensions),
    tracks
  })
  return {
    perTrack: await runPromise(Table.read(outputs["per_track"]!, TrackEvaluation.table)),
    metrics: await runPromise(Table.read(outputs["metrics"]!, MetricTable.table))
  }
}

describe("evaluate-tracks", () => {
  it("pools the bins of all windows, track by track, group by group", async () => {
    const { perTrack, metrics } = await evaluate({ evaluation: "held-out", expect: { "DNASE/pearson": [0.75, 0.76] } })
    const expected = [
      [0.7580747043898731, 0.7355325833623626],
      [0.768192647873143, 0.7517485008759084]
    ]
    for (const [track, [pearson, log1p]] of expected.entries()) {
      assert.closeTo(perTrack[track]!.pearson!, pearson!, 1e-12)
      assert.closeTo(perTrack[track]!.pearson_log1p!, log1p!, 1e-12)
    }
    assert.deepStrictEqual(perTrack[2], {
      track: 2,
      name: "c",
      group: "RNA",
      pearson: null,
      pearson_log1p: null,
      n: 1500,
      synthetic: false
    })
    assert.deepStrictEqual(
      metrics.map(({ evaluation, subset, metric, n, verdict }) => [evaluation, subset, metric, n, verdict]),
      [
        ["held-out", "DNASE", "pearson", 1, "inside"],
        ["held-out", "DNASE", "pearson_log1p", 1, null],
        ["held-out", "RNA", "pearson", 1, null],
        ["held-out", "RNA", "pearson_log1p", 1, null],
        ["held-out", "all", "pearson", 2, null],
        ["held-out", "all", "pearson_log1p", 2, null]
      ]
    )
    assert.closeTo(metrics[4]!.value!, (0.7580747043898731 + 0.768192647873143) / 2, 1e-12)
    assert.match(metrics[4]!.note!, /1 of 3 tracks have no value/u)
  })

  it("leaves out bins that were not measured", async () => {
    const masked = measured.map((x, i) => (i >= 1500 && i < 1800 ? Number.NaN : x))
    const { perTrack } = await evaluate({}, masked)
    assert.closeTo(perTrack[0]!.pearson!, 0.757367289930766, 1e-12)
    assert.strictEqual(perTrack[0]!.n, 1400)
  })

  it("refuses what does not fit together", async () => {
    const failure = (...args: Parameters<typeof evaluate>) =>
      evaluate(...args).then(
        () => assert.fail("should fail"),
        (error: Error) => error.message
      )
    assert.match(
      await failure({}, measured, [3, 300, 5]),
      /predictions \[3, 500, 3\] of \[windows, bins, tracks\] for targets \[3, 300, 5\]/u
    )
    assert.match(await failure({}, measured, [1500, 3]), /'targets' is \[1500, 3\], not \[windows, bins, tracks\]/u)
    assert.match(await failure({}, measured, shape, tracksFile(["0\ta\tDNASE"])), /1 tracks where the model has 3/u)
    assert.match(
      await failure({ expect: { "DNASE/pearson": [0.9, 1] }, strict: true }),
      /tracks DNASE\/pearson is 0\.758\d+, expected 0\.9 to 1/u
    )
  })
})
