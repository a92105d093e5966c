import * as Result from "effect/Result"
import { assert, describe, it } from "vitest"
import type { Output } from "../../src/model/SequenceModel.ts"
import { recommended } from "../../src/scoring/RecommendedScorers.ts"
import * as ScorerParams from "../../src/scoring/ScorerParams.ts"
import * as ScorerSpec from "../../src/scoring/ScorerSpec.ts"

const centre = (output: string, width: number, aggregation: string) =>
  `CenterMaskScorer(requested_output=${output}, width=${width}, aggregation_type=${aggregation})`

/** As `get_recommended_scorers` of alphagenome 0.10.0 prints them for human. */
const official = [
  centre("ATAC", 501, "DIFF_LOG2_SUM"),
  "ContactMapScorer()",
  centre("DNASE", 501, "DIFF_LOG2_SUM"),
  centre("CHIP_TF", 501, "DIFF_LOG2_SUM"),
  centre("CHIP_HISTONE", 2001, "DIFF_LOG2_SUM"),
  centre("CAGE", 501, "DIFF_LOG2_SUM"),
  centre("PROCAP", 501, "DIFF_LOG2_SUM"),
  "GeneMaskLFCScorer(requested_output=RNA_SEQ)",
  "GeneMaskActiveScorer(requested_output=RNA_SEQ)",
  "GeneMaskSplicingScorer(requested_output=SPLICE_SITES, width=None)",
  "GeneMaskSplicingScorer(requested_output=SPLICE_SITE_USAGE, width=None)",
  "SpliceJunctionScorer()",
  "PolyadenylationScorer()",
  centre("ATAC", 501, "ACTIVE_SUM"),
  centre("DNASE", 501, "ACTIVE_SUM"),
  centre("CHIP_TF", 501, "ACTIVE_SUM"),
  centre("CHIP_HISTONE", 2001, "ACTIVE_SUM"),
  centre("CAGE", 501, "ACTIVE_SUM"),
  centre("PROCAP", 501, "ACTIVE_SUM")
]

const failure = <A>(result: Result.Result<A, string>): string => {
  assert(result._tag === "Failure")
  return result.failure
}

const output = (name: string, kind: Output["kind"], groups: ReadonlyArray<string>): Output => ({
  name,
  kind,
  resolution: 1,
  offset: 0,
  tracks: groups.map((group, track) => ({ track, name: `${group}_${track}`, group, strand: ".", description: "" }))
})

describe("ScorerSpec", () => {
  it("prints and reads scorers as the official client writes them", () => {
    assert.deepStrictEqual(recommended.human.map(ScorerSpec.official), official)
    assert.deepStrictEqual(
      recommended.mouse.map(ScorerSpec.official),
      official.filter((name) => name !== "PolyadenylationScorer()")
    )
    for (const [index, text] of official.entries()) {
      assert.deepStrictEqual(Result.getOrThrow(ScorerSpec.parse(text)), recommended.human[index])
    }
    const whole = "CenterMaskScorer(requested_output=ATAC, width=None, aggregation_type=L2_DIFF_LOG1P)"
    assert.strictEqual(ScorerSpec.official(Result.getOrThrow(ScorerSpec.parse(whole))), whole)
    assert.match(failure(ScorerSpec.parse("MaskScorer()")), /not one of AlphaGenome's scorers/u)
    assert.match(failure(ScorerSpec.parse("ContactMapScorer(width=5)")), /has no width/u)
    assert.match(failure(ScorerSpec.parse(centre("ATAC", 501, "SUM"))), /'SUM' is not an aggregation/u)
  })

  it("knows which are signed", () => {
    const signed = recommended.human.filter(ScorerSpec.signed).map(ScorerSpec.official)
    assert.deepStrictEqual(
      signed,
      official.filter((name) => name.includes("DIFF") || name.includes("LFC"))
    )
  })

  it("labels scorers, and finds them by label and output", () => {
    const labels = recommended.human.map((spec) => [ScorerSpec.label(spec), spec.output!] as const)
    assert.deepStrictEqual(labels[0], ["centre_mask", "ATAC"])
    assert.deepStrictEqual(labels[16], ["centre_mask_2001_active_sum", "CHIP_HISTONE"])
    assert.strictEqual(new Set(labels.map((each) => each.join(" "))).size, 19)
    for (const [index, [label, of]] of labels.entries()) {
      assert.deepStrictEqual(ScorerSpec.fromLabel(label, of), recommended.human[index])
    }
    assert.isUndefined(ScorerSpec.fromLabel("centre_mask_501", "ATAC"))
    assert.isUndefined(ScorerSpec.fromLabel("gene_lfc_2", "ATAC"))
    assert.isUndefined(ScorerSpec.fromLabel("my_scorer", null))
  })

  it("finds what a scorer reads: an output, or a group of tracks", () => {
    const one = [output("TRACKS", "tracks", ["RNA", "CAGE", "RNA"])]
    const many = [output("RNA_SEQ", "tracks", ["RNA_SEQ"]), output("CONTACT_MAPS", "contacts", ["CONTACT_MAPS"])]
    const tracks = (asked: ScorerSpec.Asked, outputs: ReadonlyArray<Output>) =>
      Result.map(ScorerSpec.targets(Result.getOrThrow(ScorerSpec.make(asked)), outputs), (targets) =>
        targets.flatMap((target) => target.tracks.map(({ name }) => `${target.output.name}/${name}`))
      )
    const lfc = { scorer: "gene_lfc", output: "RNA_SEQ" } as const
    assert.deepStrictEqual(Result.getOrThrow(tracks(lfc, one)), ["TRACKS/RNA_0", "TRACKS/RNA_2"])
    assert.deepStrictEqual(Result.getOrThrow(tracks(lfc, many)), ["RNA_SEQ/RNA_SEQ_0"])
    assert.strictEqual(Result.getOrThrow(tracks({ scorer: "gene_lfc" }, one)).length, 3)
    assert.deepStrictEqual(Result.getOrThrow(tracks({ scorer: "contact_map" }, many)), ["CONTACT_MAPS/CONTACT_MAPS_0"])
    assert.match(
      failure(tracks({ scorer: "contact_map" }, one)),
      /contact_map reads CONTACT_MAPS, which the model does not give \(it gives RNA, CAGE\)/u
    )
  })

  it("resolves what a workflow asks for", () => {
    const resolve = (params: ReadonlyArray<ScorerParams.ScorerParam>) =>
      Result.map(ScorerParams.resolve(params, "mouse", 301), (specs) => specs.map(ScorerSpec.official))
    assert.strictEqual(Result.getOrThrow(resolve(["recommended"])).length, 18)
    assert.deepStrictEqual(
      Result.getOrThrow(
        resolve([
          "centre_mask",
          { scorer: "centre_mask", output: "ATAC", width: 501, aggregation: "DIFF_LOG2_SUM" },
          { scorer: "centre_mask", output: "ATAC", width: 501 }
        ])
      ),
      ["CenterMaskScorer(requested_output=None, width=301, aggregation_type=DIFF_LOG2_SUM)", official[0]]
    )
    assert.strictEqual(failure(resolve([{ scorer: "gene_lfc", width: 5 }])), "gene_lfc takes no width")
    assert.strictEqual(
      failure(resolve([{ scorer: "polyadenylation", output: "CAGE" }])),
      "polyadenylation reads RNA_SEQ only, not CAGE"
    )
  })
})
