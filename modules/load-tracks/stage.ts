import * as Effect from "effect/Effect"
import * as Port from "../../src/dsl/Port.ts"
import * as Stage from "../../src/dsl/Stage.ts"
import * as Track from "../../src/model/Track.ts"

export default Stage.make({
  name: "load-tracks",
  version: 1,
  summary: "Reads what a model's outputs are from the targets.txt of calico's Basenji, Borzoi and baskerville.",
  params: {},
  inputs: { track_list: Port.file("tsv", "targets.txt: identifier and description of each output, in order") },
  outputs: { tracks: Port.table(Track.table, "one row an output, in order") },
  run: Effect.fnUntraced(function* ({ inputs, outputs }) {
    yield* outputs.tracks.write(yield* Track.readTargets(inputs.track_list))
  })
})
