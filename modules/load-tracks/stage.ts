import * as Effect from "effect/Effect"
import * as Account from "../../src/core/Account.ts"
import * as Port from "../../src/dsl/stage/Port.ts"
import * as Stage from "../../src/dsl/stage/Stage.ts"
import * as Track from "../../src/model/Track.ts"

export default Stage.make({
  name: "load-tracks",
  version: 2,
  summary: "Reads what a model's outputs are from the targets.txt of calico's Basenji, Borzoi and baskerville.",
  params: {},
  inputs: {
    track_list: Port.file(
      "tsv",
      "targets.txt: identifier and description of each output; its first column gives their order"
    )
  },
  outputs: { tracks: Port.table(Track.table, "one row an output, in order") },
  run: Effect.fnUntraced(function* ({ inputs, outputs }) {
    const tracks = yield* Track.readTargets(inputs.track_list)
    const account = yield* Account.open("tracks")
    account.take(tracks.length)
    account.keep(tracks.length)
    yield* outputs.tracks.write(Track.rowsOf(tracks))
  })
})
