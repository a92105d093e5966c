import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import evaluateTracks from "../../modules/evaluate-tracks/stage.ts"
import loadTfrecords from "../../modules/load-tfrecords/stage.ts"
import loadTracks from "../../modules/load-tracks/stage.ts"
import predictTracks from "../../modules/predict-tracks/stage.ts"
import * as Download from "../../src/data/Download.ts"
import * as Table from "../../src/data/Table.ts"
import * as MetricTable from "../../src/metric/MetricTable.ts"
import { mirror, runPromise, runStage } from "../support/stage.ts"

const dataset = (name: string) => runPromise(Effect.map(Download.dataset(name), ({ path }) => path))

// Mean Pearson over the tracks of each group, 20,480 bins of 10 held-out windows, as an independent program gave it.
const known = {
  "DNASE/pearson": 0.819,
  "CAGE/pearson": 0.329,
  "RNA/pearson": 0.364,
  "RNA3/pearson": 0.321,
  "all/pearson": 0.4085
}

describe.skipIf(mirror === undefined)("The track benchmark (AGFLOW_MIRROR names a folder of public files)", () => {
  it("gives the correlations of mini-borzoi on its held-out windows", async () => {
    const records = await Promise.all([0, 1, 2].map((part) => dataset(`mini-borzoi-test-${part}`)))
    const named = await runStage(loadTracks, {}, { track_list: await dataset("mini-borzoi-targets") })
    const tracks = named.outputs["tracks"]!
    const loaded = await runStage(
      loadTfrecords,
      {},
      { records, intervals: await dataset("mini-borzoi-sequences"), tracks }
    )
    const { reference, windows, targets } = loaded.outputs as { readonly [port: string]: string }
    const predicted = await runStage(
      predictTracks,
      { model: "mini-borzoi" },
      { reference: reference!, windows: windows!, weights: await dataset("mini-borzoi"), tracks }
    )
    const evaluated = await runStage(
      evaluateTracks,
      {},
      { predictions: predicted.outputs["predictions"]!, targets: targets!, tracks }
    )
    const metrics = await runPromise(Table.read(evaluated.outputs["metrics"]!, MetricTable.table))
    for (const [key, expected] of Object.entries(known)) {
      const found = metrics.find(({ subset, metric }) => `${subset}/${metric}` === key)
      assert.closeTo(found!.value!, expected, 0.0005, key)
    }
  })
})
