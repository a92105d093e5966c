import { assert, describe, it } from "vitest"
import * as Random from "../../src/core/Random.ts"
import * as Ranks from "../../src/metric/Ranks.ts"
import { resampledRanks } from "../../src/metric/ResampledRanks.ts"

describe("resampledRanks", () => {
  it("ranks each resample as if it were ranked by itself", () => {
    for (let seed = 0; seed < 30; seed++) {
      const random = Random.make(seed, "ranks")
      // Few distinct values: ties within the array and by drawing twice.
      const values = Float64Array.from({ length: 1 + random.int(40) }, () => random.int(12) - 6)
      const ranksOf = resampledRanks(values)
      for (let replicate = 0; replicate < 5; replicate++) {
        const drawn = Uint32Array.from(values, () => random.int(values.length))
        const counts = new Uint32Array(values.length)
        for (const index of drawn) counts[index]!++
        const ranks = ranksOf(counts)
        assert.deepStrictEqual(
          Array.from(drawn, (index) => ranks[index]!),
          Array.from(Ranks.average(Array.from(drawn, (index) => values[index]!)))
        )
      }
    }
  })
})
