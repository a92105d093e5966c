import * as Result from "effect/Result"
import { assert, describe, it } from "vitest"
import * as Random from "../../src/core/Random.ts"
import * as SyntheticLocus from "../../src/evaluation/SyntheticLocus.ts"
import { aggregations, type AggregationName } from "../../src/scoring/CentreMask.ts"
import { recommended } from "../../src/scoring/RecommendedScorers.ts"
import * as Scorers from "../../src/scoring/Scorers.ts"
import * as ScorerSpec from "../../src/scoring/ScorerSpec.ts"

const centreMasks = (Object.keys(aggregations) as ReadonlyArray<AggregationName>).map((aggregation) =>
  Result.getOrThrow(ScorerSpec.make({ scorer: "centre_mask", output: "ATAC", width: 501, aggregation }))
)
const label = (spec: ScorerSpec.ScorerSpec) => [spec.scorer, spec.output, spec.aggregation].join(" ")
const specs = new Map([...recommended.human, ...centreMasks].map((spec) => [label(spec), spec]))

describe("a made-up locus", () => {
  it.each([...specs])("%s finds the scores that were built in", (_, spec) => {
    const random = Random.make(1, "locus")
    // The official recipe of junctions is in float16: one step of 2^-10.
    const tolerance = spec.scorer === "splice_junctions" ? 2 ** -10 : 2e-5
    for (let round = 0; round < 10; round++) {
      const strand = round % 2 === 0 ? "+" : "-"
      const locus: SyntheticLocus.Locus = { strand, change: "snv", tracks: 4 }
      const wanted = Array.from({ length: 4 }, () => {
        const size = 0.05 + random.next()
        return ScorerSpec.signed(spec) && random.next() < 0.5 ? -size : size
      })
      const { ref, alt } = SyntheticLocus.predictions(spec, wanted, locus, random)
      const plan = Result.getOrThrow(Scorers.plan(spec, SyntheticLocus.place(spec, locus)))
      const found = Result.getOrThrow(plan.score(ref, alt))
      const width = found.tracks.length
      for (const [i, { track, strand: of }] of found.tracks.entries()) {
        const values = found.rows.map((_, row) => found.values[row * width + i]!)
        if (of !== "." && of !== strand) assert.isNaN(values[0])
        else assert.closeTo(Math.max(...values.filter((value) => !Number.isNaN(value))), wanted[track]!, tolerance)
      }
    }
  })
})
