import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import * as Track from "../../src/model/Track.ts"

const track = (index: number, name: string, strand: string, group = "CAGE"): Track.Track => ({
  track: index,
  name,
  group,
  strand,
  description: ""
})

describe("Track", () => {
  it("pairs the strands of one experiment", () => {
    const tracks = [track(0, "a+", "+"), track(1, "b", "."), track(2, "a-", "-"), track(3, "a-", "-", "RNA")]
    assert.deepStrictEqual([...Track.strandPartners(tracks)], [2, 1, 0, 3])
  })

  it("checks a table against the model", async () => {
    const fault = (tracks: ReadonlyArray<Track.Track>, count: number) =>
      Effect.runPromise(Effect.flip(Track.check(tracks, count, "tracks.tsv")))
    assert.strictEqual((await fault(Track.generic(3), 4)).message, "3 tracks where the model has 4")
    assert.match((await fault([track(1, "a", "."), track(0, "b", ".")], 2)).message, /row 1 is track 1/u)
  })
})
